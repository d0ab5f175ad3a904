namespace Urma.Net.Collectives;

/// <summary>What ended a communicator. The first fault decides, and every rank hears the same one.</summary>
/// <param name="Kind">What kind of fault it is.</param>
/// <param name="Rank">The rank at fault, or the one that reported it where no single one is; -1 where it is no rank.</param>
/// <param name="Message">
/// A sentence that names ranks. After <see cref="CommunicatorFaultKind.Timeout"/> and <see cref="CommunicatorFaultKind.Mismatch"/> a line for each
/// rank follows that says what it was doing.
/// </param>
public sealed record CommunicatorFault(CommunicatorFaultKind Kind, int Rank, string Message);
