using System.Diagnostics.Metrics;
using Urma.Net.Tests.Async;
using Urma.Net.Tests.Linux;

namespace Urma.Net.Tests.Diagnostics;

/// <summary>The meter adds up the whole process, so nothing else may run.</summary>
[Collection(Exclusive.Name)]
public sealed class MeterTests
{
    [Fact]
    public void Operations_are_reported_and_totals_outlive_their_context()
    {
        using var reader = new Reader();
        Dictionary<string, long> before = reader.Read();
        using (var pair = new TwoContexts())
        {
            using Jfc jfc = pair.User.CreateJfc();
            using Jfs jfs = pair.User.CreateJfs(new JfsOptions { SendJfc = jfc });
            var completion = new Completion[1];
            for (int i = 0; i < 1000; i++)
            {
                jfs.Post(WorkRequest.Write(pair.Local.Range(0, 10), pair.Target.At(0)));
                jfs.Post(WorkRequest.FetchAdd(pair.Local.Range(0, 8), pair.Target.At(0), 1));
                jfc.Wait(completion, TwoContexts.Bound);
                jfc.Wait(completion, TwoContexts.Bound);
            }

            for (int i = 0; i < 10; i++)
            {
                pair.User.Global.Xcopy(pair.Target.GlobalAddress, pair.Local.GlobalAddress, 8);
            }

            Assert.Equal(GlobalMemoryStatus.Unmapped, pair.User.Global.TryXcopy(pair.Target.GlobalAddress - 1, pair.Local.GlobalAddress, 1));
            pair.Remote.Revoke();
            jfs.Post(WorkRequest.Write(pair.Local.Range(0, 10), pair.Target.At(0)));
            jfc.Wait(completion, TwoContexts.Bound);

            Dictionary<string, long> during = reader.Read();
            Assert.Equal(2, Added(during, before, "urma.contexts"));
            Assert.Equal(1, Added(during, before, "urma.queues"));
            Assert.Equal(2, Added(during, before, "urma.peers/connected"));
            Assert.InRange(Added(during, before, "urma.operation.samples/write"), 1, 1000);

            // 16 ns and 17 s: nothing is faster, and all of it is over.
            Assert.Equal(0, Added(during, before, "urma.operation.samples/write/1.6E-08"));
            Assert.Equal(Added(during, before, "urma.operation.samples/write"), Added(during, before, "urma.operation.samples/write/17.179869184"));
            Assert.InRange(reader.Seconds["urma.operation.latency/write/0.5"], 16e-9, reader.Seconds["urma.operation.latency/write/0.99"]);
        }

        Dictionary<string, long> after = reader.Read();
        Assert.Equal(10, Added(after, before, "urma.xcopy.operations"));
        Assert.Equal(80, Added(after, before, "urma.xcopy.io"));
        Assert.Equal(1000, Added(after, before, "urma.operations/write"));
        Assert.Equal(1000, Added(after, before, "urma.operations/atomic"));
        Assert.Equal(0, Added(after, before, "urma.operations/read"));
        Assert.Equal(0, Added(after, before, "urma.operations/send"));
        Assert.Equal(10_000, Added(after, before, "urma.io"));
        Assert.Equal(1, Added(after, before, "urma.errors"));
        Assert.Equal(0, Added(after, before, "urma.receiver_not_ready.count"));
        Assert.Equal(0, Added(after, before, "urma.engine.operations"));
        Assert.Equal(2, Added(after, before, "urma.translation.misses") - Added(after, before, "urma.translation.faults"));
        Assert.Equal(19, Added(after, before, "urma.translation.hits"));
        Assert.InRange(Added(after, before, "urma.translation.faults"), 1, 3);
        Assert.Equal(0, Added(after, before, "urma.contexts"));
        Assert.Equal(0, Added(after, before, "urma.queues"));
    }

    private static long Added(Dictionary<string, long> now, Dictionary<string, long> before, string name) =>
        now[name] - before.GetValueOrDefault(name);

    private sealed class Reader : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<string, long> _values = [];

        public Reader()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == UrmaDiagnostics.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Seconds[string.Join('/', [instrument.Name, .. Values(tags)])] = value);
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            {
                string operation = string.Empty;
                string? provider = null;
                foreach ((string key, object? tag) in tags)
                {
                    operation += key == "le" && tag is not "+Inf" ? "/" + tag : string.Empty;
                    operation = key is "urma.operation.name" or "urma.peer.state" ? "/" + tag : operation;
                    provider = key == "urma.provider" ? (string?)tag : provider;
                }

                Assert.Equal("loopback", provider);
                _values[instrument.Name + operation] = _values.GetValueOrDefault(instrument.Name + operation) + value;
            });
            _listener.Start();
        }

        private static IEnumerable<string> Values(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            List<string> values = [];
            foreach ((string key, object? tag) in tags)
            {
                if (key != "urma.provider")
                {
                    values.Add(Convert.ToString(tag, System.Globalization.CultureInfo.InvariantCulture)!);
                }
            }

            return values;
        }

        public Dictionary<string, double> Seconds { get; } = [];

        public Dictionary<string, long> Read()
        {
            _values.Clear();
            _listener.RecordObservableInstruments();
            return new(_values);
        }

        public void Dispose() => _listener.Dispose();
    }
}
