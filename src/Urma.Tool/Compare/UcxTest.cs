namespace Urma.Net.Tool.Compare;

/// <summary>A test of ucx_perftest.</summary>
/// <param name="Name">What ucx_perftest calls it.</param>
/// <param name="Size">Bytes per operation.</param>
/// <param name="Transport">Arguments that choose a transport; empty for the UCP tests, which take it from the environment.</param>
internal sealed record UcxTest(string Name, long Size, params string[] Transport);
