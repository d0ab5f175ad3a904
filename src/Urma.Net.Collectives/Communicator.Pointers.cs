using System.Runtime.CompilerServices;

namespace Urma.Net.Collectives;

/// <content>The blocking forms on addresses: for counts beyond a span's, native memory, and inside a <see cref="CollectiveGroup"/>.</content>
public sealed unsafe partial class Communicator
{
    /// <summary>Combines the vectors of all ranks; every rank gets the result. <c>ncclAllReduce</c>. The memory must stay where it is until this returns; inside a group, until the group ends.</summary>
    /// <param name="send">What this rank contributes, an address.</param>
    /// <param name="receive">Where the result goes, an address.</param>
    /// <param name="count">Elements of the vector; not negative.</param>
    /// <param name="type">What they are.</param>
    /// <param name="reduction">How elements are combined.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">An argument is out of its range, or the buffers overlap and are not the operation's in-place form.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void AllReduce(
        nint send,
        nint receive,
        long count,
        DataType type,
        Reduction reduction,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
    {
        CollectiveCall call = MakeCall(CollectiveKind.AllReduce, (byte*)send, (byte*)receive, count, type, reduction, -1, file, line);
        Run(ref call);
    }

    /// <summary>Combines the vectors of all ranks; the root gets the result. <c>ncclReduce</c>. The memory must stay where it is until this returns; inside a group, until the group ends.</summary>
    /// <param name="send">What this rank contributes, an address.</param>
    /// <param name="receive">Where the result goes; not looked at but at the root, an address.</param>
    /// <param name="count">Elements of the vector; not negative.</param>
    /// <param name="type">What they are.</param>
    /// <param name="reduction">How elements are combined.</param>
    /// <param name="root">The rank that has or gets the whole.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">An argument is out of its range, or the buffers overlap and are not the operation's in-place form.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void Reduce(
        nint send,
        nint receive,
        long count,
        DataType type,
        Reduction reduction,
        int root,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
    {
        CollectiveCall call = MakeCall(CollectiveKind.Reduce, (byte*)send, (byte*)receive, count, type, reduction, root, file, line);
        Run(ref call);
    }

    /// <summary>Gives the root's vector to every rank. <c>ncclBroadcast</c>. The memory must stay where it is until this returns; inside a group, until the group ends.</summary>
    /// <param name="send">What this rank contributes; not looked at but at the root, an address.</param>
    /// <param name="receive">Where the result goes, an address.</param>
    /// <param name="count">Elements of the vector; not negative.</param>
    /// <param name="type">What they are.</param>
    /// <param name="root">The rank that has or gets the whole.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">An argument is out of its range, or the buffers overlap and are not the operation's in-place form.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void Broadcast(
        nint send,
        nint receive,
        long count,
        DataType type,
        int root,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
    {
        CollectiveCall call = MakeCall(CollectiveKind.Broadcast, (byte*)send, (byte*)receive, count, type, null, root, file, line);
        Run(ref call);
    }

    /// <summary>Gives every rank the blocks of all ranks, one behind the other in the order of ranks. <c>ncclAllGather</c>. The memory must stay where it is until this returns; inside a group, until the group ends.</summary>
    /// <param name="send">What this rank contributes, an address.</param>
    /// <param name="receive">Where the result goes, an address.</param>
    /// <param name="count">Elements of one rank's block; not negative.</param>
    /// <param name="type">What they are.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">An argument is out of its range, or the buffers overlap and are not the operation's in-place form.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void AllGather(
        nint send,
        nint receive,
        long count,
        DataType type,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
    {
        CollectiveCall call = MakeCall(CollectiveKind.AllGather, (byte*)send, (byte*)receive, count, type, null, -1, file, line);
        Run(ref call);
    }

    /// <summary>Combines the vectors of all ranks, one block for each rank; every rank gets its block of the result. <c>ncclReduceScatter</c>. The memory must stay where it is until this returns; inside a group, until the group ends.</summary>
    /// <param name="send">What this rank contributes, an address.</param>
    /// <param name="receive">Where the result goes, an address.</param>
    /// <param name="count">Elements of one rank's block, that is, received; not negative.</param>
    /// <param name="type">What they are.</param>
    /// <param name="reduction">How elements are combined.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">An argument is out of its range, or the buffers overlap and are not the operation's in-place form.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void ReduceScatter(
        nint send,
        nint receive,
        long count,
        DataType type,
        Reduction reduction,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
    {
        CollectiveCall call = MakeCall(CollectiveKind.ReduceScatter, (byte*)send, (byte*)receive, count, type, reduction, -1, file, line);
        Run(ref call);
    }

