namespace Urma.Net.Tool.Certify;

/// <summary>How a row ended.</summary>
internal enum CertificationOutcome
{
    /// <summary>It did what the list says.</summary>
    Passed = 0,

    /// <summary>It ran and did not.</summary>
    Failed,

    /// <summary>It could not be run here.</summary>
    NotRun,
}
