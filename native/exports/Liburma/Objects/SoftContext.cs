using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Liburma;
using Urma.Net.Providers.Loopback;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>An opened device: an engine of the fabric, its events, and how many objects of it live.</summary>
internal sealed unsafe class SoftContext
{
    private const int MaxBuried = 8192;

    private readonly EventDescriptor _eventsReady = new();
    private readonly Queue<urma_async_event_t> _events = new();
    private readonly Queue<nint> _buried = new();
    private int _children;
    private uint _nextTokenId;
    private uint _nextJfcId;
    private uint _nextGroupId;

    public SoftContext(SoftDevice device, uint? uasid)
    {
        Device = device;
        try
        {
            Engine = (LoopbackContext)device.Engine.Open(new UrmaContextOptions { Uasid = uasid, Fabric = Library.Settings.Link });
        }
        catch
        {
            _eventsReady.Dispose();
            throw;
        }

        Block = Blocks.Create<urma_context_t>(this, BlockKind.Context);
        Block->dev = device.Block;
        Block->ops = Library.Ops;
        Block->dev_fd = -1;
        Block->async_fd = _eventsReady.Number;
        Block->eid = Ids.ToNative(device.Eid);
        Block->uasid = Engine.Uasid;
    }

    public SoftDevice Device { get; }

    public LoopbackContext Engine { get; }

    public urma_context_t* Block { get; }

    /// <summary>Counts objects that live under one that must outlive them; one gate for all of a context's, taken by control calls only.</summary>
    public Lock Gate { get; } = new();

    /// <summary>An object of the context was made.</summary>
    public void AddChild()
    {
        int count = Interlocked.Increment(ref _children);
        Block->@ref.atomic_cnt = (nuint)count;
    }

    /// <summary>It is gone.</summary>
    public void RemoveChild()
    {
        int count = Interlocked.Decrement(ref _children);
        Block->@ref.atomic_cnt = (nuint)count;
    }

    /// <summary>
    /// Keeps the structure of a deleted queue or JFC readable, because completions that were not polled (<c>user_data</c>) or events
    /// that were not acknowledged may name it: until many others were deleted after it, or the context.
    /// </summary>
    public void Bury(void* block)
    {
        lock (_buried)
        {
            _buried.Enqueue((nint)block);
            if (_buried.Count > MaxBuried)
            {
                NativeMemory.Free((void*)_buried.Dequeue());
            }
        }
    }

    /// <summary>Numbers completion queues, which peers never name.</summary>
    public uint NextJfcId() => Interlocked.Increment(ref _nextJfcId);

    /// <summary>Numbers jetty groups.</summary>
    public uint NextGroupId() => Interlocked.Increment(ref _nextGroupId);

    /// <summary>Numbers tokens; never 0 and never URMA_SEG_TOKEN_ID_INVALID.</summary>
    public uint NextTokenId() => Interlocked.Increment(ref _nextTokenId) & 0x7fff_ffff;

    public int Delete()
    {
        if (Volatile.Read(ref _children) != 0)
        {
            return URMA_EAGAIN;
        }

        Library.Forget(this);
        Engine.Dispose();
        _eventsReady.Dispose();
        foreach (nint block in _buried)
        {
            NativeMemory.Free((void*)block);
        }

        Blocks.Free(Block);
        return URMA_SUCCESS;
    }

    /// <summary>Queues an asynchronous event.</summary>
    /// <param name="type">What happened.</param>
    /// <param name="element">To which object.</param>
    public void Raise(urma_async_event_type_t type, void* element)
    {
        var item = new urma_async_event_t { urma_ctx = Block, event_type = type };
        item.element.jfc = (urma_jfc_t*)element;
        lock (_events)
        {
            _events.Enqueue(item);
            _eventsReady.Raise();
        }
    }

    /// <summary>Takes the next event, waiting for it unless the program made the descriptor non-blocking.</summary>
    public int TakeEvent(urma_async_event_t* target)
    {
        while (!TryTakeEvent(out *target))
        {
            if (_eventsReady.IsNonBlocking)
            {
                return URMA_EAGAIN;
            }

            _eventsReady.Wait(TimeLimit.Never);
        }

        return URMA_SUCCESS;
    }

    /// <summary>The program has dealt with an event.</summary>
    public static void Acknowledge(urma_async_event_t* item)
    {
        switch (item->event_type)
        {
            case urma_async_event_type_t.URMA_EVENT_JFC_ERR when Find.Jfc(item->element.jfc) is { } jfc:
                jfc.Block->async_events_acked++;
                break;
        }
    }

    /// <summary>Drops events of an object that is being deleted.</summary>
    public void DropEvents(void* element)
    {
        lock (_events)
        {
            for (int i = _events.Count; i > 0; i--)
            {
                urma_async_event_t item = _events.Dequeue();
                if (item.element.jfc != element)
                {
                    _events.Enqueue(item);
                }
            }

            if (_events.Count == 0)
            {
                _eventsReady.Clear();
            }
        }
    }

    private bool TryTakeEvent(out urma_async_event_t item)
    {
        lock (_events)
        {
            bool found = _events.TryDequeue(out item);
            if (_events.Count == 0)
            {
                _eventsReady.Clear();
            }

            return found;
        }
    }

    /// <summary>Refuses an argument that must be a live object of this context.</summary>
    public void Require([NotNull] object? value, SoftContext? owner, string what)
    {
        if (value is null)
        {
            throw new RefusedException(URMA_EINVAL, $"The {what} is NULL or does not exist any more.");
        }

        if (owner != this)
        {
            throw new RefusedException(URMA_EINVAL, $"The {what} belongs to another context.");
        }
    }
}
