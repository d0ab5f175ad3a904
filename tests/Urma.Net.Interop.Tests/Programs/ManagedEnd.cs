using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Interop.Tests.Programs;

/// <summary>A managed context, opened by this process, as the other side of samples/rm_messages.c.</summary>
internal sealed class ManagedEnd : IDisposable
{
    private const uint Secret = 0x5eC2e7;
    private const int Length = 64;
    private const ulong Immediate = 0x0123456789abcdef;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly UrmaContext _context;
    private readonly Jfc _jfc;
    private readonly Segment _memory;
    private readonly Jetty _jetty;

    internal ManagedEnd(string fabric)
    {
        _context = UrmaContext.Open($"loopback://{fabric}");
        _jfc = _context.CreateJfc();
        _memory = _context.AllocateSegment(4096);
        _jetty = _context.CreateJetty(new JettyOptions
        {
            SendJfc = _jfc,
            Receive = new JfrOptions { ReceiveJfc = _jfc, Token = new Token(Secret) },
        });
    }

    internal uint JettyId => _jetty.Id;

    /// <summary>Exchanges descriptors in C's form and imports the program's jetty.</summary>
    internal TargetJetty Meet(SidePath path)
    {
        var mine = new urma_rjetty_t
        {
            trans_mode = urma_transport_mode_t.URMA_TM_RM,
            type = urma_target_type_t.URMA_JETTY,
        };
        _jetty.Descriptor.Eid.WriteTo(MemoryMarshal.AsBytes(new Span<urma_eid_t>(ref mine.jetty_id.eid)));
        mine.jetty_id.uasid = _jetty.Descriptor.Uasid;
        mine.jetty_id.id = _jetty.Id;
        mine.flag.bs.token_policy = 1;

        urma_rjetty_t theirs = path.Exchange(mine);
        var eid = new Eid(MemoryMarshal.AsBytes(new ReadOnlySpan<urma_eid_t>(in theirs.jetty_id.eid)));
        return _context.ImportJetty(new JettyDescriptor(eid, theirs.jetty_id.uasid, theirs.jetty_id.id, 0), new Token(Secret));
    }

    /// <summary>Takes the message that the program sends.</summary>
    internal void Receive(SidePath path)
    {
        Assert.Equal(UrmaStatus.Success, _jetty.PostReceive(new ReceiveRequest(_memory.Range(0, Length), 3)));
        path.Meet();

        var records = new ReceiveCompletion[1];
        Assert.Equal(1, _jfc.Wait(records, Limit));
        Assert.Equal((CompletionStatus.Success, 3ul, (long)Length), (records[0].Completion.Status, records[0].Completion.UserContext, records[0].Completion.ByteCount));
        Assert.Equal((ReceiveOpcode.SendWithImmediate, Immediate), (records[0].Opcode, records[0].Immediate));
        Assert.Equal("hello\0"u8.ToArray(), _memory.AsSpan(0, 6).ToArray());
    }

    /// <summary>Sends the message that the program waits for.</summary>
    internal void Send(SidePath path, TargetJetty target)
    {
        "hello\0"u8.CopyTo(_memory.AsSpan(0, 6));
        path.Meet();

        Assert.Equal(UrmaStatus.Success, _jetty.Post(WorkRequest.SendImmediate(target, _memory.Range(0, Length), Immediate, 4)));
        var records = new Completion[1];
        Assert.Equal(1, _jfc.Wait(records, Limit));
        Assert.Equal((CompletionStatus.Success, 4ul), (records[0].Status, records[0].UserContext));
    }

    public void Dispose()
    {
        _jetty.Dispose();
        _memory.Dispose();
        _jfc.Dispose();
        _context.Dispose();
    }
}
