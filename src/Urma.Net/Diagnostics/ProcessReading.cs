using System.Diagnostics;

namespace Urma.Net.Diagnostics;

/// <summary>What the contexts of this process had counted at one moment, by provider; providers whose contexts are all closed are there.</summary>
internal sealed class ProcessReading
{
    private readonly long _taken = Stopwatch.GetTimestamp();
    private readonly Dictionary<string, EngineTotals> _totals;
    private readonly Dictionary<string, TranslationCounters> _translations;
    private readonly Dictionary<string, long> _contexts;
    private readonly Dictionary<string, long> _slowPeers = [];

    /// <summary>Begins with what closed contexts have counted.</summary>
    public ProcessReading(Dictionary<string, EngineTotals> closed, Dictionary<string, TranslationCounters> closedTranslations)
    {
        _totals = new(closed);
        _translations = new(closedTranslations);
        _contexts = closed.Keys.ToDictionary(static provider => provider, static _ => 0L);
    }

    /// <summary>How long ago it was begun.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_taken);

    /// <summary>Everything counted and timed, and how things stand.</summary>
    public IReadOnlyDictionary<string, EngineTotals> Totals => _totals;

    /// <summary>All translations.</summary>
    public IReadOnlyDictionary<string, TranslationCounters> Translations => _translations;

    /// <summary>How many contexts are open.</summary>
    public IReadOnlyDictionary<string, long> Contexts => _contexts;

    /// <summary>How many peers are slow; those looked for by no context are not counted.</summary>
    public IReadOnlyDictionary<string, long> SlowPeers => _slowPeers;

    /// <summary>Adds what a context has that was open when this began. One that was closed since says the same as at its end.</summary>
    public void Add(UrmaContext context)
    {
        string provider = context.Device.Provider.Name;
        _totals[provider] = _totals.GetValueOrDefault(provider, EngineTotals.None).Plus(context.GetStatistics());
        _translations[provider] = _translations.GetValueOrDefault(provider).Plus(context.Global.GetTranslationCounters());
        _contexts[provider] = _contexts.GetValueOrDefault(provider) + 1;
        _slowPeers[provider] = _slowPeers.GetValueOrDefault(provider) + context.SlowPeers.Count;
    }
}
