using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>Where the fabric thread receives: one frame at a time for all connections.</summary>
internal sealed class LinkBuffer
{
    internal byte[] Frame { get; } = new byte[UnixChannel.MaximumFrame];

    internal int[] Descriptors { get; } = new int[UnixChannel.MaximumDescriptors];
}
