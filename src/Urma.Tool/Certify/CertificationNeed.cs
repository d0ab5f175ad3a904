namespace Urma.Net.Tool.Certify;

/// <summary>Something a row needs of the machine.</summary>
/// <param name="Test">A shell command that succeeds where it is there.</param>
/// <param name="Why">What the table says where it is not.</param>
internal sealed record CertificationNeed(string Test, string Why);
