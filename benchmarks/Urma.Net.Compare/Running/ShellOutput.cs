namespace Urma.Net.Compare.Running;

/// <summary>How a command ended.</summary>
/// <param name="Text">What it printed, on both outputs.</param>
/// <param name="Complaint">Why it is no success; null for one.</param>
internal sealed record ShellOutput(string Text, string? Complaint);
