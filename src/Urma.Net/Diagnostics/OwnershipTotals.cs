namespace Urma.Net.Diagnostics;

/// <summary>What the ownership domains of this process have counted, those it has left included. Thread-safe.</summary>
internal static class OwnershipTotals
{
    private static readonly Lock Gate = new();
    private static readonly List<OwnershipDomain> Live = [];
    private static readonly Dictionary<string, OwnershipCounters> Left = [];

    /// <summary>Begins to report a domain.</summary>
    public static void Add(OwnershipDomain domain)
    {
        lock (Gate)
        {
            Live.Add(domain);
        }
    }

    /// <summary>Keeps what a domain has counted that is left.</summary>
    public static void Retire(OwnershipDomain domain)
    {
        lock (Gate)
        {
            if (Live.Remove(domain))
            {
                Left[domain.Provider] = Left.GetValueOrDefault(domain.Provider).Plus(domain.GetCounters());
            }
        }
    }

    /// <summary>Everything counted, by provider.</summary>
    public static Dictionary<string, OwnershipCounters> ByProvider()
    {
        lock (Gate)
        {
            var totals = new Dictionary<string, OwnershipCounters>(Left);
            foreach (OwnershipDomain domain in Live)
            {
                totals[domain.Provider] = totals.GetValueOrDefault(domain.Provider).Plus(domain.GetCounters());
            }

            return totals;
        }
    }
}
