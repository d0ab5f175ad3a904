namespace Urma.Net.Diagnostics;

/// <summary>What a <see cref="CounterBlock"/> belongs to.</summary>
internal enum BlockKind
{
    /// <summary>Nothing: it can be taken.</summary>
    Free,

    /// <summary>Everything that is gone, or everything that has no block of its own.</summary>
    Rest,

    /// <summary>A send queue.</summary>
    SendQueue,

    /// <summary>A receive queue.</summary>
    ReceiveQueue,

    /// <summary>A thread that copies between global addresses.</summary>
    Copier,

    /// <summary>How many kinds there are.</summary>
    Count,
}
