namespace Urma.Net.Async;

/// <summary>
/// Which operation a completion belongs to: a slot per operation in flight, named by the user context
/// (<c>generation &lt;&lt; 32 | slot</c>), so that a stale or invented one finds nothing. Not thread-safe.
/// </summary>
internal sealed class OperationTable
{
    private readonly UdmaOperation?[] _operations;
    private readonly uint[] _generations;
    private readonly int[] _free;
    private int _freeCount;

    public OperationTable(int capacity)
    {
        _operations = new UdmaOperation?[capacity];
        _generations = new uint[capacity];
        _free = new int[capacity];
        for (int i = 0; i < capacity; i++)
        {
            _free[i] = capacity - 1 - i;
            _generations[i] = 1;
        }

        _freeCount = capacity;
    }

    public int Capacity => _operations.Length;

    public int Count => _operations.Length - _freeCount;

    /// <summary>Completions that named no operation in flight.</summary>
    public long Stale { get; private set; }

    /// <summary>The slot the next <see cref="Add"/> takes; -1 when all are taken.</summary>
    public int NextFree => _freeCount == 0 ? -1 : _free[_freeCount - 1];

    /// <summary>The user context that names the operation added next, in the slot <see cref="NextFree"/>.</summary>
    public ulong ContextOf(int slot) => ((ulong)_generations[slot] << 32) | (uint)slot;

    /// <summary>Takes <see cref="NextFree"/>.</summary>
    public void Add(UdmaOperation operation) => _operations[_free[--_freeCount]] = operation;

    /// <summary>Frees the slot and returns its operation; null where the user context is not that of an operation in flight.</summary>
    public UdmaOperation? Take(ulong userContext)
    {
        uint slot = (uint)userContext;
        if (slot >= (uint)_operations.Length || _generations[slot] != (uint)(userContext >> 32) || _operations[slot] is not { } operation)
        {
            Stale++;
            return null;
        }

        _operations[slot] = null;
        _generations[slot]++;
        _free[_freeCount++] = (int)slot;
        return operation;
    }

    /// <summary>Takes any operation that is still in flight; null when there is none.</summary>
    public UdmaOperation? TakeAny()
    {
        for (int slot = 0; slot < _operations.Length; slot++)
        {
            if (_operations[slot] is not null)
            {
                return Take(ContextOf(slot));
            }
        }

        return null;
    }
}
