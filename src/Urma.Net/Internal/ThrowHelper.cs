using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Urma.Net.Internal;

/// <summary>Cold throws, kept out of the hot methods so that these stay small enough to inline.</summary>
internal static class ThrowHelper
{
    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void OutOfRange(long offset, long length, long limit) =>
        throw new ArgumentOutOfRangeException(nameof(offset), $"Offset {offset} with length {length} does not lie inside the {limit} bytes there are.");

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Misaligned(long offset, int alignment) =>
        throw new ArgumentException($"Offset {offset} must be a multiple of {alignment} for an atomic access of that width.", nameof(offset));

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ReadOnly() =>
        throw new UrmaException(UrmaStatus.OperationNotPermitted, "The view is read-only: the owner of the segment must register it with SegmentAccess.Write, or its holder own it with Ownership.Write before it maps.");

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Undelayed() =>
        throw new UrmaException(
            UrmaStatus.OperationNotPermitted,
            "The context has a fabric model, which cannot delay spans and addresses of a peer's memory: use ordered accesses or posted work, or set FabricModel.AllowUndelayedViews.");

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void CompletionFailed(CompletionStatus status) =>
        throw new UrmaException(status, $"The operation completed with {status} ({(int)status}): {CompletionStatusText.Explain(status)}");

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Disposed(object instance) => throw new ObjectDisposedException(instance.GetType().Name);
}
