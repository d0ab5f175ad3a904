using System.Runtime.InteropServices;

namespace Urma.Net.Global;

/// <summary>The software UMMU's table: everything registered or imported in a context, by address space and address.</summary>
/// <remarks>
/// Thread-safe. Ranges of a space may overlap: a segment imported twice, or a buffer registered with other rights. Within a space
/// they are kept by descending start, because the kernel hands out addresses downwards, which makes most additions appends.
/// </remarks>
internal sealed class TranslationTable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(Eid Eid, uint Uasid), Space> _spaces = [];
    private int _version;
    private bool _closed;

    /// <summary>Moves on when something cached may have become wrong.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>Whether a range that lies behind a modelled link was ever made known.</summary>
    public bool HasLinks { get; private set; }

    /// <summary>Whether a range that only posted work reaches was ever made known.</summary>
    public bool HasPosted { get; private set; }

    /// <summary>Makes a range known.</summary>
    public void Add(TranslationRange range)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            HasLinks |= range.Link is not null;
            HasPosted |= range.IsPosted;
            ref Space? space = ref CollectionsMarshal.GetValueRefOrAddDefault(_spaces, (range.Eid, range.Uasid), out _);
            (space ??= new Space()).Add(range);
        }
    }

    /// <summary>Forgets a range; no thread starts to use it afterwards.</summary>
    public void Remove(TranslationRange range)
    {
        lock (_lock)
        {
            if (!_spaces.TryGetValue((range.Eid, range.Uasid), out Space? space) || !space.Remove(range))
            {
                return;
            }

            if (space.IsEmpty)
            {
                _spaces.Remove((range.Eid, range.Uasid));
            }

            range.MarkEnded();
            Volatile.Write(ref _version, _version + 1);
        }
    }

    /// <summary>Forgets everything, and takes in nothing more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            foreach (Space space in _spaces.Values)
            {
                space.MarkEnded();
            }

            _spaces.Clear();
            Volatile.Write(ref _version, _version + 1);
        }
    }

    /// <summary>The owner of a range is gone; see <see cref="TranslationRange.MarkLost"/>.</summary>
    public void MarkLost(TranslationRange range)
    {
        lock (_lock)
        {
            range.MarkLost();
            Volatile.Write(ref _version, _version + 1);
        }
    }

    /// <summary>The grant of a range has ended, as an access to it found out.</summary>
    public void MarkEnded(TranslationRange range)
    {
        lock (_lock)
        {
            range.MarkEnded();
            Volatile.Write(ref _version, _version + 1);
        }
    }

    /// <summary>An engine is gone: so are those of its ranges that only posted work reaches.</summary>
    public void MarkLost(Eid eid, uint uasid)
    {
        lock (_lock)
        {
            if (_spaces.TryGetValue((eid, uasid), out Space? space))
            {
                space.MarkPostedLost();
                Volatile.Write(ref _version, _version + 1);
            }
        }
    }

    /// <summary>Finds the range that holds an address and permits the access.</summary>
    /// <param name="address">Where.</param>
    /// <param name="need">What must be permitted.</param>
    /// <param name="fault">Why there is none.</param>
    public TranslationRange? Find(in GlobalAddress address, SegmentAccess need, out GlobalMemoryStatus fault)
    {
        lock (_lock)
        {
            if (_spaces.TryGetValue((address.Eid, address.Uasid), out Space? space))
            {
                return space.Find(address.VirtualAddress, need, out fault);
            }

            fault = GlobalMemoryStatus.UnknownSpace;
            return null;
        }
    }

    /// <summary>All ranges there are now.</summary>
    public IReadOnlyList<TranslationRange> GetAll()
    {
        lock (_lock)
        {
            return [.. _spaces.Values.SelectMany(static s => s.Ranges)];
        }
    }

    private sealed class Space
    {
        private readonly List<TranslationRange> _byStart = [];

        // The farthest last byte of a range at this place or behind it: where it lies before an address, nothing further on holds that.
        private readonly List<ulong> _farthestLast = [];

        public IReadOnlyList<TranslationRange> Ranges => _byStart;

        public bool IsEmpty => _byStart.Count == 0;

        public void Add(TranslationRange range)
        {
            int index = FirstAtOrBelow(range.Start);
            _byStart.Insert(index, range);
            _farthestLast.Insert(index, 0);
            Update(index, force: true);
        }

        public bool Remove(TranslationRange range)
        {
            int index = _byStart.IndexOf(range, FirstAtOrBelow(range.Start));
            if (index < 0)
            {
                return false;
            }

            _byStart.RemoveAt(index);
            _farthestLast.RemoveAt(index);
            Update(index - 1, force: false);
            return true;
        }

        public void MarkEnded()
        {
            foreach (TranslationRange range in _byStart)
            {
                range.MarkEnded();
            }
        }

        public void MarkPostedLost()
        {
            foreach (TranslationRange range in _byStart)
            {
                if (range.IsPosted)
                {
                    range.MarkLost();
                }
            }
        }

        public TranslationRange? Find(ulong address, SegmentAccess need, out GlobalMemoryStatus fault)
        {
            fault = GlobalMemoryStatus.Unmapped;
            for (int i = FirstAtOrBelow(address); i < _byStart.Count && _farthestLast[i] >= address; i++)
            {
                TranslationRange range = _byStart[i];
                if (!range.Contains(address))
                {
                    continue;
                }

                // Of several reasons the one that a current grant gives is told, then the one that cannot be mended.
                if (!range.IsCurrent)
                {
                    fault = fault == GlobalMemoryStatus.AccessDenied ? fault
                        : range.IsOwnerLost || fault == GlobalMemoryStatus.OwnerLost ? GlobalMemoryStatus.OwnerLost
                        : GlobalMemoryStatus.Revoked;
                }
                else if ((range.Access & need) != need)
                {
                    fault = GlobalMemoryStatus.AccessDenied;
                }
                else
                {
                    fault = GlobalMemoryStatus.Success;
                    return range;
                }
            }

            return null;
        }

        private void Update(int index, bool force)
        {
            for (int i = Math.Min(index, _byStart.Count - 1); i >= 0; i--)
            {
                TranslationRange range = _byStart[i];
                ulong last = range.Start + (ulong)(range.Length - 1);
                last = last < range.Start ? ulong.MaxValue : last;
                last = Math.Max(last, i + 1 < _byStart.Count ? _farthestLast[i + 1] : 0);
                if (!force && last == _farthestLast[i])
                {
                    return;
                }

                force = false;
                _farthestLast[i] = last;
            }
        }

        // Of ranges by descending start: the first that does not begin behind the address.
        private int FirstAtOrBelow(ulong address)
        {
            int low = 0;
            int high = _byStart.Count;
            while (low < high)
            {
                int middle = (low + high) >>> 1;
                if (_byStart[middle].Start > address)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            return low;
        }
    }
}
