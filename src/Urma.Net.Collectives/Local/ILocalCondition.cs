namespace Urma.Net.Collectives.Local;

/// <summary>What a rank waits for in another's arena.</summary>
internal interface ILocalCondition
{
    /// <summary>The rank that will make it come true.</summary>
    int Peer { get; }

    /// <summary>All ranks of which any could end the wait.</summary>
    int[] Peers { get; }

    /// <summary>Number and signature of the step that this rank waits in; 0 where it waits outside of a step.</summary>
    ulong Step { get; }

    bool IsMet();

    /// <summary>Whether it can no longer come true, because the other rank does something else.</summary>
    bool IsBroken();
}