    /// <summary>Gives every rank its block of every rank's vector: block j of rank i becomes block i of rank j. <c>ncclAlltoAll</c>. The memory must stay where it is until this returns; inside a group, until the group ends.</summary>
    /// <param name="send">What this rank contributes, an address.</param>
    /// <param name="receive">Where the result goes, an address.</param>
    /// <param name="count">Elements of a block, one for each pair of ranks; not negative.</param>
    /// <param name="type">What they are.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">An argument is out of its range, or the buffers overlap and are not the operation's in-place form.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void AllToAll(
        nint send,
        nint receive,
        long count,
        DataType type,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
    {
        CollectiveCall call = MakeCall(CollectiveKind.AllToAll, (byte*)send, (byte*)receive, count, type, null, -1, file, line);
        Run(ref call);
    }

    /// <summary>Gives the root the blocks of all ranks, one behind the other in the order of ranks. <c>ncclGather</c>. The memory must stay where it is until this returns; inside a group, until the group ends.</summary>
    /// <param name="send">What this rank contributes, an address.</param>
    /// <param name="receive">Where the result goes; not looked at but at the root, an address.</param>
    /// <param name="count">Elements of one rank's block; not negative.</param>
    /// <param name="type">What they are.</param>
    /// <param name="root">The rank that has or gets the whole.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">An argument is out of its range, or the buffers overlap and are not the operation's in-place form.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void Gather(
        nint send,
        nint receive,
        long count,
        DataType type,
        int root,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
    {
        CollectiveCall call = MakeCall(CollectiveKind.Gather, (byte*)send, (byte*)receive, count, type, null, root, file, line);
        Run(ref call);
    }

    /// <summary>Gives every rank its block of the root's vector. <c>ncclScatter</c>. The memory must stay where it is until this returns; inside a group, until the group ends.</summary>
    /// <param name="send">What this rank contributes; not looked at but at the root, an address.</param>
    /// <param name="receive">Where the result goes, an address.</param>
    /// <param name="count">Elements of one rank's block; not negative.</param>
    /// <param name="type">What they are.</param>
    /// <param name="root">The rank that has or gets the whole.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">An argument is out of its range, or the buffers overlap and are not the operation's in-place form.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void Scatter(
        nint send,
        nint receive,
        long count,
        DataType type,
        int root,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
    {
        CollectiveCall call = MakeCall(CollectiveKind.Scatter, (byte*)send, (byte*)receive, count, type, null, root, file, line);
        Run(ref call);
    }

    /// <summary>Sends a message to a rank, which receives as many elements of the same type. Messages between two ranks keep their order. <c>ncclSend</c>. The memory must stay where it is until this returns; inside a group, until the group ends.</summary>
    /// <param name="send">What this rank contributes, an address.</param>
    /// <param name="count">Elements of the message; not negative.</param>
    /// <param name="type">What they are.</param>
    /// <param name="peer">The other rank.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">An argument is out of its range, or the buffers overlap and are not the operation's in-place form.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void Send(
        nint send,
        long count,
        DataType type,
        int peer,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
    {
        CollectiveCall call = MakeCall(CollectiveKind.Send, (byte*)send, null, count, type, null, peer, file, line);
        Run(ref call);
    }

    /// <summary>Receives a message of a rank, which sends as many elements of the same type. <c>ncclRecv</c>. The memory must stay where it is until this returns; inside a group, until the group ends.</summary>
    /// <param name="receive">Where the result goes, an address.</param>
    /// <param name="count">Elements of the message; not negative.</param>
    /// <param name="type">What they are.</param>
    /// <param name="peer">The other rank.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">An argument is out of its range, or the buffers overlap and are not the operation's in-place form.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void Receive(
        nint receive,
        long count,
        DataType type,
        int peer,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
    {
        CollectiveCall call = MakeCall(CollectiveKind.Receive, null, (byte*)receive, count, type, null, peer, file, line);
        Run(ref call);
    }
}
