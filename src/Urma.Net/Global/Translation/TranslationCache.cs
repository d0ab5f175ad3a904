using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Urma.Net.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>
/// One thread's translations: set-associative, the least recently used of a set goes first. Also shows, by <see cref="Activity"/>,
/// that the thread holds pointers of translations, so that mappings are not taken from under it.
/// </summary>
/// <remarks>One thread at a time, but for the counters and <see cref="Activity"/>.</remarks>
internal sealed unsafe class TranslationCache : IActivity
{
    private readonly TranslationTable _table;
    private readonly TranslationEntry* _entries;
    private readonly TranslationEntry* _nowhere;
    private readonly byte* _order;
    private readonly TranslationRange?[] _ranges;

    // Keeps entries and order where they are.
    private readonly byte[] _memory;
    private readonly int _pageShift;
    private readonly int _setMask;
    private readonly int _ways;
    private readonly int _wayShift;
    private LatencyHistogram _penalty;
    private CounterBlock* _block;
    private OperationSampler _sampler;
    private int _version;
    private uint _activity;
    private long _foldedHits;
    private long _misses;
    private long _evictions;
    private long _invalidations;
    private long _faults;

    public TranslationCache(TranslationTable table, TranslationOptions options)
    {
        _table = table;
        _version = table.Version;
        _ways = Math.Min(TranslationOptions.Ways, options.CacheEntries);
        int sets = options.CacheEntries / _ways;
        _setMask = sets - 1;
        _pageShift = BitOperations.TrailingZeroCount(options.PageSize);
        _wayShift = BitOperations.Log2((uint)_ways);
        _memory = GC.AllocateArray<byte>(((options.CacheEntries + 2) * sizeof(TranslationEntry)) + sets, pinned: true);
        var start = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        _entries = (TranslationEntry*)((start + (nuint)sizeof(TranslationEntry) - 1) & ~((nuint)sizeof(TranslationEntry) - 1));
        _nowhere = _entries + options.CacheEntries;
        _order = (byte*)(_nowhere + 1);
        _ranges = new TranslationRange[options.CacheEntries];
        ResetOrder();
        DropPair();
        CountIn(StatisticsPage.Nowhere, StatisticsPage.Nowhere.Overflow);
    }

    /// <summary>
    /// Where the last copy at once went to, mapped and writable; <see cref="Nowhere"/> when something else was used since. Using both of
    /// the pair again, in this order, leaves the order of use as it is.
    /// </summary>
    public TranslationEntry* PairDestination { get; private set; }

    /// <summary>Where the last copy at once came from, mapped and readable.</summary>
    public TranslationEntry* PairSource { get; private set; }

    public uint Activity => Volatile.Read(ref _activity);

    public uint PendingActivity => 0;

    /// <summary>An entry that matches no address.</summary>
    public TranslationEntry* Nowhere => _nowhere;

    /// <summary>Why the last <see cref="Find"/> or <see cref="FindElsewhere"/> found nothing.</summary>
    public GlobalMemoryStatus Fault { get; private set; }

    /// <summary>What this cache has done; exact while its thread does not translate.</summary>
    public TranslationCounters Counters
    {
        get
        {
            long hits = Volatile.Read(ref _foldedHits);
            for (int i = 0; i < (_setMask + 1) * _ways; i++)
            {
                hits += Volatile.Read(ref _entries[i].Uses);
            }

            return new TranslationCounters
            {
                Hits = hits,
                Misses = Volatile.Read(ref _misses),
                Evictions = Volatile.Read(ref _evictions),
                Invalidations = Volatile.Read(ref _invalidations),
                Faults = Volatile.Read(ref _faults),
                MissPenalty = _penalty,
            };
        }
    }

