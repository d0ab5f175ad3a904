namespace Urma.Net;

public sealed partial class UdmaChannel
{
    /// <summary>Copies remote bytes to local memory.</summary>
    /// <param name="local">Where to; its length is what is read.</param>
    /// <param name="remote">What to read.</param>
    /// <param name="cancellationToken">Ends the await, not the transfer.</param>
    /// <exception cref="UrmaException">The read failed; <see cref="UrmaException.CompletionStatus"/> says how.</exception>
    public ValueTask ReadAsync(SegmentRange local, RemoteAddress remote, CancellationToken cancellationToken = default)
    {
        WorkRequest request = WorkRequest.Read(local, remote);
        return Execute(ref request, null, cancellationToken);
    }

    /// <summary>Copies local bytes to remote memory.</summary>
    /// <param name="local">What to write.</param>
    /// <param name="remote">Where to.</param>
    /// <param name="cancellationToken">Ends the await, not the transfer.</param>
    /// <exception cref="UrmaException">The write failed; <see cref="UrmaException.CompletionStatus"/> says how.</exception>
    public ValueTask WriteAsync(SegmentRange local, RemoteAddress remote, CancellationToken cancellationToken = default)
    {
        WorkRequest request = WorkRequest.Write(local, remote);
        return Execute(ref request, null, cancellationToken);
    }

    /// <summary>Writes, then stores a 64-bit value at a second place, visible only after the data.</summary>
    /// <param name="local">What to write.</param>
    /// <param name="remote">Where to.</param>
    /// <param name="notify">The notify word: 8 bytes, 8-byte aligned.</param>
    /// <param name="value">The value stored there.</param>
    /// <param name="cancellationToken">Ends the await, not the transfer.</param>
    /// <exception cref="UrmaException">The write failed.</exception>
    public ValueTask WriteNotifyAsync(
        SegmentRange local, RemoteAddress remote, RemoteAddress notify, ulong value, CancellationToken cancellationToken = default)
    {
        WorkRequest request = WorkRequest.WriteNotify(local, remote, notify, value);
        return Execute(ref request, null, cancellationToken);
    }

    /// <summary>Writes, then delivers a 64-bit value with a receive of the target's.</summary>
    /// <param name="local">What to write.</param>
    /// <param name="remote">Where to.</param>
    /// <param name="target">Whose receive announces the write.</param>
    /// <param name="immediate">The value delivered.</param>
    /// <param name="cancellationToken">Ends the await, not the transfer.</param>
    /// <exception cref="UrmaException">The write failed.</exception>
    public ValueTask WriteImmediateAsync(
        SegmentRange local, RemoteAddress remote, TargetJetty target, ulong immediate, CancellationToken cancellationToken = default)
    {
        WorkRequest request = WorkRequest.WriteImmediate(local, remote, target, immediate);
        return Execute(ref request, target, cancellationToken);
    }

    /// <summary>Sends a message into the target's next posted receive.</summary>
    /// <param name="target">The imported jetty.</param>
    /// <param name="message">The bytes; may be empty.</param>
    /// <param name="cancellationToken">Ends the await, not the transfer.</param>
    /// <exception cref="UrmaException">The send failed, or the target posted no receive while the retries lasted.</exception>
    public ValueTask SendAsync(TargetJetty target, SegmentRange message, CancellationToken cancellationToken = default)
    {
        WorkRequest request = WorkRequest.Send(target, message);
        return Execute(ref request, target, cancellationToken);
    }

    /// <summary>Sends a message with a 64-bit immediate value.</summary>
    /// <param name="target">The imported jetty.</param>
    /// <param name="message">The bytes; may be empty.</param>
    /// <param name="immediate">Delivered with the receive's completion.</param>
    /// <param name="cancellationToken">Ends the await, not the transfer.</param>
    /// <exception cref="UrmaException">The send failed, or the target posted no receive while the retries lasted.</exception>
    public ValueTask SendImmediateAsync(
        TargetJetty target, SegmentRange message, ulong immediate, CancellationToken cancellationToken = default)
    {
        WorkRequest request = WorkRequest.SendImmediate(target, message, immediate);
        return Execute(ref request, target, cancellationToken);
    }

    /// <summary>
    /// Completes when everything started before it has ended, cancelled awaits included: from then on their buffers are free.
    /// </summary>
    /// <param name="cancellationToken">Ends the await.</param>
    public ValueTask DrainAsync(CancellationToken cancellationToken = default)
    {
        WorkRequest request = WorkRequest.Nop();
        return Execute(ref request, null, cancellationToken);
    }

    /// <summary><see cref="ReadAsync"/> that returns the completion of a failed read instead of throwing.</summary>
    /// <param name="local">Where to.</param>
    /// <param name="remote">What to read.</param>
    /// <param name="cancellationToken">Ends the await, not the transfer.</param>
    public ValueTask<Completion> TryReadAsync(SegmentRange local, RemoteAddress remote, CancellationToken cancellationToken = default)
    {
        WorkRequest request = WorkRequest.Read(local, remote);
        return ExecuteToCompletion(ref request, null, cancellationToken);
    }

    /// <summary><see cref="WriteAsync"/> that returns the completion of a failed write instead of throwing.</summary>
    /// <param name="local">What to write.</param>
    /// <param name="remote">Where to.</param>
    /// <param name="cancellationToken">Ends the await, not the transfer.</param>
    public ValueTask<Completion> TryWriteAsync(SegmentRange local, RemoteAddress remote, CancellationToken cancellationToken = default)
    {
        WorkRequest request = WorkRequest.Write(local, remote);
        return ExecuteToCompletion(ref request, null, cancellationToken);
    }

    /// <summary><see cref="SendAsync"/> that returns the completion of a failed send instead of throwing.</summary>
    /// <param name="target">The imported jetty.</param>
    /// <param name="message">The bytes; may be empty.</param>
    /// <param name="cancellationToken">Ends the await, not the transfer.</param>
    public ValueTask<Completion> TrySendAsync(TargetJetty target, SegmentRange message, CancellationToken cancellationToken = default)
    {
        WorkRequest request = WorkRequest.Send(target, message);
        return ExecuteToCompletion(ref request, target, cancellationToken);
    }

    /// <summary>
    /// Executes any one request and returns its completion, failed or not: the non-throwing form of everything else, atomics with
    /// the caller's own result buffer included. The completion carries the request's user context.
    /// </summary>
    /// <param name="request">The request. SGE lists and inline data are refused: both are read while posting, which may be later.</param>
    /// <param name="cancellationToken">Ends the await, not the transfer.</param>
    /// <exception cref="ArgumentException">The request has an SGE list or inline data.</exception>
    public ValueTask<Completion> TryExecuteAsync(in WorkRequest request, CancellationToken cancellationToken = default)
    {
        if (request.GatherCount != 0 || (request.Flags & WorkRequestFlags.Inline) != 0)
        {
            throw new ArgumentException(
                "An awaited request may wait for room, so it cannot refer to memory that is read only while posting: use one registered buffer.",
                nameof(request));
        }

        WorkRequest own = request;
        return ExecuteToCompletion(ref own, null, cancellationToken);
    }
}
