using System.Buffers.Binary;

namespace Urma.Net.Verbs.Tests.Pairs;

/// <summary>A jetty and a C program over one queue pair each: messages, and each with the other's memory.</summary>
[Trait("Needs", "Rdma")]
public sealed class PlainPeerTests : IDisposable
{
    private const int Remote = 8192;

    private readonly UrmaContext _context = new VerbsHarness().Open();
    private readonly Endpoint _end;
    private readonly VerbsPair _pair;

    public PlainPeerTests()
    {
        _end = new Endpoint(_context);
        _pair = VerbsPair.Open(_end.Jetty, PlainPeer.Options);
    }

    public void Dispose()
    {
        _pair.Dispose();
        _end.Dispose();
        _context.Dispose();
    }

    [SkippableFact]
    public void Messages_with_all_32_bits_of_an_immediate()
    {
        using var peer = new PlainPeer();
        TargetJetty target = peer.Connect(_pair);
        peer.Receive(1, Remote, 4000);
        peer.Receive(2, Remote, 4000);
        _end.Memory.AsSpan(0, 3000).Fill(7);

        Assert.Equal(UrmaStatus.Success, _end.Jetty.Post(WorkRequest.Send(target, _end.Memory.Range(0, 3000))));
        _ = _end.SendJfc.NextSuccess();
        Assert.Equal((1ul, 0, 3000, 0u), peer.Await());
        Assert.Equal([7, 7, 0], peer.Show(Remote + 2998, 3));
        Assert.Equal(UrmaStatus.Success, _end.Jetty.Post(WorkRequest.SendImmediate(target, _end.Memory.Range(0, 8), 0xFEDC_BA98)));
        _ = _end.SendJfc.NextSuccess();
        Assert.Equal((2ul, 0, 8, 0xFEDC_BA98u), peer.Await());

        Assert.Equal(UrmaStatus.InvalidArgument, _end.Jetty.Post(WorkRequest.SendImmediate(target, _end.Memory.Range(0, 8), 1ul << 32)));
        Assert.Equal(UrmaStatus.Success, _end.Jetty.PostReceive(new ReceiveRequest(_end.Memory.Range(4096, 64), 11)));
        peer.Fill(0, 64, 0xA5);
        peer.Send(3, 0, 40, 0x8000_0001);
        ReceiveCompletion received = _end.ReceiveJfc.NextReceive();
        Assert.Equal((11ul, 40, 0x8000_0001ul), (received.Completion.UserContext, (int)received.Completion.ByteCount, received.Immediate));
        Assert.Equal(ReceiveOpcode.SendWithImmediate, received.Opcode);
        Assert.Equal((0u, peer.Address.Number), (received.SourceUasid, received.SourceJettyId));
        Assert.Equal([0xA5, 0], _end.Memory.AsSpan(4096 + 39, 2).ToArray());
        peer.AwaitSuccess(3);
        peer.End();
    }

    [SkippableFact]
    public void Our_work_on_its_memory()
    {
        using var peer = new PlainPeer();
        TargetJetty target = peer.Connect(_pair);
        using TargetSegment memory = _pair.ImportSegment(peer.Memory);
        Pattern.Fill(_end.Memory.AsSpan(0, 5000), 3);
        peer.Receive(9, 0, 0);

        Assert.Equal(UrmaStatus.Success, _end.Jetty.Post(WorkRequest.Write(_end.Memory.Range(0, 5000), memory.At(Remote))));
        Assert.Equal(UrmaStatus.Success, _end.Jetty.Post(WorkRequest.Read(_end.Memory.Range(8192, 5000), memory.At(Remote))));
        _ = _end.SendJfc.NextSuccess();
        _ = _end.SendJfc.NextSuccess();
        Pattern.Verify(_end.Memory.AsSpan(8192, 5000), 3);

        SegmentRange old = _end.Memory.Range(0, 8);
        Assert.Equal(10ul, Atomic(WorkRequest.CompareSwap(old, memory.At(0), 0, 10), expected: 0, peer));
        Assert.Equal(15ul, Atomic(WorkRequest.FetchAdd(old, memory.At(0), 5), expected: 10, peer));
        Assert.Equal(12ul, Atomic(WorkRequest.Atomic(Opcode.FetchSub, old, memory.At(0), 3), expected: 15, peer));

        Assert.Equal(UrmaStatus.Success, _end.Jetty.Post(WorkRequest.WriteNotify(_end.Memory.Range(8192, 16), memory.At(128), memory.At(160), 77)));
        _ = _end.SendJfc.NextSuccess();
        Assert.Equal(77ul, BinaryPrimitives.ReadUInt64LittleEndian(peer.Show(160, 8)));
        Assert.Equal(_end.Memory.AsSpan(8192, 16).ToArray(), peer.Show(128, 16));

        Assert.Equal(UrmaStatus.Success, _end.Jetty.Post(WorkRequest.WriteImmediate(_end.Memory.Range(8192, 16), memory.At(256), target, 0xFFFF_0000)));
        _ = _end.SendJfc.NextSuccess();
        (ulong id, int status, _, uint immediate) = peer.Await();
        Assert.Equal((9ul, 0, 0xFFFF_0000u), (id, status, immediate));
        Assert.Equal(_end.Memory.AsSpan(8192, 16).ToArray(), peer.Show(256, 16));
        peer.End();
    }

