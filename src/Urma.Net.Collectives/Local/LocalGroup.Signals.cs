namespace Urma.Net.Collectives.Local;

/// <summary>One-sided writes, and the words by which they are told.</summary>
internal sealed unsafe partial class LocalGroup
{
    // By rank and signal: how often this rank raised it there, how often it has waited for it.
    private readonly uint[] _raised;
    private readonly uint[] _awaited;

    public override void Put(byte* source, long length, int peer, BufferReference reference, long offset)
    {
        if (length > 0)
        {
            reference.Offset += offset;
            byte* target = peer == _rank ? _buffers.AddressOf(reference) : _remote.Resolve(peer, reference, length);
            MoveLong(target, source, length);
        }
    }

    public override void Signal(int peer, int signal)
    {
        ulong* word = (ulong*)(_own + _layout.Signals(peer)) + signal;
        Volatile.Write(ref *(uint*)word, ++_raised[Index(peer, signal)]);
        _wait.WakeOther(peer);
    }

    public override void WaitSignal(int peer, int signal, uint count)
    {
        ulong* word = (ulong*)(_arenas[peer] + _layout.Signals(_rank)) + signal;
        uint least = _awaited[Index(peer, signal)] + count;
        var condition = new ProgressCondition((uint*)word, least, peer);
        if (!condition.IsMet())
        {
            _wait.Until(condition);
        }

        _awaited[Index(peer, signal)] = least;
    }

    // A put is a copy.
    public override void Flush()
    {
    }

    public override void Forget(int peer, BufferReference reference) => _remote.Forget(peer, reference.Id);

    private static int Index(int peer, int signal) => (peer * LocalLayout.SignalsPerRank) + signal;
}
