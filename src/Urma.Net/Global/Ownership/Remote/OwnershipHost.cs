using System.Diagnostics;
using Urma.Net.Internal;
using Urma.Net.Messaging;

namespace Urma.Net.Global;

/// <summary>
/// The creator's side of a domain whose members cannot map its memory: takes them in, and for each has a member of its own in this process,
/// by which it does what the member asks.
/// </summary>
internal sealed class OwnershipHost : IDisposable
{
    private readonly MessageListener _listener;
    private readonly Func<byte[], int, OwnershipDomain> _join;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly List<OwnershipSession> _sessions = [];
    private readonly Task _accepting;
    private readonly Segment _data;
    private bool _disposed;

    /// <param name="context">The creator's context.</param>
    /// <param name="name">What others look up; null where there are no names.</param>
    /// <param name="domain">The creator's own member.</param>
    /// <param name="data">The regions' bytes.</param>
    /// <param name="join">Makes a member in this process that stands for one elsewhere: its sign of life, its process.</param>
    public OwnershipHost(UrmaContext context, string? name, OwnershipDomain domain, Segment data, Func<byte[], int, OwnershipDomain> join)
    {
        Context = context;
        Domain = domain;
        _data = data;
        _join = join;
        _listener = new MessageListener(context, name, new MessageChannelOptions { Slots = 64, SlotSize = 1024 });
        _accepting = Task.Run(AcceptAsync);
    }

    public UrmaContext Context { get; }

    public OwnershipDomain Domain { get; }

    /// <summary>Where to ask.</summary>
    public byte[] Address => _listener.Address.ToArray();

    /// <summary>A member of this process for somebody who showed the secret.</summary>
    public OwnershipDomain Join(byte[] presence, int processId) => _join(presence, processId);

    /// <summary>
    /// Access to the regions' bytes for one member; it ends with the member, so that nothing that is late reaches them. A member of this
    /// process must be there: it keeps the memory.
    /// </summary>
    public unsafe Segment Grant()
    {
        ISegmentLease lease = _data.Lease(out byte* start);
        try
        {
            return Context.RegisterSegment(start, _data.Length, new SegmentOptions { Access = SegmentAccess.Read | SegmentAccess.Write });
        }
        finally
        {
            lease.Release();
        }
    }

    public void Remove(OwnershipSession session)
    {
        lock (_lock)
        {
            _sessions.Remove(session);
        }
    }

    public void Dispose()
    {
        OwnershipSession[] sessions;
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            sessions = [.. _sessions];
        }

        _stop.Cancel();
        _listener.Dispose();
        foreach (OwnershipSession session in sessions)
        {
            session.Dispose();
        }

        _ = _accepting.ContinueWith(_ => _stop.Dispose(), TaskScheduler.Default);
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                MessageChannel channel = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                lock (_lock)
                {
                    if (!_disposed)
                    {
                        var session = new OwnershipSession(this, channel);
                        _sessions.Add(session);
                        session.Start();
                        continue;
                    }
                }

                channel.Dispose();
            }
            catch (UrmaException error)
            {
                Trace.TraceWarning($"A member could not join the ownership domain '{Domain.Name}': {error.Message}");
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
