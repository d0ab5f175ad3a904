namespace Urma.Net;

/// <summary>What keeps a member of an <see cref="OwnershipDomain"/> from touching what it does not own.</summary>
public enum OwnershipEnforcement
{
    /// <summary>
    /// The library: memory is reached through scopes only, and a scope without the right is an exception. Ownership moves by some
    /// cache-line transfers, without any code of the member that loses it.
    /// </summary>
    Checked = 0,

    /// <summary>
    /// The processor: in each member's mapping, pages it does not own are not accessible, and a stray load or store is a SIGSEGV
    /// that ends the process. Whoever loses pages must lower its own mapping, which a thread of its domain does; a move costs
    /// system calls and a thread switch.
    /// </summary>
    PageProtection = 1,
}
