namespace Urma.Net.Verbs.Control;

/// <summary>What the one that was connected to says. The numbers travel.</summary>
internal enum HelloVerdict : byte
{
    /// <summary>Welcome. Also what the one that connects writes.</summary>
    Welcome = 0,

    /// <summary>The versions differ.</summary>
    OtherVersion = 1,

    /// <summary>This is an engine where a name service was wanted, or the other way round.</summary>
    OtherPurpose = 2,

    /// <summary>There are too many connections.</summary>
    Full = 3,
}
