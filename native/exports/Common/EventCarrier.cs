using System.Diagnostics;
using Urma.Net.Internal;
using Urma.Net.Providers.Loopback;

namespace Urma.Net.Exports;

/// <summary>
/// An event channel with a descriptor. The engine's channel sleeps on futexes, which no poll or epoll can wait for, so a thread of
/// each channel that has a JFC carries events from there to the descriptor. An event is the face of its JFC. Thread-safe.
/// </summary>
/// <remarks>
/// Whoever takes an event looks into the engine's channel first, so events are taken in the order in which they came, whatever the thread has
/// carried: the completion of a thread's own request comes before the answer to it, as on a device, and programs count on that.
/// </remarks>
internal sealed class EventCarrier : IDisposable
{
    private const int Batch = 16;

    private readonly string _name;
    private readonly Action<Exception> _report;
    private readonly Action<nint>? _onTaken;
    private readonly EventDescriptor _ready = new();
    private readonly List<Item> _events = [];
    private readonly Jfc[] _taken = new Jfc[Batch];
    private readonly long[] _times = new long[Batch];
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _starting = new();
    private Thread? _carrier;
    private bool _isShown;

    /// <param name="context">The engine.</param>
    /// <param name="name">Of the thread.</param>
    /// <param name="report">Told of what went wrong in the thread, which ends then.</param>
    /// <param name="onTaken">Told the face of each event that is taken, before the JFC can be forgotten.</param>
    public EventCarrier(LoopbackContext context, string name, Action<Exception> report, Action<nint>? onTaken = null)
    {
        _name = name;
        _report = report;
        _onTaken = onTaken;
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
            _events.Add(new Item(face, Stopwatch.GetTimestamp()));
            Show();
        }
    }

    /// <summary>A JFC is being deleted: no event names it from now on.</summary>
    public void Forget(Jfc jfc)
    {
        lock (_events)
        {
            // The engine's channel may have an event of it still; its face is looked for in the same lock.
            nint face = jfc.Face;
            jfc.Face = 0;
            _ = _events.RemoveAll(item => item.Face == face);
            Show();
        }
    }

    /// <summary>Takes the next event.</summary>
    public bool TryTake(out nint face)
    {
        face = 0;
        lock (_events)
        {
            Collect();
            int first = 0;
            for (int i = 1; i < _events.Count; i++)
            {
                if (_events[i].Time < _events[first].Time)
                {
                    first = i;
                }
            }

            bool found = _events.Count != 0;
            if (found)
            {
                face = _events[first].Face;
                _events.RemoveAt(first);
                _onTaken?.Invoke(face);
            }

            Show();
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

    // Takes what the engine's channel has.
    private void Collect()
    {
        int count;
        do
        {
            count = Engine.Take(_taken, _times);
            for (int i = 0; i < count; i++)
            {
                // A JFC that is being deleted has no face any more.
                if (_taken[i].Face is not 0 and var face)
                {
                    _events.Add(new Item(face, _times[i]));
                }
            }
        }
        while (count == Batch);
    }

    private void Show()
    {
        bool isDue = _events.Count != 0;
        if (isDue != _isShown)
        {
            _isShown = isDue;
            if (isDue)
            {
                _ready.Raise();
            }
            else
            {
                _ready.Clear();
            }
        }
    }

    private void Carry()
    {
        try
        {
            while (true)
            {
                _ = Engine.WaitUntilDue(TimeLimit.Never, looksFirst: false, _stop.Token);
                lock (_events)
                {
                    Collect();
                    Show();
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

    private readonly record struct Item(nint Face, long Time);
}
