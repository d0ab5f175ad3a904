using System.Diagnostics.CodeAnalysis;
using Urma.Net.Internal;
using Urma.Net.Interop.Libibverbs;
using Urma.Net.Providers.Loopback;

namespace Urma.Net.Exports.Roub;

/// <summary>An opened device: an engine of the fabric whose UASID fits into QP numbers, and what belongs to it.</summary>
internal sealed unsafe class RoubContext
{
    private const int ClaimAttempts = 256;

    private readonly RoubQp?[] _queuePairs = new RoubQp?[QueueNumber.MaxIndex + 1];
    private readonly HashSet<IDisposable> _children = [];
    private uint _lastIndex = Entropy.Next(QueueNumber.MaxIndex);
    private uint _lastDomain;
    private int _closed;

    public RoubContext(RoubDevice device)
    {
        Device = device;
        Engine = OpenEngine(device);
        try
        {
            Events = new AsyncEvents();
            Imports = new ImportTable(Engine);
            Outer = Blocks.Create<verbs_context>(this, BlockKind.Context);
        }
        catch
        {
            Engine.Dispose();
            throw;
        }

        *Outer = *Library.Template;
        Block->device = device.Block;
        Block->async_fd = Events.Descriptor;
    }

    public RoubDevice Device { get; }

    public LoopbackContext Engine { get; }

    public AsyncEvents Events { get; }

    public KeyTable Keys { get; } = new();

    /// <summary>Memory of peers.</summary>
    public ImportTable Imports { get; }

    /// <summary>What programs hold is within a greater structure.</summary>
    public ibv_context* Block => &Outer->context;

    /// <summary>Counts what lives under something that must outlive it; taken by control calls only.</summary>
    public Lock Gate { get; } = new();

    private verbs_context* Outer { get; }

    /// <summary>The context behind a structure; null where there is none (any more).</summary>
    public static RoubContext? Find(ibv_context* block) => block == null
        ? null
        : Blocks.Find<RoubContext, verbs_context>((verbs_context*)((byte*)block - ((byte*)&Library.Template->context - (byte*)Library.Template)), BlockKind.Context);

    public uint NextDomain() => Interlocked.Increment(ref _lastDomain);

    /// <summary>Keeps something that ends with the context, if not before.</summary>
    public void Keep(IDisposable child)
    {
        lock (Gate)
        {
            _children.Add(child);
        }
    }

    public void Drop(IDisposable child)
    {
        lock (Gate)
        {
            _children.Remove(child);
        }
    }

    /// <summary>Gives a QP its number, not one that was used a short while ago.</summary>
    public uint Claim(RoubQp queuePair)
    {
        lock (Gate)
        {
            for (uint i = 0; i < QueueNumber.MaxIndex; i++)
            {
                _lastIndex = (_lastIndex % QueueNumber.MaxIndex) + 1;
                if (_queuePairs[_lastIndex] is null)
                {
                    _queuePairs[_lastIndex] = queuePair;
                    return _lastIndex;
                }
            }
        }

        throw new RefusedException(Errno.ENOMEM, $"The context has {QueueNumber.MaxIndex} QPs already: destroy some.");
    }

    public void Release(uint index)
    {
        lock (Gate)
        {
            _queuePairs[index] = null;
        }
    }

    /// <summary>The QP with a number; null where it is gone.</summary>
    public RoubQp? FindQueuePair(uint number) =>
        QueueNumber.EngineOf(number) == Engine.Uasid ? Volatile.Read(ref _queuePairs[QueueNumber.IndexOf(number)]) : null;

    /// <summary>Refuses an argument that must be a live object of this context.</summary>
    public void Require([NotNull] object? value, RoubContext? owner, string what)
    {
        if (value is null || owner != this)
        {
            throw new RefusedException(Errno.EINVAL, $"The {what} is NULL, does not exist any more, or belongs to another context.");
        }
    }

    public int Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return 0;
        }

        IDisposable[] children;
        lock (Gate)
        {
            children = [.. _children];
            _children.Clear();
        }

        // Programs may leave everything to this call: what uses something ends before it.
        foreach (IDisposable child in children.OrderBy(static child => child is RoubQp ? 0 : child is RoubSrq or RoubMr or RoubAh ? 1 : child is RoubCq ? 2 : 3))
        {
            try
            {
                child.Dispose();
            }
            catch (Exception error)
            {
                Answer.Log(error);
            }
        }

        Imports.Dispose();
        Engine.Dispose();
        Events.Dispose();
        Keys.Dispose();
        Blocks.Free(Outer);
        return 0;
    }

    private static LoopbackContext OpenEngine(RoubDevice device)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                // Random rather than counted up: a number is then not used again soon after its holder's death.
                return (LoopbackContext)device.Engine.Open(new UrmaContextOptions { Uasid = 1 + Entropy.Next(QueueNumber.MaxEngine) });
            }
            catch (UrmaException taken) when (taken.Status == UrmaStatus.Exists && i < ClaimAttempts)
            {
            }
        }
    }
}
