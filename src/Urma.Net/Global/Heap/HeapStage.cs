namespace Urma.Net.Global;

/// <summary>How far a rank of a heap has come. It only grows.</summary>
internal enum HeapStage : ulong
{
    /// <summary>Nobody has come for the rank.</summary>
    Absent = 0,

    /// <summary>Somebody has taken the rank and writes down who.</summary>
    Claimed = 1,

    /// <summary>The rank is there.</summary>
    Joined = 2,

    /// <summary>Its slice can be imported.</summary>
    Offered = 3,

    /// <summary>It has imported all slices.</summary>
    Mapped = 4,

    /// <summary>It wants to leave together with the others.</summary>
    Leaving = 5,

    /// <summary>It looks at nothing shared any more.</summary>
    Left = 6,

    /// <summary>It could not join; its record says why.</summary>
    Failed = 7,
}
