using System.Diagnostics;

namespace Urma.Net.Verbs.Control;

/// <content>What happens when the engine that keeps the names ends.</content>
internal sealed partial class NameClient
{
    private static readonly TimeSpan RestorePause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RestoreBound = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan JoinBound = TimeSpan.FromSeconds(5);

    private Thread? _restoring;

    void IPeerService.OnLost(ControlPeer peer, bool isNews)
    {
        lock (_gate)
        {
            // Whether or not somebody has reached the next service meanwhile: what was published is published with none but the lost one.
            if (_published.Count != 0 && _restoring is null && !_closing.IsCancellationRequested)
            {
                // A thread of its own, because it waits for others, who may wait for this engine's workers.
                _restoring = new Thread(Restore) { IsBackground = true, Name = "urma-names" };
                _restoring.Start();
            }
        }
    }

    private void Restore()
    {
        do
        {
            try
            {
                ControlPeer service = Reach(new WaitLimit(RestoreBound, _closing.Token));
                PublishedName[] names;
                lock (_gate)
                {
                    names = [.. _published.Values];
                }

                foreach (PublishedName name in names)
                {
                    Republish(name);
                }

                lock (_gate)
                {
                    if (_service == service && service.Fault is null)
                    {
                        _restoring = null;
                        return;
                    }
                }
            }
#pragma warning disable CA1031 // whatever it is, it must not end the process, and is tried again
            catch (Exception error)
            {
                Trace.TraceWarning($"Names are not published again yet: {error.Message}");
            }
#pragma warning restore CA1031
        }
        while (!_closing.Token.WaitHandle.WaitOne(RestorePause));
    }

    private void Republish(PublishedName name)
    {
        try
        {
            _ = Ask<PublishNameRequest, EmptyAnswer>(new PublishNameRequest(name.Name, name.Value), new WaitLimit(RestoreBound, _closing.Token));
        }
        catch (UrmaException taken) when (taken.Status == UrmaStatus.Exists)
        {
            Trace.TraceError($"The name '{name.Name.Name}' was lost when its service ended: {taken.Message}");
        }

        bool isWanted;
        lock (_gate)
        {
            isWanted = _published.ContainsKey(name.Name);
        }

        if (!isWanted && _service is { } service)
        {
            // It was given back meanwhile.
            _ = PeerCalls.Begin<WithdrawNameRequest, EmptyAnswer>(service, new WithdrawNameRequest(name.Name));
        }
    }
}