    /// <summary>From now until <see cref="Leave"/> what is found stays mapped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        Volatile.Write(ref _activity, (_activity + 1) | 1);
        if (_version != _table.Version)
        {
            Flush();
        }
    }

    /// <summary>The block it counts in, which is visible from outside. Between <see cref="Enter"/> and <see cref="Leave"/>.</summary>
    public CounterBlock* Block => _block;

    /// <summary>Decides which copies are timed.</summary>
    public ref OperationSampler Sampler
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _sampler;
    }

    /// <summary>From now on it counts there; by its own thread, or when the block so far is about to go: a thread inside may use either.</summary>
    public void CountIn(StatisticsPage page, CounterBlock* block)
    {
        _block = block;
        _sampler = new OperationSampler(page, block);
    }

    /// <summary>Ends what <see cref="Enter"/> began.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Leave() => Volatile.Write(ref _activity, (_activity + 1) & ~1u);

    /// <summary>Whether everything found since <see cref="Enter"/> still holds: if not, it may show scratch memory by now.</summary>
    public bool IsUnchanged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _version == _table.Version;
    }

    /// <summary>Finds the translation of an address; null, and <see cref="Fault"/>, where there is none. Valid until the next call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TranslationEntry* Find(in GlobalAddress address)
    {
        int set = SetOf(address);
        TranslationEntry* entry = _entries + ((set << _wayShift) + (_order[set] & 3));
        if (!entry->Matches(address))
        {
            return FindInSet(address, set);
        }

        entry->Uses++;
        return entry;
    }

    /// <summary>Keeps two translations at hand that were found just now, the destination first.</summary>
    public void KeepPair(TranslationEntry* destination, TranslationEntry* source)
    {
        PairDestination = destination;
        PairSource = source;
    }

    /// <summary>
    /// The translation of an address if it is at hand and has all these flags; else <see cref="Nowhere"/>. Not counted as a use, and
    /// nothing is replaced.
    /// </summary>
    public TranslationEntry* FindAtHand(in GlobalAddress address, uint need)
    {
        TranslationEntry* first = _entries + (SetOf(address) << _wayShift);
        for (int way = 0; way < _ways; way++)
        {
            if (first[way].Matches(address) && (first[way].UasidAndFlags & need) == need)
            {
                return first + way;
            }
        }

        return _nowhere;
    }

    /// <summary>Finds another translation, for an access that the one found does not permit, or whose grant has ended.</summary>
    public TranslationEntry* FindElsewhere(in GlobalAddress address, SegmentAccess need)
    {
        TranslationEntry* found = FindAtHand(address, need == SegmentAccess.Write ? TranslationEntry.CanWrite : TranslationEntry.CanRead);
        return found != _nowhere && found->IsCurrent ? found : Fill(address, SetOf(address), need);
    }

    /// <summary>The range behind a translation.</summary>
    public TranslationRange RangeOf(TranslationEntry* entry) => _ranges[entry - _entries]!;

    /// <summary>Adds hits that are not booked yet to known ranges. Any thread; off by a few while the cache's own thread translates.</summary>
    public void AddUnreported(Dictionary<TranslationRange, long> uses)
    {
        for (int i = 0; i < _ranges.Length; i++)
        {
            if (Volatile.Read(ref _ranges[i]) is { } range && uses.TryGetValue(range, out long before))
            {
                uses[range] = before + Volatile.Read(ref _entries[i].Uses);
            }
        }
    }

    /// <summary>Books hits with their ranges. Own thread, or when it is gone.</summary>
    public void Report()
    {
        for (int i = 0; i < (_setMask + 1) * _ways; i++)
        {
            Fold(_entries + i);
        }
    }

    private int SetOf(in GlobalAddress address) =>
        (int)((uint)(address.VirtualAddress >> _pageShift) + (address.Uasid * 31)) & _setMask;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private TranslationEntry* FindInSet(in GlobalAddress address, int set)
    {
        TranslationEntry* first = _entries + (set << _wayShift);
        int order = _order[set];
        for (int position = 1; position < _ways; position++)
        {
            int way = (order >> (2 * position)) & 3;
            if (first[way].Matches(address))
            {
                _order[set] = MovedToFront(order, position);
                DropPair();
                first[way].Uses++;
                return first + way;
            }
        }

        return Fill(address, set, 0);
    }

    private TranslationEntry* Fill(in GlobalAddress address, int set, SegmentAccess need)
    {
        long start = Stopwatch.GetTimestamp();
        _misses++;
        CountInBlock(ref _block->TranslationMisses);
        TranslationRange? range = _table.Find(address, need, out GlobalMemoryStatus fault);
        Fault = fault;
        if (range is null)
        {
            _faults++;
            CountInBlock(ref _block->TranslationFaults);
            return null;
        }

        int last = _ways - 1;
        int order = _order[set];
        TranslationEntry* entry = _entries + (set << _wayShift) + ((order >> (2 * last)) & 3);
        if (entry->Length != 0)
        {
            _evictions++;
            CountInBlock(ref _block->TranslationEvictions);
            Fold(entry);
        }

        *entry = new TranslationEntry
        {
            Eid = range.Eid,
            Start = range.Start,
            Length = (ulong)range.Length,
            Delta = (nint)range.Memory - (nint)range.Start,
            EpochWord = range.EpochWord,
            Epoch = range.Epoch,
            UasidAndFlags = range.Uasid | FlagsOf(range),
        };
        _ranges[entry - _entries] = range;
        DropPair();
        _order[set] = MovedToFront(order, last);
        range.AddUses(1);
        _penalty.Record(Elapsed.NanosecondsSince(start));
        return entry;
    }

    private static uint FlagsOf(TranslationRange range) =>
        ((range.Access & SegmentAccess.Read) != 0 ? TranslationEntry.CanRead : 0)
        | ((range.Access & SegmentAccess.Write) != 0 ? TranslationEntry.CanWrite : 0)
        | (range.Memory != null ? TranslationEntry.IsMapped : 0)
        | (range.Link is null ? TranslationEntry.IsNear : 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Flush()
    {
        _version = _table.Version;
        _invalidations++;
        Report();
        new Span<TranslationEntry>(_entries, (_setMask + 1) * _ways).Clear();
        Array.Clear(_ranges);
        ResetOrder();
        DropPair();
    }

    private static void CountInBlock(ref long counter)
    {
        if (Observability.IsOn)
        {
            counter++;
        }
    }

    private void DropPair() => PairDestination = PairSource = _nowhere;

    private void Fold(TranslationEntry* entry)
    {
        if (entry->Uses != 0)
        {
            Volatile.Write(ref _foldedHits, _foldedHits + entry->Uses);
            RangeOf(entry).AddUses(entry->Uses);
            entry->Uses = 0;
        }
    }

    // Two bits for each way, the most recently used lowest.
    private void ResetOrder() => new Span<byte>(_order, _setMask + 1).Fill(0b11_10_01_00);

    private static byte MovedToFront(int order, int position)
    {
        int way = (order >> (2 * position)) & 3;
        int before = order & ((1 << (2 * position)) - 1);
        int behind = order & ~((4 << (2 * position)) - 1);
        return (byte)(behind | (before << 2) | way);
    }
}
