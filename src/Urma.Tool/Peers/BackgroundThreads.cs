namespace Urma.Net.Tool.Peers;

/// <summary>Starts the threads a context starts when it first needs them.</summary>
/// <remarks>
/// They run where the process's first thread may, which is never bound, and sleep while something is measured. They are started
/// before, so that no measurement contains their start.
/// </remarks>
internal static class BackgroundThreads
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Opens a device and starts its threads.</summary>
    /// <param name="provider">Connection string.</param>
    /// <param name="label">What the context is called.</param>
    /// <param name="fabric">A link to model; none when null.</param>
    public static UrmaContext Open(string provider, string label, FabricModel? fabric = null)
    {
        UrmaContext context = UrmaContext.Open(provider, new UrmaContextOptions { Label = label, Fabric = fabric });
        try
        {
            // A copy by the engine thread, whose completion the pump thread finds: that starts both.
            using Segment segment = context.AllocateSegment(2 * sizeof(ulong));
            using TargetSegment target = context.ImportSegment(segment.Descriptor, segment.Token);
            using UdmaChannel channel = UdmaChannel.Create(context, new UdmaChannelOptions { EngineThreshold = 1 });
            Task copy = channel.WriteAsync(segment.Range(0, sizeof(ulong)), target.At(sizeof(ulong), sizeof(ulong))).AsTask();
            return copy.Wait(Limit) ? context : throw new ToolException($"An awaited copy on {provider} did not complete within {Limit.TotalSeconds:0} s.");
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }
}
