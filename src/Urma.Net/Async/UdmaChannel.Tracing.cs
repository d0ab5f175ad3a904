using System.Diagnostics;
using System.Runtime.CompilerServices;
using Urma.Net.Diagnostics;

namespace Urma.Net;

/// <summary>The same operations inside spans, while somebody listens to them (<see cref="UrmaDiagnostics.ActivitySourceName"/>).</summary>
public sealed partial class UdmaChannel
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ValueTask ExecuteTraced(ref WorkRequest request, TargetJetty? target, CancellationToken cancellationToken) =>
        UrmaTracing.Create(Context, in request, target) is { } activity
            ? TraceExecute(activity, request, target, cancellationToken)
            : ExecuteNow(ref request, target, cancellationToken);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ValueTask<Completion> ExecuteToCompletionTraced(ref WorkRequest request, TargetJetty? target, CancellationToken cancellationToken) =>
        UrmaTracing.Create(Context, in request, target) is { } activity
            ? TraceExecuteToCompletion(activity, request, target, cancellationToken)
            : ExecuteToCompletionNow(ref request, target, cancellationToken);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ValueTask<ulong> ExecuteAtomicTraced(ref WorkRequest request, CancellationToken cancellationToken) =>
        UrmaTracing.Create(Context, in request, null) is { } activity
            ? TraceExecuteAtomic(activity, request, cancellationToken)
            : ExecuteAtomicNow(ref request, cancellationToken);

    private async ValueTask TraceExecute(Activity activity, WorkRequest request, TargetJetty? target, CancellationToken cancellationToken)
    {
        using var span = new OperationSpan(activity);
        try
        {
            await ExecuteNow(ref request, target, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            span.Fail(error);
            throw;
        }
    }

    private async ValueTask<Completion> TraceExecuteToCompletion(
        Activity activity, WorkRequest request, TargetJetty? target, CancellationToken cancellationToken)
    {
        using var span = new OperationSpan(activity);
        try
        {
            Completion completion = await ExecuteToCompletionNow(ref request, target, cancellationToken).ConfigureAwait(false);
            if (!completion.IsSuccess)
            {
                span.Fail(completion.Status.ToString());
            }

            return completion;
        }
        catch (Exception error)
        {
            span.Fail(error);
            throw;
        }
    }

    private async ValueTask<ulong> TraceExecuteAtomic(Activity activity, WorkRequest request, CancellationToken cancellationToken)
    {
        using var span = new OperationSpan(activity);
        try
        {
            return await ExecuteAtomicNow(ref request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            span.Fail(error);
            throw;
        }
    }
}
