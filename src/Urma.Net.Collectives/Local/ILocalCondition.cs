namespace Urma.Net.Collectives.Local;

/// <summary>What a rank waits for in another's arena.</summary>
internal interface ILocalCondition
{
    /// <summary>The rank that will make it come true.</summary>
    int Peer { get; }

    bool IsMet();

    /// <summary>Whether it can no longer come true, because the other rank does something else.</summary>
    bool IsBroken();
}
