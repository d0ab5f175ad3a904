namespace Urma.Net.Ub;

/// <summary>A request that the device never saw: refused, or carried out here.</summary>
internal struct EndedRequest
{
    /// <summary>How many completions of its queue come before it.</summary>
    public long Behind;

    /// <summary>How it ended.</summary>
    public ReceiveCompletion Completion;
}
