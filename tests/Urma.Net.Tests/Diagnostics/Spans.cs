using System.Collections.Concurrent;
using System.Diagnostics;
using Urma.Net.Diagnostics;

namespace Urma.Net.Tests.Diagnostics;

/// <summary>Listens to this library's spans, as an exporter does, and keeps those that ended.</summary>
internal sealed class Spans : IDisposable
{
    private readonly ConcurrentQueue<Activity> _started = new();
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public Spans(ActivitySamplingResult sampling = ActivitySamplingResult.AllDataAndRecorded)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == UrmaDiagnostics.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => sampling,
            ActivityStarted = _started.Enqueue,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public int Started => _started.Count;

    public IReadOnlyList<Activity> Ended
    {
        get
        {
            Assert.True(SpinWait.SpinUntil(static () => OperationSpan.AllTold, TimeSpan.FromSeconds(30)));
            return [.. _ended];
        }
    }

    /// <summary>The one span of a name, which has ended.</summary>
    public Activity Single(string name) => Assert.Single(Ended, a => a.DisplayName == name);

    public void Dispose() => _listener.Dispose();
}
