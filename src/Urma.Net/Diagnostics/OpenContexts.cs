namespace Urma.Net.Diagnostics;

/// <summary>The contexts of this process and what they have counted, the closed ones included. Thread-safe.</summary>
internal static class OpenContexts
{
    private static readonly Lock Gate = new();
    private static readonly List<UrmaContext> Live = [];

    // Totals must not fall when a context is closed.
    private static readonly Dictionary<string, UrmaCounters> Closed = [];
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
            Closed[provider] = Closed.GetValueOrDefault(provider).Plus(context.GetCounters()) with { OpenQueues = 0 };
            ClosedTranslation[provider] = ClosedTranslation.GetValueOrDefault(provider).Plus(context.Global.GetTranslationCounters());
            return true;
        }
    }

    /// <summary>Everything counted, by provider.</summary>
    public static Dictionary<string, UrmaCounters> TotalsByProvider()
    {
        lock (Gate)
        {
            var totals = new Dictionary<string, UrmaCounters>(Closed);
            foreach (UrmaContext context in Live)
            {
                string provider = context.Device.Provider.Name;
                totals[provider] = totals.GetValueOrDefault(provider).Plus(context.GetCounters());
            }

            return totals;
        }
    }

    /// <summary>All translations, by provider.</summary>
    public static Dictionary<string, TranslationCounters> TranslationsByProvider()
    {
        lock (Gate)
        {
            var totals = new Dictionary<string, TranslationCounters>(ClosedTranslation);
            foreach (UrmaContext context in Live)
            {
                string provider = context.Device.Provider.Name;
                totals[provider] = totals.GetValueOrDefault(provider).Plus(context.Global.GetTranslationCounters());
            }

            return totals;
        }
    }

    /// <summary>How many contexts are open, by provider; providers that had one before are there with 0.</summary>
    public static Dictionary<string, long> CountByProvider()
    {
        lock (Gate)
        {
            var counts = Closed.Keys.ToDictionary(static provider => provider, static _ => 0L);
            foreach (UrmaContext context in Live)
            {
                string provider = context.Device.Provider.Name;
                counts[provider] = counts.GetValueOrDefault(provider) + 1;
            }

            return counts;
        }
    }
}
