namespace Urma.Net.Verbs.Control;

/// <summary>Keeps names for those that are connected to it. A name goes with the connection that published it.</summary>
internal sealed class NameService : IPeerService
{
    private const long MaximumBytes = 64 << 20;
    private const int CostOfName = 512;

    private readonly Lock _gate = new();
    private readonly Dictionary<QualifiedName, (ControlPeer Publisher, byte[] Value)> _names = [];
    private long _bytes;

    public void OnConnected(ControlPeer peer)
    {
    }

    public void OnLost(ControlPeer peer, bool isNews)
    {
        lock (_gate)
        {
            foreach (QualifiedName name in _names.Where(n => n.Value.Publisher == peer).Select(static n => n.Key).ToArray())
            {
                Remove(name);
            }
        }
    }

    public ServedFrame Serve(ControlPeer peer, in ReceivedFrame frame)
    {
        FrameHeader header = frame.Header;
        var reader = new RecordReader(frame.Payload);
        if (header.Kind == FrameKind.Request)
        {
            switch (header.Message)
            {
                case ControlMessage.PublishName when PublishNameRequest.Read(ref reader) is var request && reader.IsWhole:
                    return Publish(peer, request) is { } refusal
                        ? new ServedFrame(ControlFrames.OfText(header.Message, FrameKind.Answer, header.Id, refusal.Status, refusal.Why))
                        : Done(header);
                case ControlMessage.WithdrawName when WithdrawNameRequest.Read(ref reader) is var request && reader.IsWhole:
                    Withdraw(peer, request.Name);
                    return Done(header);
                case ControlMessage.LookupName when LookupNameRequest.Read(ref reader) is var request && reader.IsWhole:
                    return new ServedFrame(ControlFrames.Of(header.Message, FrameKind.Answer, header.Id, new LookupNameAnswer(Find(request.Name))));
            }
        }

        return new ServedFrame(null, Fault: "it asked a name service for something else");
    }

    private static ServedFrame Done(in FrameHeader header) =>
        new(ControlFrames.Of<EmptyAnswer>(header.Message, FrameKind.Answer, header.Id, default));

    // The same name again by the same connection is somebody who does not know whether it arrived the first time.
    private (UrmaStatus Status, string Why)? Publish(ControlPeer peer, in PublishNameRequest request)
    {
        lock (_gate)
        {
            if (_names.TryGetValue(request.Name, out (ControlPeer Publisher, byte[] Value) there))
            {
                if (there.Publisher != peer)
                {
                    return (UrmaStatus.Exists, $"the name '{request.Name.Name}' is taken by {there.Publisher}");
                }

                Remove(request.Name);
            }

            if (_bytes + request.Value.Length + CostOfName > MaximumBytes)
            {
                return (UrmaStatus.OutOfMemory, $"{_names.Count} names of {_bytes} bytes are published, and no more are taken");
            }

            _names.Add(request.Name, (peer, request.Value));
            _bytes += request.Value.Length + CostOfName;
            return null;
        }
    }

    private void Withdraw(ControlPeer peer, QualifiedName name)
    {
        lock (_gate)
        {
            if (_names.TryGetValue(name, out (ControlPeer Publisher, byte[] Value) there) && there.Publisher == peer)
            {
                Remove(name);
            }
        }
    }

    private byte[]? Find(QualifiedName name)
    {
        lock (_gate)
        {
            return _names.GetValueOrDefault(name).Value;
        }
    }

    private void Remove(QualifiedName name)
    {
        _ = _names.Remove(name, out (ControlPeer Publisher, byte[] Value) gone);
        _bytes -= gone.Value.Length + CostOfName;
    }
}
