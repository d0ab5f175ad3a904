using System.Runtime.CompilerServices;

namespace Urma.Net.Collectives;

/// <content>AllToAllV: blocks of different sizes.</content>
public sealed unsafe partial class Communicator
{
    private VariableCounts? _counts;

    /// <summary>Gives every rank its block of every rank's vector, where blocks differ in size (<c>MPI_Alltoallv</c>). Not in place.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="send">The blocks for all ranks.</param>
    /// <param name="sendCounts">By rank: elements for it.</param>
    /// <param name="sendDisplacements">By rank: where its block begins in <paramref name="send"/>, in elements.</param>
    /// <param name="receive">The blocks of all ranks.</param>
    /// <param name="receiveCounts">By rank: elements from it; must be what that rank has for this one.</param>
    /// <param name="receiveDisplacements">By rank: where its block goes in <paramref name="receive"/>, in elements. Blocks must not overlap.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">A list has not one entry for each rank, a block does not lie in its buffer, or the buffers overlap.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void AllToAllV<T>(
        ReadOnlySpan<T> send,
        ReadOnlySpan<long> sendCounts,
        ReadOnlySpan<long> sendDisplacements,
        Span<T> receive,
        ReadOnlySpan<long> receiveCounts,
        ReadOnlySpan<long> receiveDisplacements,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        CheckLists(sendCounts, sendDisplacements, send.Length, receiveCounts, receiveDisplacements, receive.Length);
        fixed (T* from = send, to = receive)
        {
            CollectiveCall call = MakeVariable(
                (nint)from, (nint)to, CountsForBlocking(), sendCounts, sendDisplacements, receiveCounts, receiveDisplacements, DataTypes.Of<T>(), file, line);
            RunSpans(ref call);
        }
    }

    /// <summary>As the form on spans, on addresses: the memory must stay where it is until this returns; inside a group, until the group ends.</summary>
    /// <param name="send">The blocks for all ranks, an address.</param>
    /// <param name="sendCounts">By rank: elements for it.</param>
    /// <param name="sendDisplacements">By rank: where its block begins in <paramref name="send"/>, in elements.</param>
    /// <param name="receive">The blocks of all ranks, an address.</param>
    /// <param name="receiveCounts">By rank: elements from it; must be what that rank has for this one.</param>
    /// <param name="receiveDisplacements">By rank: where its block goes in <paramref name="receive"/>, in elements. Blocks must not overlap.</param>
    /// <param name="type">What the elements are.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">A list has not one entry for each rank, or the buffers overlap.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void AllToAllV(
        nint send,
        ReadOnlySpan<long> sendCounts,
        ReadOnlySpan<long> sendDisplacements,
        nint receive,
        ReadOnlySpan<long> receiveCounts,
        ReadOnlySpan<long> receiveDisplacements,
        DataType type,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
    {
        CheckLists(sendCounts, sendDisplacements, VariableCounts.MaxElements, receiveCounts, receiveDisplacements, VariableCounts.MaxElements);
        CollectiveCall call = MakeVariable(
            send, receive, CountsForBlocking(), sendCounts, sendDisplacements, receiveCounts, receiveDisplacements, type, file, line);
        Run(ref call);
    }

    /// <summary>As the form on addresses, in the background: the memory belongs to the operation until it is done; the lists are copied.</summary>
    /// <returns>Tells when it is done.</returns>
    /// <inheritdoc cref="AllToAllV(nint, ReadOnlySpan{long}, ReadOnlySpan{long}, nint, ReadOnlySpan{long}, ReadOnlySpan{long}, DataType, string?, int)"/>
    public CollectiveHandle BeginAllToAllV(
        nint send,
        ReadOnlySpan<long> sendCounts,
        ReadOnlySpan<long> sendDisplacements,
        nint receive,
        ReadOnlySpan<long> receiveCounts,
        ReadOnlySpan<long> receiveDisplacements,
        DataType type,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
    {
        CheckLists(sendCounts, sendDisplacements, VariableCounts.MaxElements, receiveCounts, receiveDisplacements, VariableCounts.MaxElements);
        ThrowIfGrouped();
        QueuedCall queued = Worker.Rent();
        queued.Call = MakeVariable(
            send, receive, queued.CountsFor(Size), sendCounts, sendDisplacements, receiveCounts, receiveDisplacements, type, file, line);
        return Enqueue(queued);
    }

    /// <summary>As the form on spans, awaited. The memory is pinned, and belongs to the operation until it is done; the lists are copied.</summary>
    /// <inheritdoc cref="AllToAllV{T}(ReadOnlySpan{T}, ReadOnlySpan{long}, ReadOnlySpan{long}, Span{T}, ReadOnlySpan{long}, ReadOnlySpan{long}, string?, int)"/>
    public ValueTask AllToAllVAsync<T>(
        ReadOnlyMemory<T> send,
        ReadOnlySpan<long> sendCounts,
        ReadOnlySpan<long> sendDisplacements,
        Memory<T> receive,
        ReadOnlySpan<long> receiveCounts,
        ReadOnlySpan<long> receiveDisplacements,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        CheckLists(sendCounts, sendDisplacements, send.Length, receiveCounts, receiveDisplacements, receive.Length);
        DataType type = DataTypes.Of<T>();
        ThrowIfGrouped();
        QueuedCall queued = Worker.Rent();
        queued.Pin(send, receive);
        try
        {
            queued.Call = MakeVariable(
                (nint)queued.Call.Send,
                (nint)queued.Call.Receive,
                queued.CountsFor(Size),
                sendCounts,
                sendDisplacements,
                receiveCounts,
                receiveDisplacements,
                type,
                file,
                line);
        }
        catch
        {
            queued.Unpin();
            throw;
        }

        return Enqueue(queued).AsValueTask();
    }

    // A call that is carried out later keeps counts of its own.
    private VariableCounts CountsForBlocking() =>
        CollectiveGroup.Current is null && !HasQueuedWork && !_isBusy ? _counts ??= new VariableCounts(Size) : new VariableCounts(Size);

    private void CheckLists(
        ReadOnlySpan<long> sendCounts,
        ReadOnlySpan<long> sendDisplacements,
        long sendLength,
        ReadOnlySpan<long> receiveCounts,
        ReadOnlySpan<long> receiveDisplacements,
        long receiveLength)
    {
        CheckBlocks(sendCounts, sendDisplacements, sendLength, "send");
        CheckBlocks(receiveCounts, receiveDisplacements, receiveLength, "receive");
        if (sendCounts[Rank] != receiveCounts[Rank])
        {
            throw new ArgumentException(
                $"Rank {Rank} has {sendCounts[Rank]} elements for itself and takes {receiveCounts[Rank]}: both must be the same.", nameof(receiveCounts));
        }
    }

    private static CollectiveCall MakeVariable(
        nint send,
        nint receive,
        VariableCounts counts,
        ReadOnlySpan<long> sendCounts,
        ReadOnlySpan<long> sendDisplacements,
        ReadOnlySpan<long> receiveCounts,
        ReadOnlySpan<long> receiveDisplacements,
        DataType type,
        string? file,
        int line)
    {
        long element = DataTypes.SizeOf(type);
        if (send != 0 && receive != 0 && send < receive + (End(receiveCounts, receiveDisplacements) * element) && receive < send + (End(sendCounts, sendDisplacements) * element))
        {
            throw new ArgumentException("The send and the receive buffer overlap; AllToAllV has no in-place form.");
        }

        sendCounts.CopyTo(counts.SendCounts);
        sendDisplacements.CopyTo(counts.SendDisplacements);
        receiveCounts.CopyTo(counts.ReceiveCounts);
        receiveDisplacements.CopyTo(counts.ReceiveDisplacements);
        return new CollectiveCall
        {
            Kind = CollectiveKind.AllToAllV,
            Type = type,
            Peer = -1,
            Send = (byte*)send,
            Receive = (byte*)receive,
            Counts = counts,
            File = file,
            Line = line,
        };
    }

    private static long End(ReadOnlySpan<long> counts, ReadOnlySpan<long> displacements)
    {
        long end = 0;
        for (int rank = 0; rank < counts.Length; rank++)
        {
            end = Math.Max(end, counts[rank] == 0 ? 0 : displacements[rank] + counts[rank]);
        }

        return end;
    }

    private void CheckBlocks(ReadOnlySpan<long> counts, ReadOnlySpan<long> displacements, long length, string name)
    {
        if (counts.Length != Size || displacements.Length != Size)
        {
            throw new ArgumentException($"Counts and displacements need an entry for each of {Size} ranks, and have {counts.Length} and {displacements.Length}.", name);
        }

        for (int rank = 0; rank < Size; rank++)
        {
            if (counts[rank] < 0 || displacements[rank] < 0 || counts[rank] > length || displacements[rank] > length - counts[rank])
            {
                throw new ArgumentException(
                    $"The block of rank {rank}, {counts[rank]} elements from {displacements[rank]} on, does not lie in a buffer of {length} elements.", name);
            }
        }
    }
}
