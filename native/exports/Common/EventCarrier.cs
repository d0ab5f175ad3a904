using Urma.Net.Internal;
using Urma.Net.Providers.Loopback;

namespace Urma.Net.Exports;

/// <summary>
/// An event channel with a descriptor. The engine's channel sleeps on futexes, which no poll or epoll can wait for, so a thread of
/// each channel that has a JFC carries events from there to the descriptor. An event is the face of its JFC. Thread-safe.
/// </summary>
internal sealed class EventCarrier : IDisposable
{
    private const int Batch = 16;

    private readonly string _name;
    private readonly Action<Exception> _report;
    private readonly Action<nint>? _taken;
    private readonly EventDescriptor _ready = new();
    private readonly Queue<nint> _events = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _starting = new();
    private Thread? _carrier;

    /// <param name="context">The engine.</param>
    /// <param name="name">Of the thread.</param>
    /// <param name="report">Told of what went wrong in the thread, which ends then.</param>
    /// <param name="taken">Told the face of each event that is taken, before the JFC can be forgotten.</param>
    public EventCarrier(LoopbackContext context, string name, Action<Exception> report, Action<nint>? taken = null)
    {
        _name = name;
        _report = report;
        _taken = taken;
        try
        {
            Engine = (LoopbackJfce)context.CreateJfce();
        }
        catch
        {
            _ready.Dispose();
            throw;
        }
    }

    public LoopbackJfce Engine { get; }

    /// <summary>Readable while an event waits.</summary>
    public int Descriptor => _ready.Number;

    /// <summary>Whether the program set O_NONBLOCK.</summary>
    public bool IsNonBlocking => _ready.IsNonBlocking;

    /// <summary>Begins to carry; call when the channel gets a JFC.</summary>
    public void Start()
    {
        lock (_starting)
        {
            if (_carrier is null)
            {
                _carrier = new Thread(Carry) { IsBackground = true, Name = _name };
                _carrier.Start();
            }
        }
    }

    /// <summary>Announces an event of a JFC.</summary>
    public void Raise(nint face)
    {
        lock (_events)
        {
            _events.Enqueue(face);
            _ready.Raise();
        }
    }

    /// <summary>A JFC is being deleted: no event names it from now on.</summary>
    public void Forget(Jfc jfc)
    {
        lock (_events)
        {
            // The thread that carries events may hold one of this JFC already; it looks for the face in the same lock.
            nint face = jfc.Face;
            jfc.Face = 0;
            for (int i = _events.Count; i > 0; i--)
            {
                nint item = _events.Dequeue();
                if (item != face)
                {
                    _events.Enqueue(item);
                }
            }

            ClearIfEmpty();
        }
    }

    /// <summary>Takes the next event.</summary>
    public bool TryTake(out nint face)
    {
        lock (_events)
        {
            bool found = _events.TryDequeue(out face);
            ClearIfEmpty();
            if (found)
            {
                _taken?.Invoke(face);
            }

            return found;
        }
    }

    /// <summary>Waits until there is an event.</summary>
    /// <param name="deadline">From <see cref="TimeLimit"/>.</param>
    /// <returns>False after the deadline, or when a signal came.</returns>
    public bool Wait(long deadline) => _ready.Wait(deadline);

    public void Dispose()
    {
        _stop.Cancel();
        _carrier?.Join();
        Engine.Dispose();
        _ready.Dispose();
        _stop.Dispose();
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
                        // A JFC that is being deleted has no face any more.
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
            _report(error);
        }
    }
}
