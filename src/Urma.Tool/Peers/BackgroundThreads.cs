namespace Urma.Net.Tool.Peers;

/// <summary>Starts the threads a context starts when it first needs them.</summary>
/// <remarks>
/// A thread inherits the processors of the one that starts it. Started by a measuring thread, which is bound to one, they would
/// later interrupt exactly that one; so they are started before any thread is bound.
/// </remarks>
internal static class BackgroundThreads
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Opens a device and starts its threads.</summary>
    /// <param name="provider">Connection string.</param>
    /// <param name="label">What the context is called.</param>
    public static UrmaContext Open(string provider, string label)
    {
        UrmaContext context = UrmaContext.Open(provider, new UrmaContextOptions { Label = label });
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
