using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <summary>
/// Where the memory a context can reach lies, and how far it is: measured when first asked for, again by <see cref="RefreshAsync(CancellationToken)"/>.
/// </summary>
/// <remarks>
/// Thread-safe. Memory that cannot be mapped is measured by the reads that are posted for it. A measurement reads some kilobytes of the segment, takes some hundred microseconds, and is at most a few accesses
/// over a slow link; where one access takes longer than a millisecond it runs in the background.
/// </remarks>
public sealed unsafe class MemoryPlacement
{
    private const double SlowLink = 1e6;

    private readonly UrmaContext _context;

    internal MemoryPlacement(UrmaContext context)
    {
        _context = context;
    }

    /// <summary>Where a range lies, in pieces of one segment each, in the order of their addresses.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="length">Bytes, 1 or more.</param>
    /// <exception cref="GlobalMemoryException">Not all of it can be reached; says why.</exception>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public IReadOnlyList<PlacementPiece> Query(in GlobalAddress address, long length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ObjectDisposedException.ThrowIf(_context.Global.IsClosed, _context);
        if (!GlobalMemory.IsRange(address, length))
        {
            throw new GlobalMemoryException(GlobalMemoryStatus.InvalidRange, address, length);
        }

        var pieces = new List<PlacementPiece>();
        GlobalAddress at = address;
        long left = length;
        while (left > 0)
        {
            TranslationRange range = _context.Global.Table.Find(at, SegmentAccess.Read, out GlobalMemoryStatus fault)
                ?? throw new GlobalMemoryException(fault, at, left);
            long offset = (long)(at.VirtualAddress - range.Start);
            long step = Math.Min(left, range.Length - offset);
            pieces.Add(Describe(range, offset, step));
            left -= step;
            at = left > 0 ? at + step : at;
        }

        return pieces;
    }

    /// <summary>Every segment that is registered or imported and can be reached, measured where it had not been.</summary>
    public IReadOnlyList<PlacementPiece> GetAll() =>
        [.. _context.Global.Table.GetAll().Where(static r => r.IsCurrent).Select(r => Describe(r, 0, r.Length))];

    /// <summary>Measures everything again.</summary>
    /// <param name="cancellationToken">Ends it between two segments.</param>
    public Task RefreshAsync(CancellationToken cancellationToken = default) => Task.Run(
        () =>
        {
            foreach (TranslationRange range in _context.Global.Table.GetAll())
            {
                cancellationToken.ThrowIfCancellationRequested();
                Measure(range);
            }
        },
        cancellationToken);

    /// <summary>Measures the segments of a range again.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="length">Bytes, 1 or more.</param>
    /// <param name="cancellationToken">Ends it between two segments.</param>
    public Task RefreshAsync(GlobalAddress address, long length, CancellationToken cancellationToken = default) => Task.Run(
        () =>
        {
            GlobalAddress at = address;
            long left = length;
            while (left > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                TranslationRange range = _context.Global.Table.Find(at, SegmentAccess.Read, out GlobalMemoryStatus fault)
                    ?? throw new GlobalMemoryException(fault, at, left);
                Measure(range);
                long step = range.Length - (long)(at.VirtualAddress - range.Start);
                left -= step;
                at = left > 0 ? at + step : at;
            }
        },
        cancellationToken);

    private PlacementPiece Describe(TranslationRange range, long offset, long length)
    {
        if (range.Distance is null)
        {
            if (range.Link?.Model.Nanoseconds > SlowLink)
            {
                _ = Task.Run(() => Measure(range));
            }
            else
            {
                Measure(range);
            }
        }

        int? node = range.Memory == null
            ? null
            : _context.Global.Inside(() => range.IsCurrent ? NumaNodes.OfPages(range.Memory + offset, length) : null);
        return new PlacementPiece
        {
            Address = new GlobalAddress(range.Eid, range.Uasid, range.Start + (ulong)offset),
            Length = length,
            IsOwn = range.Eid == _context.Eid && range.Uasid == _context.Uasid,
            ProcessId = range.ProcessId,
            Label = range.Label,
            NumaNode = node,
            Tier = range.IsPosted ? MemoryTier.Rdma : range.Link?.Model.Tier ?? (node is { } there && NumaNodes.OfThisThread() is { } here && here != there ? MemoryTier.CrossNuma : MemoryTier.Local),
            Distance = range.Distance,
            IsCacheable = range.Memory != null && range.Link is null,
            Link = range.Link?.Model,
        };
    }

    private void Measure(TranslationRange range)
    {
        try
        {
            range.Distance = DistanceProbe.Measure(_context.Global, range) ?? range.Distance;
        }
        catch (ObjectDisposedException)
        {
            // The context was closed meanwhile: what was known stays.
        }
    }
}
