namespace Urma.Net.Collectives.Bootstrap;

// Exchanges of blobs, one after the other.
internal sealed partial class ControlHub
{
    private int _exchange;

    // The frame's body is the tag and the blob.
    private void OnPart(HubMember member, int tag, byte[] body)
    {
        if (member.Part is not null || member.HasLeft)
        {
            throw new InvalidDataException("A part of an exchange that has one already.");
        }

        member.Part = body;
        member.PartTag = tag;
        CheckExchange();
    }

    private void CheckExchange()
    {
        HubMember? first = _members.FirstOrDefault(static m => m?.Part is not null);
        if (first is null || !IsComplete)
        {
            return;
        }

        if (_members.FirstOrDefault(m => m!.Part is not null && m.PartTag != first.PartTag) is { } other)
        {
            DecideWithStates(new CommunicatorFault(
                CommunicatorFaultKind.Mismatch,
                other.Hello!.Rank,
                $"Ranks are not at the same exchange #{_exchange}: rank {first.Hello!.Rank} exchanges for {TagText(first.PartTag)}, rank {other.Hello.Rank} for {TagText(other.PartTag)}."));
        }
        else if (_members.FirstOrDefault(static m => m!.HasLeft) is { } gone)
        {
            DecideWithStates(new CommunicatorFault(
                CommunicatorFaultKind.Mismatch,
                gone.Hello!.Rank,
                $"Rank {first.Hello!.Rank} waits in exchange #{_exchange} for {TagText(first.PartTag)}, but rank {gone.Hello.Rank} has left the communicator."));
        }
        else if (_members.All(static m => m!.Part is not null))
        {
            Distribute();
        }
    }

    private void Distribute()
    {
        long total = _members.Sum(static m => (long)m!.Part!.Length + sizeof(int));
        if (total > ControlLimits.Exchange)
        {
            Decide(new CommunicatorFault(CommunicatorFaultKind.Mismatch, -1, $"Exchange #{_exchange} is too large: {total} bytes in all, and {ControlLimits.Exchange} may be."));
            return;
        }

        var parts = new FrameWriter(FrameKind.Parts);
        foreach (HubMember? member in _members)
        {
            _ = parts.Bytes(member!.Part.AsSpan(sizeof(int)));
            member.Part = null;
        }

        _exchange++;
        SendToAll(parts.ToFrame());
    }

    private string? ExchangeProgress()
    {
        HubMember? first = _members.FirstOrDefault(static m => m!.Part is not null);
        return first is null
            ? null
            : $"Of exchange #{_exchange} for {TagText(first.PartTag)}, {Ranks(_members.Where(static m => m!.Part is null).Select(static m => m!.Hello!.Rank))} did not come.";
    }

    private static string TagText(int tag) => $"tag {tag}";
}
