namespace Urma.Net;

/// <summary>What a member of an <see cref="OwnershipDomain"/> may do with a range: OBMM's NONE, READ and WRITE.</summary>
public enum Ownership
{
    /// <summary>Neither load nor store.</summary>
    None = 0,

    /// <summary>Load; any number of members at a time.</summary>
    Read = 1,

    /// <summary>Load and store; one member at a time, and then nobody else has even <see cref="Read"/>.</summary>
    Write = 2,
}
