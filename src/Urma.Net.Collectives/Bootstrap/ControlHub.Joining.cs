using System.Globalization;

namespace Urma.Net.Collectives.Bootstrap;

// Who is let in.
internal sealed partial class ControlHub
{
    private HubMember?[] _members = [];
    private int _size;
    private int _joined;
    private bool _isEnding;
    private string _lastRefusal = string.Empty;

    private bool IsComplete => _size != 0 && _joined == _size;

    // The lowest rank that lives in this process; -1 where there is none.
    private int HostRank => Array.FindIndex(_members, static m => m?.Hello?.Process == ControlHello.OwnProcess);

    private void OnHandshake(HubMember member, ControlFrame frame)
    {
        FrameReader reader = frame.Read();
        switch (frame.Kind)
        {
            case FrameKind.Hello when member.Hello is null:
                ControlHello hello = ControlHello.Read(frame.Body);
                if (hello.Id != _id.PublicPart())
                {
                    Refuse(member, FrameKind.Elsewhere, "another communicator listens there");
                    return;
                }

                UInt128 nonce = ControlHello.NewNonce();
                member.Hello = hello;
                member.Expected = ControlHello.Prove(_id.Secret, "rank", frame.Body, nonce);
                Send(member, new FrameWriter(FrameKind.Challenge).Wide(nonce).Raw(ControlHello.Prove(_id.Secret, "hub", frame.Body, nonce)).ToFrame());
                return;
            case FrameKind.Proof when member.Expected is not null:
                if (!ControlHello.Matches(member.Expected, reader.Raw(Sha256.Size)))
                {
                    throw new InvalidDataException("A wrong proof.");
                }

                Join(member, member.Hello!);
                return;
            default:
                throw new InvalidDataException("Not what a rank says first.");
        }
    }

    private void Join(HubMember member, ControlHello hello)
    {
        if (_isEnding)
        {
            Refuse(member, FrameKind.Elsewhere, "the communicator of that id is ending");
        }
        else if (hello.Size is < 1 or > ControlLimits.MaximumRanks || (uint)hello.Rank >= (uint)hello.Size)
        {
            Refuse(member, FrameKind.Refused, $"Rank {hello.Rank} of {hello.Size} is none: there can be {ControlLimits.MaximumRanks} ranks, counted from 0.");
        }
        else if (_size != 0 && hello.Size != _size)
        {
            HubMember first = _members.First(static m => m is not null)!;
            string text = $"{Capital(hello.Describe())} says that there are {hello.Size} ranks, but {first.Hello!.Describe()} says {_size}.";
            Refuse(member, FrameKind.Refused, text);
            if (!IsComplete)
            {
                Decide(new CommunicatorFault(CommunicatorFaultKind.Mismatch, hello.Rank, text));
            }
        }
        else if (_size != 0 && _members[hello.Rank] is { } before)
        {
            _lastRefusal = $"{Capital(hello.Describe())} is refused: {before.Hello!.Describe()} has joined communicator {_id.Describe()} already. Give each process a rank of its own.";
            Refuse(member, FrameKind.Refused, _lastRefusal);
        }
        else
        {
            Welcome(member, hello);
        }
    }

    private void Welcome(HubMember member, ControlHello hello)
    {
        if (_size == 0)
        {
            _size = hello.Size;
            _members = new HubMember?[_size];
            _end = long.MaxValue;
        }

        member.HasJoined = true;
        member.Link.FrameLimit = ControlLimits.RankFrame;
        _members[hello.Rank] = member;
        _joined++;
        Send(member, new FrameWriter(FrameKind.Welcome).Wide(ControlHello.OwnProcess).Number(Environment.ProcessId).Text(Environment.MachineName, 255).ToFrame());
        if (IsComplete)
        {
            // Who comes later must not find this hub where the next one may be.
            if (_id.Kind == UniqueIdKind.Endpoint || _sockets.IsReserved)
            {
                CloseRemote();
            }

            SendToAll(new FrameWriter(FrameKind.Ready).Number(HostRank).ToFrame());
        }
    }

    private void Refuse(HubMember member, FrameKind kind, string reason)
    {
        member.IsRefused = true;
        Send(member, new FrameWriter(kind).Text(reason, ControlLimits.StrangerFrame / 2).ToFrame());
    }

    private string Missing()
    {
        string ranks = Ranks(_members.Select(static (m, rank) => (m, rank)).Where(static p => p.m is null).Select(static p => p.rank));
        return $"{ranks} of {_size} did not join{(_lastRefusal.Length == 0 ? "" : $" ({_lastRefusal})")}";
    }

    private static string Ranks(IEnumerable<int> ranks)
    {
        int[] all = [.. ranks];
        string some = string.Join(", ", all.Take(16).Select(static r => r.ToString(CultureInfo.InvariantCulture)));
        return $"{(all.Length == 1 ? "rank" : "ranks")} {some}{(all.Length > 16 ? $" and {all.Length - 16} more" : "")}";
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
