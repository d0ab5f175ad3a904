namespace Urma.Net.Tool.Doctor;

/// <summary>What a check found.</summary>
internal enum CheckState
{
    Ok = 0,

    /// <summary>Worth knowing; nothing to repair.</summary>
    Note,

    /// <summary>It works, but slower or with less room than it could.</summary>
    Warning,

    /// <summary>Something will not work.</summary>
    Failure,
}
