using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>Reaches engines by UASID, on the caller's thread. Thread-safe; concurrent callers share one connection.</summary>
internal sealed class PeerConnector
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    private readonly FabricLoop _loop;
    private readonly LoopbackFabric _fabric;
    private readonly EngineIdentity _identity;
    private readonly PeerTable _table;
    private readonly Handshaker _handshaker;

    internal PeerConnector(
        FabricLoop loop, LoopbackFabric fabric, EngineIdentity identity, PeerTable table, Handshaker handshaker)
    {
        _loop = loop;
        _fabric = fabric;
        _identity = identity;
        _table = table;
        _handshaker = handshaker;
    }

    /// <inheritdoc cref="ControlPlane.GetPeer"/>
    internal LoopbackPeer GetPeer(uint uasid, TimeSpan timeout)
    {
        Deadline deadline = Deadline.After(timeout);
        TimeSpan pause = FirstPause;
        while (true)
        {
            if (_table.FindOrAttempt(uasid, out ConnectAttempt? attempt, out bool isNew) is { } peer)
            {
                if (!peer.HasGone())
                {
                    return peer;
                }

                // Another engine may have the UASID by now, which the caller learned sooner than our fabric thread.
                WaitForLoss(peer, deadline);
                continue;
            }

            if (isNew)
            {
                Start(attempt!, deadline);
            }

            if (!attempt!.Wait(deadline))
            {
                throw new UrmaException(
                    UrmaStatus.TimedOut,
                    $"{LoopbackPeer.Describe(null, attempt.ProcessId, uasid)} did not answer the connection within "
                        + $"{timeout.TotalSeconds:0.###} s: it is stopped, overloaded or stuck.");
            }

            if (attempt.Peer is { } reached)
            {
                return reached;
            }

            if (!attempt.IsTransient || deadline.HasPassed)
            {
                throw new UrmaException(attempt.Status, attempt.Error + ".") { ProvesAbsence = attempt.ProvesAbsence };
            }

            Thread.Sleep(Math.Min((int)pause.TotalMilliseconds, deadline.RemainingMilliseconds));
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private static void WaitForLoss(LoopbackPeer peer, Deadline deadline)
    {
        while (peer.IsAlive)
        {
            if (deadline.HasPassed)
            {
                throw new UrmaException(UrmaStatus.TimedOut, $"{peer.Name} is just leaving; try again.");
            }

            Thread.Sleep(1);
        }
    }

    private void Start(ConnectAttempt attempt, Deadline deadline)
    {
        UnixChannel? channel = null;
        try
        {
            UnixName name = _fabric.EngineName(attempt.Uasid);
            channel = UnixChannel.TryConnect(name, TimeSpan.FromMilliseconds(deadline.RemainingMilliseconds));
            if (channel is null)
            {
                _table.Fail(
                    attempt,
                    UrmaStatus.Failed,
                    $"No engine has UASID 0x{attempt.Uasid:x6} on {_fabric} (nobody listens at '{name}'): it has not started, "
                        + "has ended, or lives in another " + (_fabric.IsPath ? "directory" : "network namespace"),
                    isTransient: false,
                    provesAbsence: true);
                return;
            }

            attempt.ProcessId = channel.Peer.Pid;
            channel.Peer.EnsureSameUser();

            // A refused frame means that the other end closed already; the fabric thread will read why.
            _ = _identity.SendHello(channel);
            UnixChannel connected = channel;
            if (_loop.Post(() => _handshaker.Begin(connected, attempt)))
            {
                channel = null;
            }
        }
        catch (UrmaException error)
        {
            _table.Fail(attempt, error.Status, error.Message.TrimEnd('.'), error.Status == UrmaStatus.TryAgain);
        }
        catch (Exception error)
        {
            // Others wait for this attempt; they must not wait for nothing.
            _table.Fail(attempt, UrmaStatus.Failed, error.Message.TrimEnd('.'), isTransient: false);
            throw;
        }
        finally
        {
            channel?.Dispose();
        }
    }
}
