namespace Urma.Net.Diagnostics;

/// <summary>The contexts of this process and what they have counted, the closed ones included. Thread-safe.</summary>
internal static class OpenContexts
{
    private static readonly Lock Gate = new();
    private static readonly List<UrmaContext> Live = [];

    // Totals must not fall when a context is closed.
    private static readonly Dictionary<string, EngineTotals> Closed = [];
    private static readonly Dictionary<string, TranslationCounters> ClosedTranslation = [];

    /// <summary>Begins to report an opened context.</summary>
    public static void Add(UrmaContext context)
    {
        lock (Gate)
        {
            Live.Add(context);
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

            string provider = context.Device.Provider.Name;
            Closed[provider] = Closed.GetValueOrDefault(provider, EngineTotals.None).Plus(context.GetStatistics()).OfClosed();
            ClosedTranslation[provider] = ClosedTranslation.GetValueOrDefault(provider).Plus(context.Global.GetTranslationCounters());
            return true;
        }
    }

    /// <summary>Everything counted, by provider.</summary>
    public static Dictionary<string, UrmaCounters> CountersByProvider()
    {
        lock (Gate)
        {
            return AddUp(
                Closed.ToDictionary(static closed => closed.Key, static closed => closed.Value.Counters), default, static (sum, context) => sum.Plus(context.GetCounters()));
        }
    }

    /// <summary>Everything counted and timed, and how things stand, by provider.</summary>
    public static Dictionary<string, EngineTotals> TotalsByProvider() =>
        AddUp(Closed, EngineTotals.None, static (sum, context) => sum.Plus(context.GetStatistics()));

    /// <summary>All translations, by provider.</summary>
    public static Dictionary<string, TranslationCounters> TranslationsByProvider() =>
        AddUp(ClosedTranslation, default, static (sum, context) => sum.Plus(context.Global.GetTranslationCounters()));

    /// <summary>How many contexts are open, by provider; providers that had one before are there with 0.</summary>
    public static Dictionary<string, long> CountByProvider()
    {
        lock (Gate)
        {
            return AddUp(Closed.Keys.ToDictionary(static provider => provider, static _ => 0L), 0, static (count, _) => count + 1);
        }
    }

    /// <summary>How many peers are slow, by provider; those looked for by no context are not counted.</summary>
    public static Dictionary<string, long> SlowPeersByProvider() =>
        AddUp([], 0L, static (count, context) => count + context.SlowPeers.Count);

    // What the closed ones had, and on top what each open one has.
    private static Dictionary<string, T> AddUp<T>(Dictionary<string, T> closed, T none, Func<T, UrmaContext, T> add)
    {
        lock (Gate)
        {
            var totals = new Dictionary<string, T>(closed);
            foreach (UrmaContext context in Live)
            {
                string provider = context.Device.Provider.Name;
                totals[provider] = add(totals.GetValueOrDefault(provider, none), context);
            }

            return totals;
        }
    }
}
