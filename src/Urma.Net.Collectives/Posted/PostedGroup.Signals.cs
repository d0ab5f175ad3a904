using Urma.Net.Collectives.Local;
using Urma.Net.Internal;

namespace Urma.Net.Collectives.Posted;

/// <content>One-sided writes, and the words by which they are told.</content>
internal sealed unsafe partial class PostedGroup
{
    // By rank and signal: how often this rank raised it there, how often it has waited for it.
    private readonly uint[] _raised;
    private readonly uint[] _awaited;
    private int _putTo;

    public override void Put(byte* source, long length, int peer, BufferReference reference, long offset)
    {
        if (peer == _rank)
        {
            reference.Offset += offset;
            LocalGroup.MoveLong(_buffers.AddressOf(reference), source, length);
            return;
        }

        if (length == 0)
        {
            return;
        }

        _putTo = peer;
        PostedLink link = _port.Link(peer);
        TargetSegment target = _remote.Resolve(link, reference.Id);
        offset += reference.Offset;
        if (offset < 0 || length > target.Length - offset)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"Rank {peer} offers a range outside its registered buffer of {target.Length} bytes.");
        }

        for (long done = 0; done < length;)
        {
            int piece = (int)Math.Min(_port.Layout.ChunkBytes, length - done);
            while (!_port.HasPlace)
            {
                _wait.Pause(_port, peer);
            }

            _wait.Reset();
            CopyKernel.Copy(_port.NextPlace(), source + done, piece);
            _port.Write(link, target.At(offset + done, piece), piece);
            done += piece;
        }
    }

    public override void Signal(int peer, int signal)
    {
        uint raised = ++_raised[Index(peer, signal)];
        if (peer == _rank)
        {
            Volatile.Write(ref *_port.SignalOf(peer, signal), raised);
        }
        else
        {
            _port.Signal(_port.Link(peer), signal, raised);
        }
    }

    public override void WaitSignal(int peer, int signal, uint count)
    {
        ulong* word = _port.SignalOf(peer, signal);
        uint least = _awaited[Index(peer, signal)] + count;
        while ((int)((uint)Volatile.Read(ref *word) - least) < 0)
        {
            _wait.Pause(_port, peer);
        }

        _wait.Reset();
        _awaited[Index(peer, signal)] = least;
    }

    public override void Flush() => _port.Flush(_wait, _putTo);

    public override void Forget(int peer, BufferReference reference) => _remote.Forget(peer, reference.Id);

    private static int Index(int peer, int signal) => (peer * LocalLayout.SignalsPerRank) + signal;
}
