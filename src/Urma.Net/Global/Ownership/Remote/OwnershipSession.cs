using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Urma.Net.Global;

/// <summary>One member that asks by messages, at the creator's: what it asks is done by a member of this process that stands for it.</summary>
/// <remarks>A member that leaves, or dies, loses what it had: its stand-in leaves.</remarks>
internal sealed class OwnershipSession(OwnershipHost host, MessageChannel channel) : IDisposable
{
    private static readonly TimeSpan SendBound = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WatchPeriod = TimeSpan.FromSeconds(1);

    // Each may hold a thread of the creator's pool for as long as the member likes.
    private const int MostCalls = 64;

    private readonly Lock _sending = new();
    private readonly Lock _joining = new();
    private readonly ConcurrentDictionary<int, CancellationTokenSource> _waiting = new();
    private OwnershipDomain? _member;
    private SharedRegion? _all;
    private Segment? _grant;
    private PresenceWatch? _watch;
    private Timer? _timer;
    private int _ended;

    public void Start() => _ = Task.Run(RunAsync);

    public void Dispose() => End();

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                using MessageLease message = await channel.ReceiveAsync().ConfigureAwait(false);
                if (message.IsEnd || !OwnershipCall.TryRead(message.Span, out OwnershipCall call) || !Take(call, message.Span[OwnershipCall.Size..].ToArray()))
                {
                    return;
                }
            }
        }
        catch (Exception error) when (error is UrmaException or ObjectDisposedException or InvalidOperationException)
        {
            // It is gone, or this side closed.
        }
        finally
        {
            End();
        }
    }

    // False where nothing more is to be expected.
    private bool Take(OwnershipCall call, byte[] payload)
    {
        switch (call.Verb)
        {
            case OwnershipVerb.Close when _member is { } member && IsInside(call):
                member.Close(call.First, call.End, 0);
                return true;
            case OwnershipVerb.Cancel:
                if (_waiting.TryGetValue((int)call.Value, out CancellationTokenSource? waiting))
                {
                    Cancel(waiting);
                }

                return true;
            case OwnershipVerb.Leave:
                End(call);
                return false;
            case OwnershipVerb.Join:
                // One try: whoever guesses tokens connects anew for each.
                Answer(call, payload, default);
                return _member is not null;
            default:
                if (_waiting.Count >= MostCalls)
                {
                    call.Fault = OwnershipFault.Describe(
                        new UrmaException(UrmaStatus.TryAgain, $"This member waits for {MostCalls} calls already: let some of them end."), out byte[] words);
                    Send(call, words);
                    return true;
                }

                // These may wait long; what comes meanwhile must be taken all the same.
                var cancellation = new CancellationTokenSource();
                _waiting[call.Id] = cancellation;
                _ = Task.Run(() =>
                {
                    Answer(call, payload, cancellation.Token);
                    _waiting.TryRemove(call.Id, out _);
                    cancellation.Dispose();
                });
                return true;
        }
    }

    private void Answer(OwnershipCall call, byte[] payload, CancellationToken cancellationToken)
    {
        byte[] answer;
        try
        {
            answer = Execute(ref call, payload, cancellationToken);
        }
        catch (Exception error) when (error is UrmaException or ArgumentException or OperationCanceledException or ObjectDisposedException)
        {
            call.Fault = OwnershipFault.Describe(error, out answer);
        }

        Send(call, answer);
    }

    private byte[] Execute(ref OwnershipCall call, byte[] payload, CancellationToken cancellationToken)
    {
        if (call.Verb == OwnershipVerb.Join)
        {
            return Join(ref call, payload);
        }

        OwnershipDomain member = _member ?? throw new UrmaException(UrmaStatus.OperationNotPermitted, "Who asks has not joined.");
        switch (call.Verb)
        {
            case OwnershipVerb.CreateRegion:
                call.First = member.CreateRegion(Encoding.UTF8.GetString(payload), call.Value).FirstGranule;
                return [];
            case OwnershipVerb.OpenRegion:
                SharedRegion region = member.OpenRegion(Encoding.UTF8.GetString(payload));
                (call.First, call.Value) = (region.FirstGranule, region.Length);
                return [];
            case OwnershipVerb.Open or OwnershipVerb.Acquire:
                // The scope ends with the message that says so, not here.
                Require(call);
                _ = member.Open(
                    _all!, call.First * member.GranuleSize, (call.End - call.First) * member.GranuleSize, (Ownership)call.Wanted,
                    call.Verb == OwnershipVerb.Acquire, TimeOf(call), cancellationToken);
                return [];
            case OwnershipVerb.Set:
                return Set(member, ref call, payload, cancellationToken);
            case OwnershipVerb.Held:
                Require(call);
                call.Wanted = (int)member.Held(_all!, call.First * member.GranuleSize, (call.End - call.First) * member.GranuleSize);
                return [];
            case OwnershipVerb.Count:
                call.Value = member.MemberCount;
                return [];
            default:
                throw new UrmaException(UrmaStatus.InvalidArgument, $"The creator does not know what {(int)call.Verb} asks for.");
        }
    }

    private byte[] Join(ref OwnershipCall call, byte[] payload)
    {
        if (call.Wanted != OwnershipCall.Version || payload.Length != (2 * sizeof(int)) + Presence.Size)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"The domain '{host.Domain.Name}' is of another version: use the same Urma.Net version everywhere.");
        }

        if (MemoryMarshal.Read<uint>(payload) != host.Domain.Token.Value)
        {
            throw new UrmaException(UrmaStatus.OperationNotPermitted, $"The token does not match that of the ownership domain '{host.Domain.Name}'.");
        }

        if (_member is not null)
        {
            throw new UrmaException(UrmaStatus.Exists, "Who asks has joined already.");
        }

        lock (_joining)
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _ended) != 0, host.Domain);
            byte[] presence = payload[(2 * sizeof(int))..];
            _member = host.Join(presence, MemoryMarshal.Read<int>(payload.AsSpan(sizeof(uint))));
            _all = new SharedRegion(_member, "the region", 0, _member.Capacity);
            _watch = new PresenceWatch(host.Context, host.Context.Services.Presence, presence);
            _grant = host.Grant();
            _timer = new Timer(static s => ((OwnershipSession)s!).Look(), this, WatchPeriod, Timeout.InfiniteTimeSpan);
            return Welcome(ref call, _member, _grant);
        }
    }

    private byte[] Welcome(ref OwnershipCall call, OwnershipDomain member, Segment grant)
    {
        call.Value = member.GranuleSize;
        byte[] name = Encoding.UTF8.GetBytes(host.Domain.Name);
        byte[] answer = new byte[sizeof(long) + SegmentDescriptor.Size + sizeof(uint) + name.Length];
        MemoryMarshal.Write(answer, member.Capacity);
        grant.Descriptor.WriteTo(answer.AsSpan(sizeof(long)));
        MemoryMarshal.Write(answer.AsSpan(sizeof(long) + SegmentDescriptor.Size), grant.Token.Value);
        name.CopyTo(answer.AsSpan(sizeof(long) + SegmentDescriptor.Size + sizeof(uint)));
        return answer;
    }

    private byte[] Set(OwnershipDomain member, ref OwnershipCall call, byte[] payload, CancellationToken cancellationToken)
    {
        ReadOnlySpan<GranuleRun> runs = MemoryMarshal.Cast<byte, GranuleRun>(payload);
        var changes = new OwnershipChange[runs.Length];
        for (int i = 0; i < runs.Length; i++)
        {
            changes[i] = new OwnershipChange(_all!, runs[i].First * member.GranuleSize, runs[i].Count * member.GranuleSize, runs[i].Wanted);
        }

        var results = new OwnershipResult[runs.Length];
        call.Value = member.SetOwnership(
            changes, results, new SetOwnershipOptions { PerItem = call.Wanted != 0, Timeout = TimeOf(call) }, cancellationToken);
        return MemoryMarshal.AsBytes(results.AsSpan()).ToArray();
    }

    private static TimeSpan? TimeOf(in OwnershipCall call) => call.Value < 0 ? null : TimeSpan.FromMilliseconds(Math.Min(call.Value, int.MaxValue));

    private bool IsInside(in OwnershipCall call) => call.First >= 0 && call.First < call.End && call.End <= _member!.Capacity / _member.GranuleSize;

    private void Require(in OwnershipCall call)
    {
        if (!IsInside(call))
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"There are no granules {call.First} to {call.End}.");
        }
    }

    private static void Cancel(CancellationTokenSource waiting)
    {
        try
        {
            waiting.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It was answered meanwhile.
        }
    }

    private void Send(in OwnershipCall call, byte[] payload)
    {
        byte[] message = call.With(payload);
        long deadline = Internal.TimeLimit.After(SendBound);
        try
        {
            lock (_sending)
            {
                while (!channel.TrySend(message))
                {
                    if (Internal.TimeLimit.HasPassed(deadline))
                    {
                        throw new UrmaException(UrmaStatus.TimedOut, "The member does not take answers.");
                    }

                    Thread.Sleep(1);
                }
            }
        }
        catch (Exception error) when (error is UrmaException or ObjectDisposedException or InvalidOperationException)
        {
            Trace.TraceInformation($"A member of '{host.Domain.Name}' could not be answered: {error.Message}");
            _ = Task.Run(() => End());
        }
    }

    // Where nobody tells that an engine went, its sign of life is looked at.
    private void Look()
    {
        if (_watch is { IsGone: true })
        {
            End();
            return;
        }

        try
        {
            _timer?.Change(WatchPeriod, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // It ended meanwhile.
        }
    }

    private void End(OwnershipCall? asked = null)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        host.Remove(this);
        foreach (CancellationTokenSource waiting in _waiting.Values)
        {
            Cancel(waiting);
        }

        lock (_joining)
        {
            // What the member is late with must not reach bytes that somebody else has by then.
            _grant?.Revoke();
            _grant?.Dispose();
            _member?.Dispose();
            _watch?.Dispose();
            _timer?.Dispose();
        }

        if (asked is { } call)
        {
            Send(call, []);
        }

        channel.Dispose();
    }
}
