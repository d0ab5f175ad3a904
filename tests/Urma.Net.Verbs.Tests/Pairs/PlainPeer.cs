using System.Globalization;

namespace Urma.Net.Verbs.Tests.Pairs;

/// <summary>A C program with one queue pair that does what it is told (native/tests/verbs/plain_peer.c), connected to a pair of ours.</summary>
internal sealed class PlainPeer : IDisposable
{
    private readonly VerbsProgram _program = VerbsProgram.Own("verbs_plain_peer");

    public PlainPeer()
    {
        string[] words = _program.Hear().Split(' ');
        Address = VerbsPairAddress.Parse(words[0]);
        Memory = new VerbsPairMemory(
            ulong.Parse(words[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            uint.Parse(words[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            long.Parse(words[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    /// <summary>What the program's queue pairs are made for: the first GID and packets of 1024 bytes.</summary>
    public static VerbsPairOptions Options { get; } = new() { Mtu = 1024, GidIndex = 0 };

    public VerbsPairAddress Address { get; }

    /// <summary>All of its memory, a mebibyte, for everything.</summary>
    public VerbsPairMemory Memory { get; }

    /// <summary>Connects both ends.</summary>
    public TargetJetty Connect(VerbsPair pair)
    {
        TargetJetty target = pair.Connect(Address);
        Assert.Equal("connected", _program.Ask(pair.Local.ToString()));
        return target;
    }

    public void Receive(ulong id, int offset, int length) => Assert.Equal("posted 0", _program.Ask($"receive {id} {offset} {length}"));

    public void Send(ulong id, int offset, int length, uint? immediate = null) => Post(immediate is null ? 2 : 3, id, offset, length, default, immediate ?? 0);

    public void Write(ulong id, int offset, int length, VerbsPairMemory to, uint? immediate = null) =>
        Post(immediate is null ? 0 : 1, id, offset, length, to, immediate ?? 0);

    public void Read(ulong id, int offset, int length, VerbsPairMemory from) => Post(4, id, offset, length, from);

    public void CompareSwap(ulong id, int offset, VerbsPairMemory at, ulong compare, ulong value) => Post(5, id, offset, 8, at, compare, value);

    public void FetchAdd(ulong id, int offset, VerbsPairMemory at, ulong operand) => Post(6, id, offset, 8, at, operand);

    /// <summary>Its next completion: which request, its status as verbs counts (0 is success), how many bytes it received, with which immediate.</summary>
    public (ulong Id, int Status, int Length, uint Immediate) Await()
    {
        string[] words = _program.Ask("wait").Split(' ');
        Assert.Equal("ended", words[0]);
        return (
            ulong.Parse(words[1], CultureInfo.InvariantCulture),
            int.Parse(words[2], CultureInfo.InvariantCulture),
            int.Parse(words[3], CultureInfo.InvariantCulture),
            uint.Parse(words[4], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    public void AwaitSuccess(ulong id)
    {
        (ulong ended, int status, _, _) = Await();
        Assert.Equal((id, 0), (ended, status));
    }

    public void Fill(int offset, int length, byte value) => Assert.Equal("filled", _program.Ask($"fill {offset} {length} {value}"));

    public byte[] Show(int offset, int length) => Convert.FromHexString(_program.Ask($"show {offset} {length}")["bytes ".Length..]);

    public void End() => Assert.Empty(_program.End());

    public void Kill() => _program.Kill();

    public void Dispose() => _program.Dispose();

    private void Post(int opcode, ulong id, int offset, int length, VerbsPairMemory memory, ulong first = 0, ulong second = 0) =>
        Assert.Equal("posted 0", _program.Ask($"post {opcode} {id} {offset} {length} {memory.Address} {memory.Key} {first} {second}"));
}
