using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Perftest;

/// <summary>
/// Keeps a window of requests in flight: posts them in lists (-l), asks for a completion every so many (-Q), and takes
/// completions when the window is full.
/// </summary>
/// <remarks>One thread. A completion's user context says for how many requests it stands.</remarks>
internal sealed class RequestStream
{
    private readonly Endpoint _endpoint;
    private readonly TestSetup _setup;
    private readonly WorkRequest[] _list;
    private readonly WorkRequest[] _silentList;
    private readonly Completion[] _completions = new Completion[32];
    private readonly int _listsPerCompletion;
    private readonly bool _renumber;

    public RequestStream(Endpoint endpoint)
    {
        _endpoint = endpoint;
        _setup = endpoint.Setup;
        int length = _setup.PostList;
        _listsPerCompletion = Math.Max(1, _setup.CompletionModeration / length);
        _list = new WorkRequest[length];
        _silentList = new WorkRequest[length];
        // A compare and swap names the value it expects, a numbered message its number: these are made anew for each post.
        _renumber = (TestNames.IsAtomic(_setup.Kind) && _setup.CompareSwap) || _setup.Kind == TestKind.SendBandwidth;
        if (_setup.SendDepth < Quantum)
        {
            throw new ToolException(
                $"The send queue (-T {_setup.SendDepth}) is shorter than what completes at a time (-l {length}, -Q {_setup.CompletionModeration}).");
        }

        Build(_list, 0, signaled: true);
        Build(_silentList, 0, signaled: false);
    }

    /// <summary>Iterations come in multiples of this.</summary>
    public int Quantum => _list.Length * _listsPerCompletion;

    /// <summary>A single signalled request.</summary>
    public ref readonly WorkRequest One(ulong number)
    {
        if (_renumber)
        {
            _list[0] = Request(number);
        }

        return ref _list[0];
    }

    /// <summary>Posts requests and returns when all have completed.</summary>
    /// <param name="start">How many were made before.</param>
    /// <param name="iterations">How many to make, a multiple of <see cref="Quantum"/>.</param>
    public void Run(ulong start, long iterations)
    {
        Jetty jetty = _endpoint.Jetty;
        Jfc jfc = _endpoint.SendJfc;
        PeerWatch watch = _endpoint.Watch;
        Span<Completion> completions = _completions;
        long posted = 0, completed = 0;
        // More messages than there are receives would only wait at the target.
        int depth = _setup.Kind == TestKind.SendBandwidth ? Math.Max(Quantum, Math.Min(_setup.SendDepth, _endpoint.ReceiveCount)) : _setup.SendDepth;
        int lists = 0, spins = 0;

        while (completed < iterations)
        {
            while (posted < iterations && posted - completed + _list.Length <= depth)
            {
                bool signaled = ++lists == _listsPerCompletion;
                lists = signaled ? 0 : lists;
                WorkRequest[] list = signaled ? _list : _silentList;
                if (_renumber)
                {
                    Build(list, start + (ulong)posted, signaled);
                }

                Expect.Posted(jetty.Post(list, out int taken));
                posted += taken;
            }

            int count = jfc.Poll(completions);
            if (count == 0 && ++spins == PeerWatch.Spins)
            {
                spins = 0;
                watch.Check();
            }

            for (int i = 0; i < count; i++)
            {
                Expect.Succeeded(completions[i]);
                completed += (long)completions[i].UserContext;
            }
        }
    }

    private void Build(WorkRequest[] list, ulong number, bool signaled)
    {
        int moderation = Math.Min(_setup.CompletionModeration, list.Length);
        int covered = 0;
        for (int i = 0; i < list.Length; i++)
        {
            WorkRequest request = Request(number + (ulong)i);
            covered++;
            bool last = i == list.Length - 1;
            if (signaled && (last || covered == moderation))
            {
                int lists = last ? _listsPerCompletion - 1 : 0;
                request.UserContext = (ulong)(covered + (lists * list.Length));
                covered = 0;
                list[i] = request;
            }
            else
            {
                list[i] = request.Unsignaled();
            }
        }
    }

    private unsafe WorkRequest Request(ulong number)
    {
        Endpoint end = _endpoint;
        switch (_setup.Kind)
        {
            case TestKind.ReadLatency or TestKind.ReadBandwidth:
                return WorkRequest.Read(end.LandingSlot(0), end.RemoteOutgoing);
            case TestKind.AtomicLatency or TestKind.AtomicBandwidth:
                return _setup.CompareSwap
                    ? WorkRequest.CompareSwap(end.Outgoing, end.RemoteLanding, number, number + 1)
                    : WorkRequest.FetchAdd(end.Outgoing, end.RemoteLanding, 1);
            case TestKind.SendBandwidth when _setup.Size > Endpoint.NumberedSize:
                return WorkRequest.SendImmediate(end.RemoteJetty, end.Outgoing, number);
            case TestKind.SendBandwidth:
                int slot = (int)(number % (ulong)end.OutgoingCount);
                byte* bytes = (byte*)end.Memory.Address + (slot * end.Stride);
                if (_setup.Size >= sizeof(ulong))
                {
                    *(ulong*)bytes = number;
                }

                return _setup.Inline
                    ? WorkRequest.SendInline(end.RemoteJetty, bytes, checked((int)_setup.Size))
                    : WorkRequest.Send(end.RemoteJetty, end.OutgoingSlot(slot));
            default:
                return _setup.Inline
                    ? WorkRequest.WriteInline((void*)end.Memory.Address, checked((int)_setup.Size), end.RemoteLanding)
                    : WorkRequest.Write(end.Outgoing, end.RemoteLanding);
        }
    }
}
