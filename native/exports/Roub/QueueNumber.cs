namespace Urma.Net.Exports.Roub;

/// <summary>
/// QP numbers: 24 bits that lead any process of the fabric to the queue. The upper ones are the engine's UASID, the lower ones the
/// queue's number within it. Neither 0 nor 1, which are management's, nor all ones, which is multicast's, can come about.
/// </summary>
internal static class QueueNumber
{
    /// <summary>The greatest number within an engine; the least is 1.</summary>
    public const uint MaxIndex = (1u << IndexBits) - 1;

    /// <summary>The greatest UASID an engine of this library takes; the least is 1.</summary>
    public const uint MaxEngine = (1u << (24 - IndexBits)) - 2;

    private const int IndexBits = 13;

    public static uint Of(uint engine, uint index) => (engine << IndexBits) | index;

    public static uint EngineOf(uint number) => number >> IndexBits;

    public static uint IndexOf(uint number) => number & MaxIndex;
}
