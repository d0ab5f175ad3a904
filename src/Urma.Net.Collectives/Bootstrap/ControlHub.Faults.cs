namespace Urma.Net.Collectives.Bootstrap;

// What ranks report, and what is decided of it.
internal sealed partial class ControlHub
{
    private CommunicatorFault? _fault;
    private CommunicatorFault? _pending;
    private long _statesEnd;
    private int _left;

    private void OnFrame(HubMember member, ControlFrame frame)
    {
        FrameReader reader = frame.Read();
        switch (frame.Kind)
        {
            case FrameKind.Part:
                OnPart(member, reader.Number(), frame.Body);
                break;
            case FrameKind.Report:
                OnReport(new CommunicatorFault((CommunicatorFaultKind)reader.Number(), reader.Number(), reader.Text()));
                break;
            case FrameKind.State:
                member.State = reader.Text();
                if (_pending is not null && _members.All(static m => m is null || m.State is not null || m.HasLeft || m.IsGone))
                {
                    DecidePending();
                }

                break;
            case FrameKind.Leave:
                OnLeave(member);
                break;
            default:
                throw new InvalidDataException("Not what a rank says.");
        }
    }

    private void OnReport(CommunicatorFault fault)
    {
        if (_fault is not null || _pending is not null)
        {
            return;
        }

        if (!Enum.IsDefined(fault.Kind))
        {
            throw new InvalidDataException("Not a kind of fault.");
        }

        string message = fault.Message;
        if (!IsComplete)
        {
            message = $"{message} {Capital(Missing())}.";
        }
        else if (fault.Kind == CommunicatorFaultKind.Timeout && ExchangeProgress() is { } progress)
        {
            message = $"{message} {progress}";
        }

        fault = fault with { Message = message };
        if (IsComplete && fault.Kind is CommunicatorFaultKind.Timeout or CommunicatorFaultKind.Mismatch)
        {
            DecideWithStates(fault);
        }
        else
        {
            Decide(fault);
        }
    }

    private void OnGone(HubMember member)
    {
        if (member.HasLeft)
        {
            return;
        }

        string when = IsComplete ? "has ended or cannot be reached any more" : "ended while the communicator was being made";
        Decide(new CommunicatorFault(CommunicatorFaultKind.RankLost, member.Hello!.Rank, $"{Capital(member.Hello.Describe())} {when}."));
    }

    private void OnLeave(HubMember member)
    {
        if (!member.HasLeft)
        {
            member.HasLeft = true;
            _left++;
            _isEnding = true;
            CheckExchange();
            if (_left == _size)
            {
                // The name is free before anyone hears that it is over.
                StopListening();
                SendToAll(new FrameWriter(FrameKind.AllLeft).ToFrame());
            }
        }
    }

    // Who is where explains a timeout better than who noticed it.
    private void DecideWithStates(CommunicatorFault fault)
    {
        if (_fault is null && _pending is null)
        {
            _pending = fault;
            _statesEnd = Environment.TickCount64 + ControlLimits.States;
            SendToAll(new FrameWriter(FrameKind.AskState).ToFrame());
        }
    }

    private void DecidePending()
    {
        var lines = new List<string>(_size + 1) { _pending!.Message };
        for (int rank = 0; rank < _size; rank++)
        {
            HubMember? member = _members[rank];
            string state = member is null ? "has not joined"
                : member.HasLeft ? "has left the communicator"
                : member.IsGone ? $"has ended (process {member.Hello!.Pid} on {member.Hello.Host})"
                : member.State ?? $"does not answer (process {member.Hello!.Pid} on {member.Hello.Host}; stopped?)";
            lines.Add($"  rank {rank}: {state}");
        }

        CommunicatorFault fault = _pending with { Message = string.Join('\n', lines) };
        _pending = null;
        Decide(fault);
    }

    private void Decide(CommunicatorFault fault)
    {
        if (_fault is not null || _pending is not null)
        {
            return;
        }

        _fault = fault;
        _isEnding = true;
        _end = Environment.TickCount64 + ControlLimits.AfterFault;
        StopListening();

        // Ranks of this process last: it may end as soon as they know.
        byte[] frame = new FrameWriter(FrameKind.Fault).Number((int)fault.Kind).Number(fault.Rank).Text(fault.Message, ControlLimits.FaultText).ToFrame();
        foreach (HubMember? member in _members.OrderBy(static m => m?.Hello?.Process == ControlHello.OwnProcess))
        {
            if (member is not null)
            {
                Send(member, frame);
            }
        }
    }
}