    [SkippableFact]
    public void Its_work_on_our_memory()
    {
        using var peer = new PlainPeer();
        _ = peer.Connect(_pair);
        VerbsPairMemory memory = VerbsPairMemory.Of(_end.Memory);
        Assert.Equal(((ulong)_end.Memory.Address, _end.Memory.Length), (memory.Address, memory.Length));
        peer.Fill(Remote, 3000, 0x5C);

        peer.Write(1, Remote, 3000, memory);
        peer.AwaitSuccess(1);
        Assert.Equal([0x5C, 0x5C, 0], _end.Memory.AsSpan(2998, 3).ToArray());
        _end.Memory.AsSpan(0, 64).Fill(0x33);
        peer.Read(2, 0, 64, memory);
        Assert.Equal((2ul, 0, 64, 0u), peer.Await());
        Assert.Equal([0x33, 0x33], peer.Show(62, 2));
        BinaryPrimitives.WriteUInt64LittleEndian(_end.Memory.AsSpan(), 40);
        peer.FetchAdd(3, 0, memory, 2);
        peer.AwaitSuccess(3);
        peer.CompareSwap(4, 8, memory, 42, 99);
        peer.AwaitSuccess(4);
        Assert.Equal(99ul, BinaryPrimitives.ReadUInt64LittleEndian(_end.Memory.AsSpan()));
        Assert.Equal((40ul, 42ul), (BinaryPrimitives.ReadUInt64LittleEndian(peer.Show(0, 8)), BinaryPrimitives.ReadUInt64LittleEndian(peer.Show(8, 8))));

        Assert.Equal(UrmaStatus.Success, _end.Jetty.PostReceive(new ReceiveRequest(default, 5)));
        peer.Write(6, Remote, 8, memory, immediate: 0xC000_0001);
        ReceiveCompletion received = _end.ReceiveJfc.NextReceive();
        Assert.Equal((5ul, 0xC000_0001ul, ReceiveOpcode.WriteWithImmediate), (received.Completion.UserContext, received.Immediate, received.Opcode));
        peer.AwaitSuccess(6);

        // The end of a grant is the end of its key.
        const int remoteAccessError = 10;
        _end.Memory.Revoke();
        _end.Memory.AsSpan(0, 8).Clear();
        Assert.NotEqual(memory.Key, VerbsPairMemory.Of(_end.Memory).Key);
        peer.Write(7, Remote, 8, memory);
        (ulong id, int status, _, _) = peer.Await();
        Assert.Equal((7ul, remoteAccessError), (id, status));
        Assert.Equal(0, _end.Memory.AsSpan()[0]);
        peer.End();
    }

