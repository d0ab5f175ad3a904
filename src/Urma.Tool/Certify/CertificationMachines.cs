namespace Urma.Net.Tool.Certify;

/// <summary>Where the two ends of a row run.</summary>
internal enum CertificationMachines
{
    /// <summary>Both on this machine.</summary>
    One = 0,

    /// <summary>On this one and another; not run where there is no other.</summary>
    Two,

    /// <summary>On this machine and another where there is one, otherwise both on this one.</summary>
    Any,
}
