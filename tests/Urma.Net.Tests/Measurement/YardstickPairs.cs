using Urma.Net.Measurement;

namespace Urma.Net.Tests.Measurement;

/// <summary>
/// Who plays initiator and responder: every implementation with itself, and, because the two promise equal loops and
/// layout, each with the other. The C one is absent where no compiler was; YardstickLoadingTests guards that.
/// </summary>
public sealed class YardstickPairs : TheoryData<string, string>
{
    public const string Managed = "C#";
    public const string Native = "C";

    public YardstickPairs()
    {
        foreach (string initiator in Available)
        {
            foreach (string responder in Available)
            {
                Add(initiator, responder);
            }
        }
    }

    public static TheoryData<string> Implementations => [.. Available];

    private static IEnumerable<string> Available => Yardsticks.Native is null ? [Managed] : [Managed, Native];

    public static Yardsticks Named(string name) => name == Native ? Yardsticks.Native! : Yardsticks.Managed;
}
