using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;
using Urma.Net.Tests.Async;
using Urma.Net.Tests.Linux;

namespace Urma.Net.Tests.Diagnostics;

/// <summary>Exporters that throw or never return must not be felt by who sends, nor by who opens and closes contexts.</summary>
[Collection(Exclusive.Name)]
public sealed class BadExporterTests
{
    [Fact]
    public void A_meter_listener_that_hangs_holds_nobody_up()
    {
        using var hung = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using MeterListener listener = Listen(() =>
        {
            hung.Set();
            release.Wait(TwoContexts.Bound);
        });
        using var first = new TwoContexts();
        var exporter = new Thread(listener.RecordObservableInstruments) { IsBackground = true };
        exporter.Start();
        try
        {
            Assert.True(hung.Wait(TwoContexts.Bound));
            Work();
            Assert.True(exporter.IsAlive, "The exporter was to hang all the time.");
        }
        finally
        {
            release.Set();
            Assert.True(exporter.Join(TwoContexts.Bound));
        }
    }

    [Fact]
    public void A_meter_listener_that_throws_harms_nobody_but_itself()
    {
        using MeterListener listener = Listen(static () => throw new InvalidOperationException("a bad exporter"));
        using var first = new TwoContexts();
        Assert.Throws<AggregateException>(listener.RecordObservableInstruments);
        Work();
        Assert.Throws<AggregateException>(listener.RecordObservableInstruments);
    }

    [Fact]
    public void A_listener_of_counters_that_hangs_holds_nobody_up()
    {
        using var hung = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var listener = new CounterListener(() =>
        {
            hung.Set();
            release.Wait(TwoContexts.Bound);
        });
        try
        {
            using var first = new TwoContexts();
            Assert.True(hung.Wait(TwoContexts.Bound));
            Work();
            Assert.False(release.IsSet);
        }
        finally
        {
            release.Set();
        }
    }

    [Fact]
    public void A_listener_of_counters_that_throws_holds_nobody_up()
    {
        using var called = new ManualResetEventSlim();
        using var listener = new CounterListener(() =>
        {
            called.Set();
            throw new InvalidOperationException("a bad exporter");
        });
        using var first = new TwoContexts();
        Assert.True(called.Wait(TwoContexts.Bound));
        Work();
    }

    // Opens, sends, reads statistics and closes.
    private static void Work()
    {
        using var pair = new TwoContexts();
        using Jfc jfc = pair.User.CreateJfc();
        using Jfs jfs = pair.User.CreateJfs(new JfsOptions { SendJfc = jfc });
        var completion = new Completion[1];
        for (int i = 0; i < 2000; i++)
        {
            Assert.Equal(UrmaStatus.Success, jfs.Post(WorkRequest.Write(pair.Local.Range(0, 8), pair.Target.At(0))));
            Assert.Equal(1, jfc.Wait(completion, TwoContexts.Bound));
        }

        Assert.Equal(2000, pair.User.GetStatistics().Counters.Writes);
    }

    private static MeterListener Listen(Action onMeasurement)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == UrmaDiagnostics.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => onMeasurement());
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => onMeasurement());
        listener.Start();
        return listener;
    }

    private sealed class CounterListener : EventListener
    {
        private readonly Action? _onCounter;

        public CounterListener(Action onCounter)
        {
            _onCounter = onCounter;
            foreach (EventSource source in EventSource.GetSources())
            {
                Enable(source);
            }
        }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            // The base constructor calls this before the field is set.
            if (_onCounter is not null)
            {
                Enable(eventSource);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventName == "EventCounters")
            {
                _onCounter?.Invoke();
            }
        }

        private void Enable(EventSource source)
        {
            if (source.Name == UrmaDiagnostics.EventSourceName)
            {
                EnableEvents(source, EventLevel.Informational, EventKeywords.None, new Dictionary<string, string?> { ["EventCounterIntervalSec"] = "0.1" });
            }
        }
    }
}
