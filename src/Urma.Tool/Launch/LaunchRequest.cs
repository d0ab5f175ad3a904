namespace Urma.Net.Tool.Launch;

/// <summary>What <c>urma launch</c> is to do.</summary>
/// <param name="Ranks">How many processes.</param>
/// <param name="TagOutput">Whether each line of their output begins with the rank in brackets.</param>
/// <param name="Timeout">How long they may run; null for as long as they want.</param>
/// <param name="Program">The program and its arguments.</param>
internal sealed record LaunchRequest(int Ranks, bool TagOutput, TimeSpan? Timeout, string[] Program);
