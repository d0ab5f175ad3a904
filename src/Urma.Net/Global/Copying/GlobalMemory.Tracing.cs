using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Urma.Net.Diagnostics;
using Urma.Net.Global;

namespace Urma.Net;

// A file without unsafe code, in which nothing could be awaited.

/// <summary>Awaited copies inside spans, while somebody listens to them (<see cref="UrmaDiagnostics.ActivitySourceName"/>).</summary>
public sealed partial class GlobalMemory
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ValueTask CopyTraced(in CopySide destination, in CopySide source, long length, MemoryHandle pin, CancellationToken cancellationToken) =>
        UrmaTracing.CreateCopy(_context, destination.Engine, source.Engine, length) is { } activity
            ? TraceCopy(activity, destination, source, length, pin, cancellationToken)
            : CopyUntraced(destination, source, length, pin, cancellationToken);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ValueTask<int> CopyBatchTraced(ReadOnlyMemory<XcopyItem> items, Memory<GlobalMemoryStatus> results, CancellationToken cancellationToken) =>
        UrmaTracing.CreateBatch(_context, items.Span) is { } activity
            ? TraceCopyBatch(activity, items, results, cancellationToken)
            : CopyBatchUntraced(items, results, cancellationToken);

    private async ValueTask TraceCopy(
        Activity activity, CopySide destination, CopySide source, long length, MemoryHandle pin, CancellationToken cancellationToken)
    {
        using var span = new OperationSpan(activity);
        try
        {
            await CopyUntraced(destination, source, length, pin, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            span.Fail(error);
            throw;
        }
    }

    private async ValueTask<int> TraceCopyBatch(
        Activity activity, ReadOnlyMemory<XcopyItem> items, Memory<GlobalMemoryStatus> results, CancellationToken cancellationToken)
    {
        using var span = new OperationSpan(activity);
        try
        {
            int failed = await CopyBatchUntraced(items, results, cancellationToken).ConfigureAwait(false);
            if (failed != 0)
            {
                GlobalMemoryStatus first = FirstFailure(results.Span[..items.Length]);
                span.Fail(first.ToString(), $"{failed} of {items.Length} copies failed, the first with {first}.");
            }

            return failed;
        }
        catch (Exception error)
        {
            span.Fail(error);
            throw;
        }
    }

    // A loop, because .NET 9 does not search a span of an enumeration.
    private static GlobalMemoryStatus FirstFailure(ReadOnlySpan<GlobalMemoryStatus> results)
    {
        foreach (GlobalMemoryStatus result in results)
        {
            if (result != GlobalMemoryStatus.Success)
            {
                return result;
            }
        }

        return GlobalMemoryStatus.Success;
    }
}