    [SkippableFact]
    public void A_wrong_key_ends_the_connection_with_its_name_and_another_pair_begins_anew()
    {
        TargetJetty target;
        using (var peer = new PlainPeer())
        {
            target = peer.Connect(_pair);
            using TargetSegment memory = _pair.ImportSegment(peer.Memory with { Key = peer.Memory.Key ^ 0x5A5A });
            peer.Receive(1, 0, 64);
            WorkRequest[] requests =
            [
                WorkRequest.Write(_end.Memory.Range(0, 8), memory.At(0), 1),
                WorkRequest.Send(target, _end.Memory.Range(0, 8), 2),
                WorkRequest.Write(_end.Memory.Range(0, 8), memory.At(0), 3).Unsignaled(),
            ];
            Assert.Equal(UrmaStatus.Success, _end.Jetty.Post(requests, out _));
            Assert.Equal(
                [(1ul, CompletionStatus.RemoteAccessAbort), (2, CompletionStatus.WorkRequestFlushed), (3, CompletionStatus.WorkRequestFlushed)],
                _end.SendJfc.Take(3).Select(static c => (c.UserContext, c.Status)));
            Assert.Contains("RemoteAccessAbort", _pair.Fault, StringComparison.Ordinal);
            Assert.Equal(_pair.Fault, target.Fault);
            Assert.True(memory.IsRevoked);
            Assert.Equal(UrmaStatus.Success, _end.Jetty.Post(WorkRequest.Send(target, _end.Memory.Range(0, 8), 4)));
            Assert.Equal((4ul, CompletionStatus.WorkRequestFlushed), _end.SendJfc.Next() is var late ? (late.UserContext, late.Status) : default);
            Assert.Equal(UrmaStatus.Success, _end.Jetty.Post(WorkRequest.Write(_end.Memory.Range(0, 8), memory.At(0), 5)));
            Assert.Equal(CompletionStatus.RemoteAccessAbort, _end.SendJfc.Next().Status);
            Assert.Throws<UrmaException>(() => _pair.ImportSegment(peer.Memory));
        }

        // Receives that were posted before are still there.
        Assert.Equal(UrmaStatus.Success, _end.Jetty.PostReceive(new ReceiveRequest(_end.Memory.Range(0, 64), 21)));
        _pair.Dispose();
        Assert.Equal(UrmaStatus.Success, _end.Jetty.Post(WorkRequest.Send(target, _end.Memory.Range(0, 8), 6)));
        Assert.Equal(CompletionStatus.RemoteOperationError, _end.SendJfc.Next().Status);
        using VerbsPair second = VerbsPair.Open(_end.Jetty, PlainPeer.Options);
        using var other = new PlainPeer();
        target = other.Connect(second);
        other.Receive(2, 0, 64);
        other.Send(3, 0, 5);
        Assert.Equal((21ul, 5), (_end.ReceiveJfc.NextSuccess() is var c ? (c.UserContext, (int)c.ByteCount) : default));
        Assert.Equal(UrmaStatus.Success, _end.Jetty.Post(WorkRequest.Send(target, _end.Memory.Range(0, 9), 7)));
        Assert.Equal(7ul, _end.SendJfc.NextSuccess().UserContext);
        other.AwaitSuccess(3);
        Assert.Equal((2ul, 0, 9, 0u), other.Await());
        other.End();
    }

    [SkippableFact]
    public void A_killed_peer_is_named_by_what_was_posted_to_it()
    {
        using var peer = new PlainPeer();
        TargetJetty target = peer.Connect(_pair);
        using TargetSegment memory = _pair.ImportSegment(peer.Memory);
        peer.Receive(1, 0, 64);
        Assert.Equal(UrmaStatus.Success, _end.Jetty.Post(WorkRequest.Send(target, _end.Memory.Range(0, 8), 1)));
        _ = _end.SendJfc.NextSuccess();
        peer.Kill();

        Assert.Equal(UrmaStatus.Success, _end.Jetty.Post(WorkRequest.Write(_end.Memory.Range(0, 8), memory.At(0), 2)));
        Assert.Equal(UrmaStatus.Success, _end.Jetty.Post(WorkRequest.Send(target, _end.Memory.Range(0, 8), 3)));
        Completion[] ended = _end.SendJfc.Take(2);
        Assert.Equal(2ul, ended[0].UserContext);

        // Over the shim its memory may go before its connection does.
        CompletionStatus[] possible = VerbsHarness.IsSoftRoce ? [CompletionStatus.AckTimeout] : [CompletionStatus.AckTimeout, CompletionStatus.RemoteAccessAbort];
        Assert.Contains(ended[0].Status, possible);
        Assert.Equal(3ul, ended[1].UserContext);
        Assert.Contains(ended[1].Status, (CompletionStatus[])[CompletionStatus.AckTimeout, CompletionStatus.WorkRequestFlushed]);
        Assert.Contains(ended[0].Status.ToString(), target.Fault, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_peer_without_a_receive_is_tried_as_often_as_said()
    {
        using VerbsPair pair = VerbsPair.Open(_end.Jetty, PlainPeer.Options with { RnrRetry = 2 });
        using var peer = new PlainPeer();
        TargetJetty target = peer.Connect(pair);
        Assert.Equal(UrmaStatus.Success, _end.Jetty.Post(WorkRequest.Send(target, _end.Memory.Range(0, 8), 1)));
        Assert.Equal(CompletionStatus.RnrRetryCountExceeded, _end.SendJfc.Next().Status);
        Assert.Contains("RnrRetryCountExceeded", pair.Fault, StringComparison.Ordinal);
    }

    private ulong Atomic(WorkRequest request, ulong expected, PlainPeer peer)
    {
        Assert.Equal(UrmaStatus.Success, _end.Jetty.Post(in request));
        _ = _end.SendJfc.NextSuccess();
        Assert.Equal(expected, BinaryPrimitives.ReadUInt64LittleEndian(_end.Memory.AsSpan()));
        return BinaryPrimitives.ReadUInt64LittleEndian(peer.Show(0, 8));
    }
}
