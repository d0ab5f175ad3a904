namespace Urma.Net.Diagnostics;

/// <summary>The contexts of this process and what they have counted, the closed ones included. Thread-safe.</summary>
internal static class OpenContexts
{
    // As long a reading serves everybody: all instruments of a listener that asks at the moment.
    private static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(100);

    private static readonly Lock Gate = new();
    private static readonly Lock ReadingGate = new();
    private static readonly List<UrmaContext> Live = [];

    // Totals must not fall when a context is closed.
    private static readonly Dictionary<string, EngineTotals> Closed = [];
    private static readonly Dictionary<string, TranslationCounters> ClosedTranslation = [];

    private static ProcessReading? _latest;

    // How often a context has come or gone, and how often when the latest reading was begun.
    private static int _changes;
    private static int _changesOfLatest;

    /// <summary>Begins to report an opened context.</summary>
    public static void Add(UrmaContext context)
    {
        lock (Gate)
        {
            Live.Add(context);
            _changes++;
        }
    }

    /// <summary>Keeps what a closed context has counted.</summary>
    /// <returns>False where that has been done before.</returns>
    public static bool Retire(UrmaContext context)
    {
        lock (Gate)
        {
            if (!Live.Remove(context))
            {
                return false;
            }

            _changes++;
            string provider = context.Device.Provider.Name;
            Closed[provider] = Closed.GetValueOrDefault(provider, EngineTotals.None).Plus(context.GetStatistics()).OfClosed();
            ClosedTranslation[provider] = ClosedTranslation.GetValueOrDefault(provider).Plus(context.Global.GetTranslationCounters());
            return true;
        }
    }

    /// <summary>
    /// Everything counted and timed in this process, and how things stand, by provider: at most 100 ms old, and younger than the last context
    /// that was opened or closed. Opening and closing do not wait for who reads.
    /// </summary>
    public static ProcessReading Read()
    {
        lock (ReadingGate)
        {
            if (_latest is { } latest && _changesOfLatest == Volatile.Read(ref _changes) && latest.Age < Freshness)
            {
                return latest;
            }

            ProcessReading reading;
            UrmaContext[] contexts;
            int changes;
            lock (Gate)
            {
                reading = new ProcessReading(Closed, ClosedTranslation);
                contexts = [.. Live];
                changes = _changes;
            }

            foreach (UrmaContext context in contexts)
            {
                reading.Add(context);
            }

            _changesOfLatest = changes;
            return _latest = reading;
        }
    }
}
