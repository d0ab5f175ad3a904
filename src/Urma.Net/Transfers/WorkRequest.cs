using System.Runtime.InteropServices;

namespace Urma.Net;

/// <summary>
/// One operation for a send queue. A blittable value: build it with the static factories, post it (or a span of them)
/// with <see cref="Jfs.Post(ReadOnlySpan{WorkRequest}, out int)"/>. Neutral of the provider; a provider translates it.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct WorkRequest
{
    /// <summary>What to do.</summary>
    public Opcode Opcode { get; internal set; }

    /// <summary>0 where <see cref="Local"/> is the only element; otherwise the length of the SGE list that begins at <see cref="GatherStart"/>.</summary>
    internal ushort GatherCount;

    /// <summary>Where the SGE list begins in the span passed to Post.</summary>
    internal int GatherStart;

    /// <summary>Options; <see cref="WorkRequestFlags.Signaled"/> unless told otherwise.</summary>
    public WorkRequestFlags Flags { get; set; }

    /// <summary>A value of the caller's that comes back in the completion.</summary>
    public ulong UserContext { get; set; }

    /// <summary>The local buffer: source of a write or send, destination of a read or an atomic's old value.</summary>
    internal SegmentRange Local;

    /// <summary>The remote place of a one-sided operation.</summary>
    internal RemoteAddress Remote;

    /// <summary>The provider's token of the target jetty of a send or write-with-immediate.</summary>
    internal ulong Target;

    /// <summary>Immediate or notify value, compare value of a CAS, operand of the other atomics.</summary>
    internal ulong Operand;

    /// <summary>Second operand (the new value of a CAS) or, for write-notify, the place of the notify word.</summary>
    internal RemoteAddress Extra;

    /// <summary>Copies local bytes to remote memory.</summary>
    /// <param name="local">What to copy.</param>
    /// <param name="remote">Where to; the segment must grant write access.</param>
    /// <param name="userContext">Comes back in the completion.</param>
    public static WorkRequest Write(SegmentRange local, RemoteAddress remote, ulong userContext = 0) =>
        OneSided(Opcode.Write, local, remote, userContext);

    /// <summary>Copies remote bytes to local memory.</summary>
    /// <param name="local">Where to.</param>
    /// <param name="remote">What to copy; the segment must grant read access.</param>
    /// <param name="userContext">Comes back in the completion.</param>
    public static WorkRequest Read(SegmentRange local, RemoteAddress remote, ulong userContext = 0) =>
        OneSided(Opcode.Read, local, remote, userContext);

    /// <summary>Writes, then delivers a 64-bit value with a receive of the target's: the receive completes after the data is visible.</summary>
    /// <param name="local">What to copy.</param>
    /// <param name="remote">Where to.</param>
    /// <param name="target">Whose receive announces the write.</param>
    /// <param name="immediate">The value delivered.</param>
    /// <param name="userContext">Comes back in the completion.</param>
    public static WorkRequest WriteImmediate(SegmentRange local, RemoteAddress remote, TargetJetty target, ulong immediate, ulong userContext = 0)
    {
        ArgumentNullException.ThrowIfNull(target);
        WorkRequest request = OneSided(Opcode.WriteImmediate, local, remote, userContext);
        request.Target = target.Token;
        request.Operand = immediate;
        return request;
    }

    /// <summary>Writes, then stores a 64-bit value at a second place, visible only after the data. No receive is consumed.</summary>
    /// <param name="local">What to copy.</param>
    /// <param name="remote">Where to.</param>
    /// <param name="notify">The notify word: 8 bytes, 8-byte aligned.</param>
    /// <param name="value">The value stored there.</param>
    /// <param name="userContext">Comes back in the completion.</param>
    public static WorkRequest WriteNotify(SegmentRange local, RemoteAddress remote, RemoteAddress notify, ulong value, ulong userContext = 0)
    {
        WorkRequest request = OneSided(Opcode.WriteNotify, local, remote, userContext);
        request.Extra = notify;
        request.Operand = value;
        return request;
    }

    /// <summary>Sends a message into the target's next posted receive.</summary>
    /// <param name="target">The imported jetty.</param>
    /// <param name="message">The bytes; may be empty.</param>
    /// <param name="userContext">Comes back in the completion.</param>
    public static WorkRequest Send(TargetJetty target, SegmentRange message, ulong userContext = 0)
    {
        ArgumentNullException.ThrowIfNull(target);
        WorkRequest request = OneSided(Opcode.Send, message, default, userContext);
        request.Target = target.Token;
        return request;
    }

    /// <summary>Sends a message with a 64-bit immediate value.</summary>
    /// <param name="target">The imported jetty.</param>
    /// <param name="message">The bytes; may be empty.</param>
    /// <param name="immediate">Delivered in <see cref="ReceiveCompletion.Immediate"/>.</param>
    /// <param name="userContext">Comes back in the completion.</param>
    public static WorkRequest SendImmediate(TargetJetty target, SegmentRange message, ulong immediate, ulong userContext = 0)
    {
        WorkRequest request = Send(target, message, userContext);
        request.Opcode = Opcode.SendImmediate;
        request.Operand = immediate;
        return request;
    }

    /// <summary>
    /// Sends bytes that need not be registered: they are read while posting
    /// (<see cref="WorkRequestFlags.Inline"/>), up to <see cref="ProviderCapabilities.MaxInlineLength"/>.
    /// </summary>
    /// <param name="target">The imported jetty.</param>
    /// <param name="data">First byte; must stay in place until Post returns.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="userContext">Comes back in the completion.</param>
    public static unsafe WorkRequest SendInline(TargetJetty target, void* data, int length, ulong userContext = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        WorkRequest request = Send(target, new SegmentRange((nint)data, length, 0), userContext);
        request.Flags |= WorkRequestFlags.Inline;
        return request;
    }

    /// <summary>Writes bytes that need not be registered: they are read while posting.</summary>
    /// <param name="data">First byte; must stay in place until Post returns.</param>
    /// <param name="length">Bytes, up to <see cref="ProviderCapabilities.MaxInlineLength"/>.</param>
    /// <param name="remote">Where to.</param>
    /// <param name="userContext">Comes back in the completion.</param>
    public static unsafe WorkRequest WriteInline(void* data, int length, RemoteAddress remote, ulong userContext = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        WorkRequest request = Write(new SegmentRange((nint)data, length, 0), remote, userContext);
        request.Flags |= WorkRequestFlags.Inline;
        return request;
    }

    /// <summary>Atomically replaces the remote value by <paramref name="value"/> if it equals <paramref name="compare"/>.</summary>
    /// <param name="result">4 or 8 bytes for the old value; the length is the width of the atomic.</param>
    /// <param name="remote">The remote word, aligned to its width.</param>
    /// <param name="compare">What the word must hold.</param>
    /// <param name="value">What to store.</param>
    /// <param name="userContext">Comes back in the completion.</param>
    public static WorkRequest CompareSwap(SegmentRange result, RemoteAddress remote, ulong compare, ulong value, ulong userContext = 0)
    {
        WorkRequest request = OneSided(Opcode.CompareSwap, result, remote, userContext);
        request.Operand = compare;
        request.Extra = new RemoteAddress(value, 0);
        return request;
    }

    /// <summary>Atomically combines the remote value with an operand; the old value lands in <paramref name="result"/>.</summary>
    /// <param name="opcode"><see cref="Opcode.Swap"/>, <see cref="Opcode.FetchAdd"/>, <see cref="Opcode.FetchSub"/>,
    /// <see cref="Opcode.FetchAnd"/>, <see cref="Opcode.FetchOr"/> or <see cref="Opcode.FetchXor"/>.</param>
    /// <param name="result">4 or 8 bytes for the old value; the length is the width of the atomic.</param>
    /// <param name="remote">The remote word, aligned to its width.</param>
    /// <param name="operand">The operand.</param>
    /// <param name="userContext">Comes back in the completion.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="opcode"/> is not one of those.</exception>
    public static WorkRequest Atomic(Opcode opcode, SegmentRange result, RemoteAddress remote, ulong operand, ulong userContext = 0)
    {
        if (opcode is < Opcode.Swap or > Opcode.FetchXor)
        {
            throw new ArgumentOutOfRangeException(nameof(opcode), opcode, "Not a one-operand atomic: use Swap, FetchAdd, FetchSub, FetchAnd, FetchOr or FetchXor.");
        }

        WorkRequest request = OneSided(opcode, result, remote, userContext);
        request.Operand = operand;
        return request;
    }

    /// <summary>Atomic fetch and add: <see cref="Atomic"/> with <see cref="Opcode.FetchAdd"/>.</summary>
    /// <param name="result">4 or 8 bytes for the old value.</param>
    /// <param name="remote">The remote word, aligned to its width.</param>
    /// <param name="operand">What to add.</param>
    /// <param name="userContext">Comes back in the completion.</param>
    public static WorkRequest FetchAdd(SegmentRange result, RemoteAddress remote, ulong operand, ulong userContext = 0)
    {
        WorkRequest request = OneSided(Opcode.FetchAdd, result, remote, userContext);
        request.Operand = operand;
        return request;
    }

    /// <summary>A request that only completes, after everything posted before it.</summary>
    /// <param name="userContext">Comes back in the completion.</param>
    public static WorkRequest Nop(ulong userContext = 0) => OneSided(Opcode.Nop, default, default, userContext);

    /// <summary>This request with an SGE list instead of one local range.</summary>
    /// <param name="start">Index of the first element in the span passed to Post.</param>
    /// <param name="count">Elements, 1 to <see cref="ProviderCapabilities.MaxSge"/>.</param>
    public readonly WorkRequest WithGather(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, ushort.MaxValue);
        WorkRequest request = this;
        request.GatherStart = start;
        request.GatherCount = (ushort)count;
        request.Local = default;
        return request;
    }

    /// <summary>This request without a completion on success.</summary>
    public readonly WorkRequest Unsignaled()
    {
        WorkRequest request = this;
        request.Flags &= ~WorkRequestFlags.Signaled;
        return request;
    }

    private static WorkRequest OneSided(Opcode opcode, SegmentRange local, RemoteAddress remote, ulong userContext) => new()
    {
        Opcode = opcode,
        Flags = WorkRequestFlags.Signaled,
        UserContext = userContext,
        Local = local,
        Remote = remote,
    };
}
