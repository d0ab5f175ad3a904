namespace Urma.Net.Diagnostics;

/// <summary>What operations are called in instruments and counters.</summary>
internal static class OperationNames
{
    private static readonly string[] Names = ["write", "read", "send", "atomic", "xcopy", "awaited"];

    public static string Of(UrmaOperation operation) => Names[(int)operation];
}
