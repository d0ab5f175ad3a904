using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Providers.Loopback;

/// <summary>The modelled links of a context, one for each class, and the queues whose work goes over them.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class LoopbackLinks(FabricProfile profile)
{
    private readonly Lock _lock = new();
    private readonly FabricLink[] _links = [.. profile.Links.Select(static l => new FabricLink(l))];
    private LoopbackSendQueue[] _queues = [];

    /// <summary>What a context's options ask for; null for no model.</summary>
    public static LoopbackLinks? Create(UrmaContextOptions options) => (options.FabricProfile, options.Fabric) switch
    {
        (null, null) => null,
        (null, { } link) => new LoopbackLinks(FabricProfile.Of(link)),
        ({ } profile, null) => new LoopbackLinks(profile),
        _ => throw new ArgumentException("UrmaContextOptions.Fabric and FabricProfile are both set: use the profile's default for the former."),
    };

    /// <summary>For reports.</summary>
    public string Description => profile.ToString();

    /// <summary>The link to a peer's segment, or to its queues; null where it has none.</summary>
    public FabricLink? To(LoopbackPeer peer, uint? segment = null) =>
        profile.FindLink(peer.Eid, peer.Uasid, peer.Label, segment) is { } model ? Array.Find(_links, l => l.Model == model) : null;

    /// <summary>The link with a <see cref="NumberOf"/>; null for 0.</summary>
    public FabricLink? At(uint number) => number == 0 ? null : _links[number - 1];

    /// <summary>A number for tables; 0 for no link.</summary>
    public uint NumberOf(FabricLink? link) => link is null ? 0 : (uint)Array.IndexOf(_links, link) + 1;

    public void Add(LoopbackSendQueue queue)
    {
        lock (_lock)
        {
            _queues = [.. _queues, queue];
        }
    }

    public void Remove(LoopbackSendQueue queue)
    {
        lock (_lock)
        {
            _queues = [.. _queues.Where(q => q != queue)];
        }
    }

    /// <summary>Carries out what has arrived. Whoever polls anything calls this: to wait for an answer is to drive the question.</summary>
    public void Progress()
    {
        foreach (LoopbackSendQueue queue in Volatile.Read(ref _queues))
        {
            if (queue.HasPending)
            {
                queue.TryProgress();
            }
        }
    }
}
