using System.Runtime.CompilerServices;

namespace Urma.Net.Collectives;

/// <content>The blocking forms on spans.</content>
public sealed unsafe partial class Communicator
{
    /// <summary>Returns when all ranks have called it.</summary>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void Barrier([CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        CollectiveCall call = MakeCall(CollectiveKind.Barrier, null, null, 0, DataType.Int8, null, -1, file, line);
        Run(ref call);
    }

    /// <summary>Combines the vectors of all ranks; every rank gets the result. <c>ncclAllReduce</c>. Blocks until this rank's buffers are its own again.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="send">What this rank contributes.</param>
    /// <param name="receive">Where the result goes.</param>
    /// <param name="reduction">How elements are combined.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other, the buffers overlap and are not the operation's in-place form, or the type is none of <see cref="DataType"/>.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void AllReduce<T>(
        ReadOnlySpan<T> send,
        Span<T> receive,
        Reduction reduction,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        long count = CountOf(CollectiveKind.AllReduce, send.Length, receive.Length, -1);
        fixed (T* from = send, to = receive)
        {
            CollectiveCall call = MakeCall(CollectiveKind.AllReduce, (byte*)from, (byte*)to, count, DataTypes.Of<T>(), reduction, -1, file, line);
            RunSpans(ref call);
        }
    }

    /// <summary>Combines the vectors of all ranks; the root gets the result. <c>ncclReduce</c>. Blocks until this rank's buffers are its own again.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="send">What this rank contributes.</param>
    /// <param name="receive">Where the result goes; not looked at but at the root.</param>
    /// <param name="reduction">How elements are combined.</param>
    /// <param name="root">The rank that has or gets the whole.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other, the buffers overlap and are not the operation's in-place form, or the type is none of <see cref="DataType"/>.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void Reduce<T>(
        ReadOnlySpan<T> send,
        Span<T> receive,
        Reduction reduction,
        int root,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        long count = CountOf(CollectiveKind.Reduce, send.Length, receive.Length, root);
        fixed (T* from = send, to = receive)
        {
            CollectiveCall call = MakeCall(CollectiveKind.Reduce, (byte*)from, (byte*)to, count, DataTypes.Of<T>(), reduction, root, file, line);
            RunSpans(ref call);
        }
    }

    /// <summary>Gives the root's vector to every rank. <c>ncclBroadcast</c>. Blocks until this rank's buffers are its own again.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="send">What this rank contributes; not looked at but at the root.</param>
    /// <param name="receive">Where the result goes.</param>
    /// <param name="root">The rank that has or gets the whole.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other, the buffers overlap and are not the operation's in-place form, or the type is none of <see cref="DataType"/>.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void Broadcast<T>(
        ReadOnlySpan<T> send,
        Span<T> receive,
        int root,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        long count = CountOf(CollectiveKind.Broadcast, send.Length, receive.Length, root);
        fixed (T* from = send, to = receive)
        {
            CollectiveCall call = MakeCall(CollectiveKind.Broadcast, (byte*)from, (byte*)to, count, DataTypes.Of<T>(), null, root, file, line);
            RunSpans(ref call);
        }
    }

    /// <summary>Gives every rank the blocks of all ranks, one behind the other in the order of ranks. <c>ncclAllGather</c>. Blocks until this rank's buffers are its own again.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="send">What this rank contributes.</param>
    /// <param name="receive">Where the result goes.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other, the buffers overlap and are not the operation's in-place form, or the type is none of <see cref="DataType"/>.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void AllGather<T>(
        ReadOnlySpan<T> send,
        Span<T> receive,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        long count = CountOf(CollectiveKind.AllGather, send.Length, receive.Length, -1);
        fixed (T* from = send, to = receive)
        {
            CollectiveCall call = MakeCall(CollectiveKind.AllGather, (byte*)from, (byte*)to, count, DataTypes.Of<T>(), null, -1, file, line);
            RunSpans(ref call);
        }
    }

    /// <summary>Combines the vectors of all ranks, one block for each rank; every rank gets its block of the result. <c>ncclReduceScatter</c>. Blocks until this rank's buffers are its own again.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="send">What this rank contributes.</param>
    /// <param name="receive">Where the result goes.</param>
    /// <param name="reduction">How elements are combined.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other, the buffers overlap and are not the operation's in-place form, or the type is none of <see cref="DataType"/>.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void ReduceScatter<T>(
        ReadOnlySpan<T> send,
        Span<T> receive,
        Reduction reduction,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        long count = CountOf(CollectiveKind.ReduceScatter, send.Length, receive.Length, -1);
        fixed (T* from = send, to = receive)
        {
            CollectiveCall call = MakeCall(CollectiveKind.ReduceScatter, (byte*)from, (byte*)to, count, DataTypes.Of<T>(), reduction, -1, file, line);
            RunSpans(ref call);
        }
    }

    /// <summary>Gives every rank its block of every rank's vector: block j of rank i becomes block i of rank j. <c>ncclAlltoAll</c>. Blocks until this rank's buffers are its own again.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="send">What this rank contributes.</param>
    /// <param name="receive">Where the result goes.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other, the buffers overlap and are not the operation's in-place form, or the type is none of <see cref="DataType"/>.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void AllToAll<T>(
        ReadOnlySpan<T> send,
        Span<T> receive,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        long count = CountOf(CollectiveKind.AllToAll, send.Length, receive.Length, -1);
        fixed (T* from = send, to = receive)
        {
            CollectiveCall call = MakeCall(CollectiveKind.AllToAll, (byte*)from, (byte*)to, count, DataTypes.Of<T>(), null, -1, file, line);
            RunSpans(ref call);
        }
    }

    /// <summary>Gives the root the blocks of all ranks, one behind the other in the order of ranks. <c>ncclGather</c>. Blocks until this rank's buffers are its own again.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="send">What this rank contributes.</param>
    /// <param name="receive">Where the result goes; not looked at but at the root.</param>
    /// <param name="root">The rank that has or gets the whole.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other, the buffers overlap and are not the operation's in-place form, or the type is none of <see cref="DataType"/>.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void Gather<T>(
        ReadOnlySpan<T> send,
        Span<T> receive,
        int root,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        long count = CountOf(CollectiveKind.Gather, send.Length, receive.Length, root);
        fixed (T* from = send, to = receive)
        {
            CollectiveCall call = MakeCall(CollectiveKind.Gather, (byte*)from, (byte*)to, count, DataTypes.Of<T>(), null, root, file, line);
            RunSpans(ref call);
        }
    }

    /// <summary>Gives every rank its block of the root's vector. <c>ncclScatter</c>. Blocks until this rank's buffers are its own again.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="send">What this rank contributes; not looked at but at the root.</param>
    /// <param name="receive">Where the result goes.</param>
    /// <param name="root">The rank that has or gets the whole.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other, the buffers overlap and are not the operation's in-place form, or the type is none of <see cref="DataType"/>.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void Scatter<T>(
        ReadOnlySpan<T> send,
        Span<T> receive,
        int root,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        long count = CountOf(CollectiveKind.Scatter, send.Length, receive.Length, root);
        fixed (T* from = send, to = receive)
        {
            CollectiveCall call = MakeCall(CollectiveKind.Scatter, (byte*)from, (byte*)to, count, DataTypes.Of<T>(), null, root, file, line);
            RunSpans(ref call);
        }
    }

    /// <summary>Sends a message to a rank, which receives as many elements of the same type. Messages between two ranks keep their order. <c>ncclSend</c>. Blocks until this rank's buffers are its own again.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="send">What this rank contributes.</param>
    /// <param name="peer">The other rank.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other, the buffers overlap and are not the operation's in-place form, or the type is none of <see cref="DataType"/>.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void Send<T>(
        ReadOnlySpan<T> send,
        int peer,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        long count = CountOf(CollectiveKind.Send, send.Length, -1, -1);
        fixed (T* from = send)
        {
            CollectiveCall call = MakeCall(CollectiveKind.Send, (byte*)from, null, count, DataTypes.Of<T>(), null, peer, file, line);
            RunSpans(ref call);
        }
    }

    /// <summary>Receives a message of a rank, which sends as many elements of the same type. <c>ncclRecv</c>. Blocks until this rank's buffers are its own again.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="receive">Where the result goes.</param>
    /// <param name="peer">The other rank.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other, the buffers overlap and are not the operation's in-place form, or the type is none of <see cref="DataType"/>.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void Receive<T>(
        Span<T> receive,
        int peer,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        long count = CountOf(CollectiveKind.Receive, -1, receive.Length, -1);
        fixed (T* to = receive)
        {
            CollectiveCall call = MakeCall(CollectiveKind.Receive, null, (byte*)to, count, DataTypes.Of<T>(), null, peer, file, line);
            RunSpans(ref call);
        }
    }

    /// <summary>Gives the root's vector to every rank, in place. <c>ncclBcast</c>.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="buffer">What the root gives, and where the others get it.</param>
    /// <param name="root">The rank that has the vector.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void Broadcast<T>(Span<T> buffer, int root, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
        where T : unmanaged => Broadcast<T>(buffer, buffer, root, file, line);
}
