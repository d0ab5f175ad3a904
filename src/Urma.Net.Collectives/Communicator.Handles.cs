using System.Runtime.CompilerServices;

namespace Urma.Net.Collectives;

/// <content>The forms that return at once and are carried out, in order, by the communicator's own thread.</content>
public sealed unsafe partial class Communicator
{
    /// <summary>As <see cref="Barrier"/>, in the background.</summary>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>Tells when it is done.</returns>
    public CollectiveHandle BeginBarrier([CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Begin(MakeCall(CollectiveKind.Barrier, null, null, 0, DataType.Int8, null, -1, file, line));

    /// <summary>As <see cref="Barrier"/>, awaited.</summary>
    /// <inheritdoc cref="BeginBarrier"/>
    public ValueTask BarrierAsync([CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) => BeginBarrier(file, line).AsValueTask();

    /// <summary>As <see cref="AllReduce(nint, nint, long, DataType, Reduction, string?, int)"/>, in the background: the memory belongs to the operation until it is done.</summary>
    /// <param name="send">What this rank contributes, an address.</param>
    /// <param name="receive">Where the result goes, an address.</param>
    /// <param name="count">Elements of the vector; not negative.</param>
    /// <param name="type">What they are.</param>
    /// <param name="reduction">How elements are combined.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>Tells when it is done.</returns>
    public CollectiveHandle BeginAllReduce(
        nint send,
        nint receive,
        long count,
        DataType type,
        Reduction reduction,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        Begin(MakeCall(CollectiveKind.AllReduce, (byte*)send, (byte*)receive, count, type, reduction, -1, file, line));

    /// <summary>As <see cref="Reduce(nint, nint, long, DataType, Reduction, int, string?, int)"/>, in the background: the memory belongs to the operation until it is done.</summary>
    /// <param name="send">What this rank contributes, an address.</param>
    /// <param name="receive">Where the result goes; not looked at but at the root, an address.</param>
    /// <param name="count">Elements of the vector; not negative.</param>
    /// <param name="type">What they are.</param>
    /// <param name="reduction">How elements are combined.</param>
    /// <param name="root">The rank that has or gets the whole.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>Tells when it is done.</returns>
    public CollectiveHandle BeginReduce(
        nint send,
        nint receive,
        long count,
        DataType type,
        Reduction reduction,
        int root,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        Begin(MakeCall(CollectiveKind.Reduce, (byte*)send, (byte*)receive, count, type, reduction, root, file, line));

    /// <summary>As <see cref="Broadcast(nint, nint, long, DataType, int, string?, int)"/>, in the background: the memory belongs to the operation until it is done.</summary>
    /// <param name="send">What this rank contributes; not looked at but at the root, an address.</param>
    /// <param name="receive">Where the result goes, an address.</param>
    /// <param name="count">Elements of the vector; not negative.</param>
    /// <param name="type">What they are.</param>
    /// <param name="root">The rank that has or gets the whole.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>Tells when it is done.</returns>
    public CollectiveHandle BeginBroadcast(
        nint send,
        nint receive,
        long count,
        DataType type,
        int root,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        Begin(MakeCall(CollectiveKind.Broadcast, (byte*)send, (byte*)receive, count, type, null, root, file, line));

    /// <summary>As <see cref="AllGather(nint, nint, long, DataType, string?, int)"/>, in the background: the memory belongs to the operation until it is done.</summary>
    /// <param name="send">What this rank contributes, an address.</param>
    /// <param name="receive">Where the result goes, an address.</param>
    /// <param name="count">Elements of one rank's block; not negative.</param>
    /// <param name="type">What they are.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>Tells when it is done.</returns>
    public CollectiveHandle BeginAllGather(
        nint send,
        nint receive,
        long count,
        DataType type,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        Begin(MakeCall(CollectiveKind.AllGather, (byte*)send, (byte*)receive, count, type, null, -1, file, line));

    /// <summary>As <see cref="ReduceScatter(nint, nint, long, DataType, Reduction, string?, int)"/>, in the background: the memory belongs to the operation until it is done.</summary>
    /// <param name="send">What this rank contributes, an address.</param>
    /// <param name="receive">Where the result goes, an address.</param>
    /// <param name="count">Elements of one rank's block, that is, received; not negative.</param>
    /// <param name="type">What they are.</param>
    /// <param name="reduction">How elements are combined.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>Tells when it is done.</returns>
    public CollectiveHandle BeginReduceScatter(
        nint send,
        nint receive,
        long count,
        DataType type,
        Reduction reduction,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        Begin(MakeCall(CollectiveKind.ReduceScatter, (byte*)send, (byte*)receive, count, type, reduction, -1, file, line));

    /// <summary>As <see cref="AllToAll(nint, nint, long, DataType, string?, int)"/>, in the background: the memory belongs to the operation until it is done.</summary>
    /// <param name="send">What this rank contributes, an address.</param>
    /// <param name="receive">Where the result goes, an address.</param>
    /// <param name="count">Elements of a block, one for each pair of ranks; not negative.</param>
    /// <param name="type">What they are.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>Tells when it is done.</returns>
    public CollectiveHandle BeginAllToAll(
        nint send,
        nint receive,
        long count,
        DataType type,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        Begin(MakeCall(CollectiveKind.AllToAll, (byte*)send, (byte*)receive, count, type, null, -1, file, line));

    /// <summary>As <see cref="Gather(nint, nint, long, DataType, int, string?, int)"/>, in the background: the memory belongs to the operation until it is done.</summary>
    /// <param name="send">What this rank contributes, an address.</param>
    /// <param name="receive">Where the result goes; not looked at but at the root, an address.</param>
    /// <param name="count">Elements of one rank's block; not negative.</param>
    /// <param name="type">What they are.</param>
    /// <param name="root">The rank that has or gets the whole.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>Tells when it is done.</returns>
    public CollectiveHandle BeginGather(
        nint send,
        nint receive,
        long count,
        DataType type,
        int root,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        Begin(MakeCall(CollectiveKind.Gather, (byte*)send, (byte*)receive, count, type, null, root, file, line));

    /// <summary>As <see cref="Scatter(nint, nint, long, DataType, int, string?, int)"/>, in the background: the memory belongs to the operation until it is done.</summary>
    /// <param name="send">What this rank contributes; not looked at but at the root, an address.</param>
    /// <param name="receive">Where the result goes, an address.</param>
    /// <param name="count">Elements of one rank's block; not negative.</param>
    /// <param name="type">What they are.</param>
    /// <param name="root">The rank that has or gets the whole.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>Tells when it is done.</returns>
    public CollectiveHandle BeginScatter(
        nint send,
        nint receive,
        long count,
        DataType type,
        int root,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        Begin(MakeCall(CollectiveKind.Scatter, (byte*)send, (byte*)receive, count, type, null, root, file, line));

    /// <summary>As <see cref="Send(nint, long, DataType, int, string?, int)"/>, in the background: the memory belongs to the operation until it is done.</summary>
    /// <param name="send">What this rank contributes, an address.</param>
    /// <param name="count">Elements of the message; not negative.</param>
    /// <param name="type">What they are.</param>
    /// <param name="peer">The other rank.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>Tells when it is done.</returns>
    public CollectiveHandle BeginSend(
        nint send,
        long count,
        DataType type,
        int peer,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        Begin(MakeCall(CollectiveKind.Send, (byte*)send, null, count, type, null, peer, file, line));

    /// <summary>As <see cref="Receive(nint, long, DataType, int, string?, int)"/>, in the background: the memory belongs to the operation until it is done.</summary>
    /// <param name="receive">Where the result goes, an address.</param>
    /// <param name="count">Elements of the message; not negative.</param>
    /// <param name="type">What they are.</param>
    /// <param name="peer">The other rank.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>Tells when it is done.</returns>
    public CollectiveHandle BeginReceive(
        nint receive,
        long count,
        DataType type,
        int peer,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        Begin(MakeCall(CollectiveKind.Receive, null, (byte*)receive, count, type, null, peer, file, line));
}
