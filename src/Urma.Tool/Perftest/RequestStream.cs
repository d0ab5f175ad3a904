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
    // Numbered messages, a request for each outgoing slot: made once, so that a stream measures posting and not the making of requests.
    private readonly WorkRequest[] _slots = [];
    private readonly WorkRequest[] _silentSlots = [];
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
        if (_setup.Kind == TestKind.SendBandwidth && _setup.Size <= Endpoint.NumberedSize && endpoint.OutgoingCount % length == 0)
        {
            _slots = BuildSlots(signaled: true);
            _silentSlots = BuildSlots(signaled: false);
        }
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
                ReadOnlySpan<WorkRequest> list = signaled ? _list : _silentList;
                if (_slots.Length != 0)
                {
                    list = Renumber(signaled ? _slots : _silentSlots, start + (ulong)posted);
                }
                else if (_renumber)
                {
                    Build(signaled ? _list : _silentList, start + (ulong)posted, signaled);
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

    // Iterations come in whole lists, so a list never begins in the middle of one of the slots' lists.
    private unsafe ReadOnlySpan<WorkRequest> Renumber(WorkRequest[] slots, ulong number)
    {
        int first = (int)(number % (ulong)slots.Length);
        if (_setup.Size >= sizeof(ulong))
        {
            byte* bytes = (byte*)_endpoint.Memory.Address + (first * _endpoint.Stride);
            for (int i = 0; i < _list.Length; i++, bytes += _endpoint.Stride)
            {
                *(ulong*)bytes = number + (ulong)i;
            }
        }

        return slots.AsSpan(first, _list.Length);
    }

    private WorkRequest[] BuildSlots(bool signaled)
    {
        var slots = new WorkRequest[_endpoint.OutgoingCount];
        var list = new WorkRequest[_list.Length];
        for (int first = 0; first < slots.Length; first += list.Length)
        {
            Build(list, (ulong)first, signaled);
            list.CopyTo(slots.AsSpan(first));
        }

        return slots;
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
