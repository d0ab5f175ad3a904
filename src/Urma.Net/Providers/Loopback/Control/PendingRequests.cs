namespace Urma.Net.Providers.Loopback.Control;

/// <summary>The requests to one peer whose replies have not come. Thread-safe.</summary>
internal sealed class PendingRequests
{
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, PendingRequest> _requests = [];
    private uint _lastId;
    private string? _fault;

    /// <summary>Adds a request.</summary>
    /// <exception cref="UrmaException">The peer is gone.</exception>
    internal PendingRequest Add()
    {
        lock (_gate)
        {
            if (_fault is not null)
            {
                throw new UrmaException(UrmaStatus.Failed, _fault + ".");
            }

            do
            {
                // 0 marks one-way messages.
                _lastId = _lastId == uint.MaxValue ? 1 : _lastId + 1;
            }
            while (_requests.ContainsKey(_lastId));

            var request = new PendingRequest(_lastId);
            _requests.Add(_lastId, request);
            return request;
        }
    }

    /// <summary>Takes a request out; whoever gets it completes it or gives it up.</summary>
    /// <returns>Null when another thread was faster or nobody asked.</returns>
    internal PendingRequest? Take(uint id)
    {
        lock (_gate)
        {
            return _requests.Remove(id, out PendingRequest? request) ? request : null;
        }
    }

    /// <summary>Fails all requests, those added later included.</summary>
    internal void FailAll(string fault)
    {
        PendingRequest[] requests;
        lock (_gate)
        {
            _fault ??= fault;
            requests = [.. _requests.Values];
            _requests.Clear();
        }

        foreach (PendingRequest request in requests)
        {
            request.Fail(UrmaStatus.Failed, fault + ".");
        }
    }
}
