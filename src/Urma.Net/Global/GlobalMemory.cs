using System.Runtime.CompilerServices;
using Urma.Net.Diagnostics;
using Urma.Net.Global;

namespace Urma.Net;

/// <summary>
/// All memory a context can reach, by global address: its own registered segments and those it imported. Copies between any two
/// addresses without work requests, queues or polling.
/// </summary>
/// <remarks>
/// Thread-safe; threads do not hinder each other. Registering and importing make addresses known, disposing forgets them.
/// <para>
/// When a copy returns, its bytes are where they should be: a load by anybody who learns of it through a release (a flag, a message)
/// sees them, and copies of one thread take effect in the order they were made. An aligned copy of 1, 2, 4 or 8 bytes is one
/// load and one store. Ranges that overlap within one address space are copied as if through a buffer; memory that is reached
/// through two different spaces must not overlap. A copy that fails has moved nothing, unless its status says that the grant ended
/// meanwhile (<see cref="GlobalMemoryStatus.Revoked"/>, <see cref="GlobalMemoryStatus.OwnerLost"/>, <see cref="GlobalMemoryStatus.CopyRefused"/>): then an unknown part has arrived.
/// </para>
/// </remarks>
public sealed unsafe partial class GlobalMemory
{
    private static readonly TimeSpan CloseBound = TimeSpan.FromSeconds(10);

    [ThreadStatic]
    private static ThreadPort? t_port;

    private readonly UrmaContext _context;
    private readonly TranslationTable _table = new();
    private readonly Lock _lock = new();
    private readonly List<TranslationCache> _caches = [];
    private readonly RemoteMover _mover;
    private TranslationCounters _retired;
    private bool _closed;

    internal GlobalMemory(UrmaContext context)
    {
        context.Options.Translation.Validate();
        _context = context;
        _mover = new RemoteMover(context);
    }

    /// <summary>The table behind the translation caches; filled by the provider.</summary>
    internal TranslationTable Table => _table;

    /// <summary>Reaches what is not mapped.</summary>
    internal RemoteMover Mover => _mover;

    /// <summary>Makes registered memory known, for providers without mapping.</summary>
    internal void Know(Segment segment)
    {
        if (segment.Length != 0)
        {
            segment.Translation = new TranslationRange
            {
                Eid = _context.Eid,
                Uasid = _context.Uasid,
                Start = (ulong)segment.Address,
                Length = segment.Length,
                Memory = (byte*)segment.Address,
                Access = SegmentAccess.All,
                Owner = segment,
                ProcessId = Environment.ProcessId,
                Label = _context.Options.Label,
            };
            _table.Add(segment.Translation);
        }
    }

    /// <summary>Makes imported memory known that cannot be mapped. One's own is known already, and nearer.</summary>
    internal void Know(TargetSegment segment)
    {
        SegmentDescriptor descriptor = segment.Descriptor;
        if (descriptor.Length != 0 && (descriptor.Uasid != _context.Uasid || descriptor.Eid != _context.Eid))
        {
            segment.Translation = new TranslationRange
            {
                Eid = descriptor.Eid,
                Uasid = descriptor.Uasid,
                Start = descriptor.VirtualAddress,
                Length = descriptor.Length,
                Memory = null,
                Access = descriptor.Access,
                Owner = segment,
                IsPosted = true,
            };
            _table.Add(segment.Translation);
        }
    }

    /// <summary>The grant of a range has ended, as its owner told.</summary>
    internal void End(TranslationRange? range)
    {
        if (range is not null)
        {
            _table.MarkEnded(range);
        }
    }

    /// <summary>No thread begins to reach a range any more.</summary>
    internal void Forget(TranslationRange? range)
    {
        if (range is not null)
        {
            _table.Remove(range);
        }
    }

    /// <summary>What translation has done, all threads together.</summary>
    public TranslationCounters GetTranslationCounters()
    {
        lock (_lock)
        {
            TranslationCounters sum = _retired;
            foreach (TranslationCache cache in _caches)
            {
                sum = sum.Plus(cache.Counters);
            }

            return sum;
        }
    }

    /// <summary>Whether a range can be reached now, and if not, why.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="length">Bytes, 0 or more; 0 always succeeds.</param>
    /// <param name="forWriting">Whether it must be writable, too.</param>
    public GlobalMemoryStatus Query(in GlobalAddress address, long length, bool forWriting = false)
    {
        if (!IsRange(address, length))
        {
            return GlobalMemoryStatus.InvalidRange;
        }

        SegmentAccess need = forWriting ? SegmentAccess.Read | SegmentAccess.Write : SegmentAccess.Read;
        GlobalAddress at = address;
        long left = length;
        while (left > 0)
        {
            if (_table.Find(at, need, out GlobalMemoryStatus fault) is not { } range)
            {
                return fault;
            }

            long step = Math.Min(left, range.Length - (long)(at.VirtualAddress - range.Start));
            left -= step;
            if (left > 0)
            {
                at += step;
            }
        }

        return GlobalMemoryStatus.Success;
    }

