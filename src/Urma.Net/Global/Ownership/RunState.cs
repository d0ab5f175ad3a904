namespace Urma.Net.Global;

/// <summary>How a run of an <see cref="OwnershipRequest"/> stands.</summary>
internal enum RunState : byte
{
    /// <summary>Not promised yet.</summary>
    Wanted,

    /// <summary>Promised: its states are pending in our name.</summary>
    Pending,

    /// <summary>Ours.</summary>
    Granted,
}
