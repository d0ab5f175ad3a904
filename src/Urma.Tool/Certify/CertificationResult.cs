namespace Urma.Net.Tool.Certify;

/// <summary>What became of a row on a provider.</summary>
/// <param name="Name">The row.</param>
/// <param name="Shows">What it shows.</param>
/// <param name="Provider">What it was run on.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Why">Why it did not pass; of one that passed, its note.</param>
/// <param name="Figure">The number it printed; null without one.</param>
/// <param name="Unit">What the number is.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record CertificationResult(
    string Name, string Shows, string Provider, CertificationOutcome Outcome, string Why, double? Figure, string Unit, double Seconds);
