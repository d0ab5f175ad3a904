using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>The modelled link of a context and the queues whose work goes over it.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class LoopbackLink(FabricModel model) : FabricLink(model)
{
    private readonly Lock _lock = new();
    private LoopbackSendQueue[] _queues = [];

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
