namespace Urma.Net;

/// <summary>Who looks for completions of what did not complete at once.</summary>
public enum ProgressMode
{
    /// <summary>
    /// A background thread of the context (<c>urma-pump</c>, started when first needed) sleeps until there is a completion.
    /// Polling is allowed and makes completions arrive sooner.
    /// </summary>
    Automatic = 0,

    /// <summary>Nobody but the caller: without calls to Poll nothing that is pending ever completes.</summary>
    Manual = 1,
}
