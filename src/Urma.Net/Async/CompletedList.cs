namespace Urma.Net.Async;

/// <summary>Operations to settle once the locks are released, first in, first out.</summary>
internal struct CompletedList
{
    private UdmaOperation? _first;
    private UdmaOperation? _last;

    public void Add(UdmaOperation operation)
    {
        operation.Next = null;
        if (_last is null)
        {
            _first = operation;
        }
        else
        {
            _last.Next = operation;
        }

        _last = operation;
    }

    public readonly void SettleAll()
    {
        UdmaOperation? next;
        for (UdmaOperation? operation = _first; operation is not null; operation = next)
        {
            // Read before settling: the operation may be in its next use before Settle returns.
            next = operation.Next;
            operation.Next = null;
            operation.Settle();
        }
    }
}
