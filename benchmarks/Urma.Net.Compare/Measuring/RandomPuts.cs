using Urma.Net.Tool.Perftest;

namespace Urma.Net.Compare.Measuring;

/// <summary>The loops of <see cref="RandomPutsCommand"/>: the same puts in four ways.</summary>
/// <remarks>One thread. Places come from a xorshift generator, which costs about a nanosecond.</remarks>
internal sealed unsafe class RandomPuts
{
    private const int Batch = 64;

    private readonly GlobalMemory _global;
    private readonly TargetSegment _table;
    private readonly Segment _own;
    private readonly byte* _view;
    private readonly Jetty _jetty;
    private readonly Jfc _jfc;
    private readonly ulong _words;
    private readonly XcopyItem[] _items = new XcopyItem[Batch];
    private readonly GlobalMemoryStatus[] _results = new GlobalMemoryStatus[Batch];
    private readonly WorkRequest[] _requests = new WorkRequest[Batch];
    private readonly Completion[] _completions = new Completion[4];
    private ulong _random;
    private ulong _last;
    private long _lastPlace;

    /// <param name="context">Whose global addresses are used.</param>
    /// <param name="table">The memory written to.</param>
    /// <param name="own">A page whose first words are sent.</param>
    /// <param name="view">Where the table is mapped.</param>
    /// <param name="jetty">Posts.</param>
    /// <param name="jfc">Where its completions come.</param>
    /// <param name="words">How many words of the table take part.</param>
    /// <param name="seed">Not 0.</param>
    public RandomPuts(UrmaContext context, TargetSegment table, Segment own, nint view, Jetty jetty, Jfc jfc, long words, ulong seed)
    {
        (_global, _table, _own, _jetty, _jfc) = (context.Global, table, own, jetty, jfc);
        _view = (byte*)view;
        (_words, _random) = ((ulong)words, seed);
    }

    /// <summary>Whether the table has the last value that was written.</summary>
    public bool IsLastOneThere => Volatile.Read(ref *(ulong*)(_view + _lastPlace)) == _last;

    public void Store(long count)
    {
        for (long i = 0; i < count; i++)
        {
            long place = Next();
            Volatile.Write(ref *(ulong*)(_view + place), _random);
        }

        _last = _random;
    }

    public void Xcopy(long count)
    {
        ulong* source = (ulong*)_own.Address;
        GlobalAddress from = _own.GlobalAddress, to = _table.GlobalAddress;
        for (long i = 0; i < count; i++)
        {
            long place = Next();
            *source = _random;
            _global.Xcopy(to + place, from, sizeof(ulong));
        }

        _last = _random;
    }

    public void Batches(long count)
    {
        ulong* source = (ulong*)_own.Address;
        GlobalAddress from = _own.GlobalAddress, to = _table.GlobalAddress;
        for (long i = 0; i < count; i += Batch)
        {
            for (int item = 0; item < Batch; item++)
            {
                long place = Next();
                source[item] = _random;
                _items[item] = new XcopyItem(to + place, from + (item * sizeof(ulong)), sizeof(ulong));
            }

            if (_global.XcopyBatch(_items, _results) != 0)
            {
                throw new Tool.ToolException("A put of a batch failed.");
            }
        }

        _last = _random;
    }

    public void Post(long count)
    {
        ulong* source = (ulong*)_own.Address;
        for (long i = 0; i < count; i += Batch)
        {
            for (int item = 0; item < Batch; item++)
            {
                long place = Next();
                source[item] = _random;
                WorkRequest request = WorkRequest.Write(_own.Range(item * sizeof(ulong), sizeof(ulong)), _table.At(place, sizeof(ulong)));
                _requests[item] = item == Batch - 1 ? request : request.Unsignaled();
            }

            Expect.Posted(_jetty.Post(_requests, out _));
            int done;
            while ((done = _jfc.Poll(_completions)) == 0)
            {
            }

            for (int completion = 0; completion < done; completion++)
            {
                _completions[completion].ThrowIfFailed();
            }
        }

        _last = _random;
    }

    private long Next()
    {
        ulong random = _random;
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        _random = random;
        return _lastPlace = (long)(random % _words) * sizeof(ulong);
    }
}
