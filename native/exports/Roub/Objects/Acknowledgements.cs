namespace Urma.Net.Exports.Roub;

/// <summary>Events of an object that the program has taken and not acknowledged: it is not destroyed before. Thread-safe.</summary>
internal sealed class Acknowledgements
{
    private readonly object _gate = new();
    private long _pending;

    /// <summary>The program has an event in its hands.</summary>
    public void Take()
    {
        lock (_gate)
        {
            _pending++;
        }
    }

    public void Acknowledge(uint count)
    {
        lock (_gate)
        {
            _pending -= count;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits for the program, as long as it takes: that is what destroying promises.</summary>
    public void Wait()
    {
        lock (_gate)
        {
            while (_pending > 0)
            {
                Monitor.Wait(_gate);
            }
        }
    }
}
