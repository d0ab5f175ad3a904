namespace Urma.Net.Verbs.Control;

/// <summary>A wrong token was shown: what <see cref="RefusalBrake"/> counts, which other things that are not permitted are not.</summary>
/// <param name="message">For what.</param>
internal sealed class WrongTokenException(string message) : UrmaException(UrmaStatus.OperationNotPermitted, message);