    /// <summary>How often what there is now was used, roughly while threads use it.</summary>
    /// <param name="isCounted">Whether a segment's uses belong to the second number; called with <see cref="TranslationRange.Owner"/>.</param>
    internal (long All, long Counted) CountAccesses(Func<object, bool> isCounted)
    {
        var uses = new Dictionary<TranslationRange, long>(ReferenceEqualityComparer.Instance);
        foreach (TranslationRange range in _table.GetAll())
        {
            uses[range] = range.Uses;
        }

        lock (_lock)
        {
            foreach (TranslationCache cache in _caches)
            {
                cache.AddUnreported(uses);
            }
        }

        return (uses.Values.Sum(), uses.Where(u => isCounted(u.Key.Owner)).Sum(static u => u.Value));
    }

    /// <summary>The modelled link to an address; null without one.</summary>
    internal Internal.FabricLink? LinkTo(in GlobalAddress address) => _table.Find(address, SegmentAccess.Read, out _)?.Link;

    /// <summary>Whether the context is closed.</summary>
    internal bool IsClosed => _closed;

    /// <summary>Calls something during which mappings stay.</summary>
    internal T Inside<T>(Func<T> action)
    {
        TranslationCache cache = GetCache();
        cache.Enter();
        try
        {
            return action();
        }
        finally
        {
            cache.Leave();
        }
    }

    /// <summary>After <see cref="Close"/>: whether no thread can still be inside a copy. If not, what is mapped must stay mapped.</summary>
    internal bool IsQuiet { get; private set; } = true;

    /// <summary>No thread begins to reach memory through this any more, and none does any more unless <see cref="IsQuiet"/> says so.</summary>
    internal void Close()
    {
        TranslationCache[] caches;
        lock (_lock)
        {
            _closed = true;
            caches = [.. _caches];
        }

        _table.Close();
        _engine?.Dispose();
        foreach (TranslationCache cache in caches)
        {
            StopCounting(cache);
        }

        // Whoever enters after this finds nothing; whoever is inside now finishes its step.
        Interlocked.MemoryBarrierProcessWide();
        long deadline = Internal.TimeLimit.After(CloseBound);
        foreach (TranslationCache cache in caches)
        {
            uint activity = cache.Activity;
            if ((activity & 1) != 0 && !SpinWait.SpinUntil(() => cache.Activity != activity, Internal.TimeLimit.Left(deadline)))
            {
                IsQuiet = false;
                System.Diagnostics.Trace.TraceWarning("A thread has been inside a copy for very long while its context was closed: memory stays mapped.");
            }
        }

        _mover.Close();
    }

    // A thread that has passed this by may go on counting in the former block until it leaves the copy that it is in.
    private static unsafe void StopCounting(TranslationCache cache) => cache.CountIn(StatisticsPage.Nowhere, StatisticsPage.Nowhere.Overflow);

    internal static bool IsRange(in GlobalAddress address, long length) =>
        length >= 0 && (length == 0 || (ulong)(length - 1) <= ulong.MaxValue - address.VirtualAddress);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TranslationCache GetCache()
    {
        ThreadPort? port = t_port;
        return port is not null && port.Memory == this ? port.Cache : SwitchPort();
    }

    // Of a thread's ports the one used last is at hand; the others hang behind it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private TranslationCache SwitchPort()
    {
        ThreadPort? before = null;
        for (ThreadPort? port = t_port; port is not null; port = port.Next)
        {
            if (port.Memory == this)
            {
                before!.Next = port.Next;
                port.Next = t_port;
                t_port = port;
                return port.Cache;
            }

            // The port of a closed context is dropped in passing, so that a thread does not keep contexts.
            if (port.Memory._closed && before is not null)
            {
                before.Next = port.Next;
                continue;
            }

            before = port;
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, _context);
            var made = new ThreadPort(this, new TranslationCache(_table, _context.Options.Translation)) { Next = t_port };
            if (t_port is { Memory._closed: true } stale)
            {
                made.Next = stale.Next;
            }

            made.Cache.CountIn(_context.Statistics, _context.Statistics.Take(BlockKind.Copier, 0, 0));
            _caches.Add(made.Cache);
            _context.Watch(made.Cache);
            t_port = made;
            return made.Cache;
        }
    }

    private void Retire(TranslationCache cache)
    {
        lock (_lock)
        {
            cache.Report();
            _retired = _retired.Plus(cache.Counters);
            _context.Statistics.Return(cache.Block);
            _caches.Remove(cache);
        }

        _context.Unwatch(cache);
    }

    /// <summary>What a thread keeps for a context; goes with the thread.</summary>
    private sealed class ThreadPort(GlobalMemory memory, TranslationCache cache)
    {
        ~ThreadPort() => Memory.Retire(Cache);

        public GlobalMemory Memory { get; } = memory;

        public TranslationCache Cache { get; } = cache;

        public ThreadPort? Next { get; set; }
    }
}
