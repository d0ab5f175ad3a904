using System.Runtime.CompilerServices;

namespace Urma.Net.Collectives;

/// <content>The awaited forms. The memory is pinned, and belongs to the operation until it is done.</content>
public sealed unsafe partial class Communicator
{
    /// <summary>As <see cref="AllReduce{T}(ReadOnlySpan{T}, Span{T}, Reduction, string?, int)"/>, awaited. To give up waiting without giving up the operation, use <c>AsTask().WaitAsync(token)</c>.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="send">What this rank contributes.</param>
    /// <param name="receive">Where the result goes.</param>
    /// <param name="reduction">How elements are combined.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public ValueTask AllReduceAsync<T>(
        ReadOnlyMemory<T> send,
        Memory<T> receive,
        Reduction reduction,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        long count = CountOf(CollectiveKind.AllReduce, send.Length, receive.Length, -1);
        return BeginPinned<T>(MakeCall(CollectiveKind.AllReduce, null, null, count, DataTypes.Of<T>(), reduction, -1, file, line), send, receive).AsValueTask();
    }

    /// <summary>As <see cref="Reduce{T}(ReadOnlySpan{T}, Span{T}, Reduction, int, string?, int)"/>, awaited. To give up waiting without giving up the operation, use <c>AsTask().WaitAsync(token)</c>.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="send">What this rank contributes.</param>
    /// <param name="receive">Where the result goes; not looked at but at the root.</param>
    /// <param name="reduction">How elements are combined.</param>
    /// <param name="root">The rank that has or gets the whole.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public ValueTask ReduceAsync<T>(
        ReadOnlyMemory<T> send,
        Memory<T> receive,
        Reduction reduction,
        int root,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        long count = CountOf(CollectiveKind.Reduce, send.Length, receive.Length, root);
        return BeginPinned<T>(MakeCall(CollectiveKind.Reduce, null, null, count, DataTypes.Of<T>(), reduction, root, file, line), send, receive).AsValueTask();
    }

    /// <summary>As <see cref="Broadcast{T}(ReadOnlySpan{T}, Span{T}, int, string?, int)"/>, awaited. To give up waiting without giving up the operation, use <c>AsTask().WaitAsync(token)</c>.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="send">What this rank contributes; not looked at but at the root.</param>
    /// <param name="receive">Where the result goes.</param>
    /// <param name="root">The rank that has or gets the whole.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public ValueTask BroadcastAsync<T>(
        ReadOnlyMemory<T> send,
        Memory<T> receive,
        int root,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        long count = CountOf(CollectiveKind.Broadcast, send.Length, receive.Length, root);
        return BeginPinned<T>(MakeCall(CollectiveKind.Broadcast, null, null, count, DataTypes.Of<T>(), null, root, file, line), send, receive).AsValueTask();
    }

    /// <summary>As <see cref="AllGather{T}(ReadOnlySpan{T}, Span{T}, string?, int)"/>, awaited. To give up waiting without giving up the operation, use <c>AsTask().WaitAsync(token)</c>.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="send">What this rank contributes.</param>
    /// <param name="receive">Where the result goes.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public ValueTask AllGatherAsync<T>(
        ReadOnlyMemory<T> send,
        Memory<T> receive,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        long count = CountOf(CollectiveKind.AllGather, send.Length, receive.Length, -1);
        return BeginPinned<T>(MakeCall(CollectiveKind.AllGather, null, null, count, DataTypes.Of<T>(), null, -1, file, line), send, receive).AsValueTask();
    }

    /// <summary>As <see cref="ReduceScatter{T}(ReadOnlySpan{T}, Span{T}, Reduction, string?, int)"/>, awaited. To give up waiting without giving up the operation, use <c>AsTask().WaitAsync(token)</c>.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="send">What this rank contributes.</param>
    /// <param name="receive">Where the result goes.</param>
    /// <param name="reduction">How elements are combined.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public ValueTask ReduceScatterAsync<T>(
        ReadOnlyMemory<T> send,
        Memory<T> receive,
        Reduction reduction,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        long count = CountOf(CollectiveKind.ReduceScatter, send.Length, receive.Length, -1);
        return BeginPinned<T>(MakeCall(CollectiveKind.ReduceScatter, null, null, count, DataTypes.Of<T>(), reduction, -1, file, line), send, receive).AsValueTask();
    }

    /// <summary>As <see cref="AllToAll{T}(ReadOnlySpan{T}, Span{T}, string?, int)"/>, awaited. To give up waiting without giving up the operation, use <c>AsTask().WaitAsync(token)</c>.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="send">What this rank contributes.</param>
    /// <param name="receive">Where the result goes.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public ValueTask AllToAllAsync<T>(
        ReadOnlyMemory<T> send,
        Memory<T> receive,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        long count = CountOf(CollectiveKind.AllToAll, send.Length, receive.Length, -1);
        return BeginPinned<T>(MakeCall(CollectiveKind.AllToAll, null, null, count, DataTypes.Of<T>(), null, -1, file, line), send, receive).AsValueTask();
    }

    /// <summary>As <see cref="Gather{T}(ReadOnlySpan{T}, Span{T}, int, string?, int)"/>, awaited. To give up waiting without giving up the operation, use <c>AsTask().WaitAsync(token)</c>.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="send">What this rank contributes.</param>
    /// <param name="receive">Where the result goes; not looked at but at the root.</param>
    /// <param name="root">The rank that has or gets the whole.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public ValueTask GatherAsync<T>(
        ReadOnlyMemory<T> send,
        Memory<T> receive,
        int root,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        long count = CountOf(CollectiveKind.Gather, send.Length, receive.Length, root);
        return BeginPinned<T>(MakeCall(CollectiveKind.Gather, null, null, count, DataTypes.Of<T>(), null, root, file, line), send, receive).AsValueTask();
    }

    /// <summary>As <see cref="Scatter{T}(ReadOnlySpan{T}, Span{T}, int, string?, int)"/>, awaited. To give up waiting without giving up the operation, use <c>AsTask().WaitAsync(token)</c>.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="send">What this rank contributes; not looked at but at the root.</param>
    /// <param name="receive">Where the result goes.</param>
    /// <param name="root">The rank that has or gets the whole.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public ValueTask ScatterAsync<T>(
        ReadOnlyMemory<T> send,
        Memory<T> receive,
        int root,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        long count = CountOf(CollectiveKind.Scatter, send.Length, receive.Length, root);
        return BeginPinned<T>(MakeCall(CollectiveKind.Scatter, null, null, count, DataTypes.Of<T>(), null, root, file, line), send, receive).AsValueTask();
    }

    /// <summary>As <see cref="Send{T}(ReadOnlySpan{T}, int, string?, int)"/>, awaited. To give up waiting without giving up the operation, use <c>AsTask().WaitAsync(token)</c>.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="send">What this rank contributes.</param>
    /// <param name="peer">The other rank.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public ValueTask SendAsync<T>(
        ReadOnlyMemory<T> send,
        int peer,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        long count = CountOf(CollectiveKind.Send, send.Length, -1, -1);
        return BeginPinned<T>(MakeCall(CollectiveKind.Send, null, null, count, DataTypes.Of<T>(), null, peer, file, line), send, default).AsValueTask();
    }

    /// <summary>As <see cref="Receive{T}(Span{T}, int, string?, int)"/>, awaited. To give up waiting without giving up the operation, use <c>AsTask().WaitAsync(token)</c>.</summary>
    /// <typeparam name="T">The type of an element; see <see cref="DataType"/>.</typeparam>
    /// <param name="receive">Where the result goes.</param>
    /// <param name="peer">The other rank.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public ValueTask ReceiveAsync<T>(
        Memory<T> receive,
        int peer,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        long count = CountOf(CollectiveKind.Receive, -1, receive.Length, -1);
        return BeginPinned<T>(MakeCall(CollectiveKind.Receive, null, null, count, DataTypes.Of<T>(), null, peer, file, line), default, receive).AsValueTask();
    }
}
