namespace Urma.Net.Global;

/// <summary>What an <see cref="OwnershipCall"/> asks for.</summary>
internal enum OwnershipVerb
{
    /// <summary>Becomes a member. Payload: token, presence. Answer: granule size, and where the bytes are.</summary>
    Join = 1,

    /// <summary>Makes a region. Payload: its name.</summary>
    CreateRegion,

    /// <summary>Finds a region. Payload: its name.</summary>
    OpenRegion,

    /// <summary>Begins to use granules that are owned.</summary>
    Open,

    /// <summary>Takes granules and begins to use them.</summary>
    Acquire,

    /// <summary>Ends the use of granules. No answer.</summary>
    Close,

    /// <summary>Changes what is owned. Payload: runs. Answer: results.</summary>
    Set,

    /// <summary>Asks what is owned.</summary>
    Held,

    /// <summary>Asks how many members there are.</summary>
    Count,

    /// <summary>Ends the wait of another call, named by <see cref="OwnershipCall.Value"/>. No answer.</summary>
    Cancel,

    /// <summary>Leaves.</summary>
    Leave,
}
