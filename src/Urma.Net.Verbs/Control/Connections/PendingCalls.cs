namespace Urma.Net.Verbs.Control;

/// <summary>The requests of one connection that have no answer yet, also those that nobody waits for any more.</summary>
internal sealed class PendingCalls
{
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, PendingCall> _calls = [];
    private uint _lastId;
    private string? _fault;

    /// <summary>Adds a call; where the connection is gone it has failed already.</summary>
    public PendingCall Add()
    {
        PendingCall call;
        string fault;
        lock (_gate)
        {
            do
            {
                _lastId++;
            }
            while (_lastId == 0 || _calls.ContainsKey(_lastId));

            call = new PendingCall(_lastId);
            if (_fault is null)
            {
                _calls.Add(call.Id, call);
                return call;
            }

            fault = _fault;
        }

        call.Fail(fault);
        return call;
    }

    /// <summary>Takes an answer.</summary>
    /// <returns>Whether anybody had asked.</returns>
    public bool Complete(uint id, UrmaStatus status, ReadOnlySpan<byte> payload)
    {
        PendingCall? call;
        Action<byte[]>? undo;
        lock (_gate)
        {
            if (!_calls.Remove(id, out call))
            {
                return false;
            }

            undo = call.Undo;
        }

        byte[] copy = payload.ToArray();
        call.Complete(status, copy);
        if (status == UrmaStatus.Success)
        {
            undo?.Invoke(copy);
        }

        return true;
    }

    /// <summary>Gives a call up.</summary>
    /// <param name="call">Whose wait ended without an answer.</param>
    /// <param name="undo">What to do with a success that comes all the same.</param>
    /// <returns>False where the end is there meanwhile, or a moment away.</returns>
    public bool TryAbandon(PendingCall call, Action<byte[]> undo)
    {
        lock (_gate)
        {
            call.Undo = undo;
            return _calls.ContainsKey(call.Id);
        }
    }

    /// <summary>Ends all calls, and those that are added later.</summary>
    public void FailAll(string fault)
    {
        PendingCall[] calls;
        lock (_gate)
        {
            _fault ??= fault;
            calls = [.. _calls.Values];
            _calls.Clear();
        }

        foreach (PendingCall call in calls)
        {
            call.Fail(fault);
        }
    }
}
