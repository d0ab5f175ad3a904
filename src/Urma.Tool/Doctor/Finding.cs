namespace Urma.Net.Tool.Doctor;

/// <summary>One line of the doctor's report.</summary>
/// <param name="Subject">What was looked at.</param>
/// <param name="State">How it is.</param>
/// <param name="Found">What was found, and what it means.</param>
/// <param name="Fix">What to do; null where nothing needs doing.</param>
internal sealed record Finding(string Subject, CheckState State, string Found, string? Fix = null);
