using Urma.Net.Internal;
using Urma.Net.Interop.Liburma;
using Urma.Net.Providers.Loopback;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>
/// An event channel with a descriptor. The engine's channel sleeps on futexes, which no poll or epoll can wait for, so a thread of
/// each channel that has a JFC carries events from there to the descriptor.
/// </summary>
internal sealed unsafe class SoftJfce
{
    private const int Batch = 16;

    private readonly SoftContext _context;
    private readonly EventDescriptor _ready = new();
    private readonly Queue<nint> _events = new();
    private readonly CancellationTokenSource _stop = new();
    private Thread? _carrier;
    private int _users;

    public SoftJfce(SoftContext context)
    {
        _context = context;
        try
        {
            Engine = (LoopbackJfce)context.Engine.CreateJfce();
        }
        catch
        {
            _ready.Dispose();
            throw;
        }

        Block = Blocks.Create<urma_jfce_t>(this, BlockKind.Jfce);
        Block->urma_ctx = context.Block;
        Block->fd = _ready.Number;
        context.AddChild();
    }

    public SoftContext Context => _context;

    public LoopbackJfce Engine { get; }

    public urma_jfce_t* Block { get; }

    public void AddUser()
    {
        lock (_context.Gate)
        {
            Block->@ref.atomic_cnt = (nuint)(++_users);
            if (_carrier is null)
            {
                _carrier = new Thread(Carry) { IsBackground = true, Name = "urma-jfce" };
                _carrier.Start();
            }
        }
    }

    /// <summary>A JFC is being deleted: no event names it from now on.</summary>
    public void RemoveUser(SoftJfc jfc)
    {
        lock (_context.Gate)
        {
            Block->@ref.atomic_cnt = (nuint)(--_users);
        }

        lock (_events)
        {
            // The thread that carries events may hold one of this JFC already; it looks for the structure in the same lock.
            jfc.Engine.Face = 0;
            for (int i = _events.Count; i > 0; i--)
            {
                nint item = _events.Dequeue();
                if (item != (nint)jfc.Block)
                {
                    _events.Enqueue(item);
                }
            }

            ClearIfEmpty();
        }
    }

    public int Delete()
    {
        lock (_context.Gate)
        {
            if (_users != 0)
            {
                return URMA_FAIL;
            }
        }

        _stop.Cancel();
        _carrier?.Join();
        Engine.Dispose();
        _ready.Dispose();
        _stop.Dispose();
        _context.RemoveChild();
        Blocks.Free(Block);
        return URMA_SUCCESS;
    }

    /// <summary>Announces an event of a JFC.</summary>
    public void Raise(nint jfc)
    {
        lock (_events)
        {
            _events.Enqueue(jfc);
            _ready.Raise();
        }
    }

    /// <summary>Takes events, waiting for the first.</summary>
    /// <param name="count">Room.</param>
    /// <param name="milliseconds">The longest wait; negative for no limit.</param>
    /// <param name="jfcs">Where they go.</param>
    /// <returns>How many; 0 after the time is over.</returns>
    public int Wait(uint count, int milliseconds, urma_jfc_t** jfcs)
    {
        long deadline = milliseconds < 0 ? TimeLimit.Never : TimeLimit.After(TimeSpan.FromMilliseconds(milliseconds));
        while (true)
        {
            int taken = Take(count, jfcs);
            if (taken != 0 || !_ready.Wait(deadline))
            {
                return taken;
            }
        }
    }

    private int Take(uint count, urma_jfc_t** jfcs)
    {
        lock (_events)
        {
            int taken = 0;
            while (taken < count && _events.TryDequeue(out nint jfc))
            {
                jfcs[taken++] = (urma_jfc_t*)jfc;
            }

            ClearIfEmpty();
            return taken;
        }
    }

    private void ClearIfEmpty()
    {
        if (_events.Count == 0)
        {
            _ready.Clear();
        }
    }

    private void Carry()
    {
        var ready = new Jfc[Batch];
        try
        {
            while (true)
            {
                int count = Engine.Wait(ready, Timeout.InfiniteTimeSpan, _stop.Token);
                lock (_events)
                {
                    for (int i = 0; i < count; i++)
                    {
                        // A JFC that is being deleted has no structure any more.
                        if (ready[i].Face is not 0 and var face)
                        {
                            Raise(face);
                        }
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
        catch (ObjectDisposedException)
        {
        }
        catch (Exception error)
        {
            // Thrown here it would end the program.
            _ = Answer.Status(error);
        }
    }
}
