using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using Urma.Net.Tests.Async;
using Urma.Net.Tests.Linux;

namespace Urma.Net.Tests.Diagnostics;

/// <summary>The event source adds up the whole process, so nothing else may run.</summary>
[Collection(Exclusive.Name)]
public sealed class EventSourceTests
{
    [Fact]
    public void Rare_events_name_their_context_and_peer()
    {
        using var listener = new Listener();
        string owner, user;
        using (var pair = new TwoContexts())
        {
            owner = Name(pair.Owner);
            user = Name(pair.User);
            pair.Remote.Revoke();
            Assert.Throws<UrmaException>(() => pair.User.ImportSegment(pair.Remote.Descriptor, new Token(1)));

            // One that leaves itself hears no more of others.
            pair.User.Dispose();
            _ = listener.Expect("PeerLost", owner);
        }

        Assert.Equal("user", listener.Expect("ContextOpened", user)["label"]);
        Assert.Contains("'owner'", listener.Expect("PeerConnected", user)["peer"], StringComparison.Ordinal);
        Assert.Contains("'user'", listener.Expect("PeerConnected", owner)["peer"], StringComparison.Ordinal);
        Assert.Equal("confirmed", listener.Expect("SegmentRevoked", owner)["outcome"]);
        Assert.Contains("'owner'", listener.Expect("ImportRevoked", user)["peer"], StringComparison.Ordinal);
        Dictionary<string, string> failed = listener.Expect("ControlRequestFailed", user);
        Assert.Equal("ImportSegment", failed["request"]);
        Assert.Contains("token", failed["reason"], StringComparison.Ordinal);
        Dictionary<string, string> lost = listener.Expect("PeerLost", owner);
        Assert.Contains("'user'", lost["peer"], StringComparison.Ordinal);
        Assert.Contains("left", lost["fault"], StringComparison.Ordinal);
        _ = listener.Expect("ContextClosed", user);
        Assert.Equal(["ContextOpened", "PeerConnected", "ImportRevoked", "ControlRequestFailed", "ContextClosed"], listener.NamesOf(user));
    }

    [Fact]
    public void The_counters_of_the_process_are_polled()
    {
        using var pair = new TwoContexts();
        using Jfc jfc = pair.User.CreateJfc();
        using Jfs jfs = pair.User.CreateJfs(new JfsOptions { SendJfc = jfc });
        using var listener = new Listener(withCounters: true);
        var completion = new Completion[1];
        bool Seen() => listener.Counter("writes") > 0 && listener.Counter("bytes") > 0 && listener.Counter("contexts") >= 2 && listener.Counter("queues") >= 1;
        for (long end = Environment.TickCount64 + 30_000; !Seen(); Thread.Sleep(20))
        {
            Assert.Null(listener.Mistake);
            Assert.True(Environment.TickCount64 < end, "No counter came.");
            Assert.Equal(UrmaStatus.Success, jfs.Post(WorkRequest.Write(pair.Local.Range(0, 10), pair.Target.At(0))));
            Assert.Equal(1, jfc.Wait(completion, TwoContexts.Bound));
        }
    }

    [Fact]
    public void A_listener_that_throws_or_hangs_holds_nobody_up()
    {
        using var release = new ManualResetEventSlim();
        using var hung = new ManualResetEventSlim();
        bool heldUpSomebody = false;
        using var listener = new Listener(onEvent: () =>
        {
            if (!hung.IsSet)
            {
                hung.Set();
                heldUpSomebody = !release.Wait(TwoContexts.Bound);
            }

            throw new InvalidOperationException("a bad listener");
        });
        try
        {
            string first;
            using (var pair = new TwoContexts())
            {
                Assert.True(hung.Wait(TwoContexts.Bound));
                pair.Remote.Revoke();
                using TargetSegment again = pair.User.ImportSegment(pair.Remote.Descriptor, pair.Remote.Token);
                first = Name(pair.User);
            }

            Assert.False(release.IsSet);
            release.Set();
            _ = listener.Expect("ContextClosed", first);
            Assert.False(heldUpSomebody, "Nothing went on while the listener hung.");
        }
        finally
        {
            release.Set();
        }
    }

    private static string Name(UrmaContext context) => $"{context.Device.ConnectionString} 0x{context.Uasid:x6}";

    private sealed class Listener : EventListener
    {
        private readonly ConcurrentQueue<(string Name, Dictionary<string, string> Payload)> _events = new();
        private readonly ConcurrentDictionary<string, double> _counters = new();
        private readonly Action? _onEvent;
        private readonly bool _withCounters;
        private readonly bool _isReady;

        public Listener(bool withCounters = false, Action? onEvent = null)
        {
            _withCounters = withCounters;
            _onEvent = onEvent;
            _isReady = true;
            foreach (EventSource source in EventSource.GetSources())
            {
                Enable(source);
            }
        }

        public string? Mistake { get; private set; }

        public double Counter(string name) => _counters.GetValueOrDefault(name);

        public string[] NamesOf(string context) => [.. _events.Where(e => e.Payload["context"] == context).Select(e => e.Name)];

        public Dictionary<string, string> Expect(string name, string context)
        {
            Dictionary<string, string>? found = null;
            Assert.Null(Mistake);
            Assert.True(
                SpinWait.SpinUntil(
                    () => (found = _events.FirstOrDefault(e => e.Name == name && e.Payload["context"] == context).Payload) is not null, TwoContexts.Bound),
                $"No {name} of {context}; there were {string.Join(", ", _events.Select(e => e.Name + " of " + e.Payload["context"]))}.");
            return found!;
        }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            // The base constructor calls this before the fields are set.
            if (_isReady)
            {
                Enable(eventSource);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventName == "EventCounters")
            {
                var counter = (IDictionary<string, object>)eventData.Payload![0]!;
                object value = counter.TryGetValue("Mean", out object? mean) ? mean : counter["Increment"];
                _counters.AddOrUpdate((string)counter["Name"], (double)value, (_, most) => Math.Max(most, (double)value));
                return;
            }

            if (eventData.EventId == 0)
            {
                // How an event source tells of a mistake in itself, and of a listener that threw.
                Mistake = _onEvent is null ? (string)eventData.Payload![0]! : null;
                return;
            }

            _events.Enqueue((eventData.EventName!, eventData.PayloadNames!.Zip(eventData.Payload!).ToDictionary(p => p.First, p => (string)p.Second!)));
            _onEvent?.Invoke();
        }

        private void Enable(EventSource source)
        {
            if (source.Name == UrmaDiagnostics.EventSourceName)
            {
                EnableEvents(
                    source, EventLevel.Informational, EventKeywords.None, _withCounters ? new Dictionary<string, string?> { ["EventCounterIntervalSec"] = "0.2" } : null);
            }
        }
    }
}
