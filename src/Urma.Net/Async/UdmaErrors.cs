using Urma.Net.Internal;

namespace Urma.Net.Async;

/// <summary>The exceptions of awaited operations. Cold.</summary>
internal static class UdmaErrors
{
    public static UrmaException Create(in WorkRequest request, CompletionStatus status, UrmaStatus postStatus, TargetJetty? target)
    {
        string what = Describe(request);
        return postStatus switch
        {
            UrmaStatus.Success => Failed(what, status, target),
            UrmaStatus.TryAgain => new UrmaException(
                postStatus,
                $"{what} was not started: as many operations as UdmaChannelOptions.MaxWaiting allows wait already. Await some of them first, or raise Depth or MaxWaiting."),
            _ => new UrmaException(
                postStatus,
                $"{what} was refused with {postStatus}: the buffer is not registered, an address is not imported or misaligned, or the queue is closed."),
        };
    }

    /// <summary>What the completion of a request says that was never posted.</summary>
    public static CompletionStatus ToCompletionStatus(UrmaStatus postStatus) =>
        postStatus == UrmaStatus.InvalidArgument ? CompletionStatus.LocalOperationError : CompletionStatus.WorkRequestUnhandled;

    private static UrmaException Failed(string what, CompletionStatus status, TargetJetty? target)
    {
        string addressee = target is null ? string.Empty : $" to UASID 0x{target.Descriptor.Uasid:x6}";
        string fault = target?.Fault is { } reason ? $" {reason}" : string.Empty;
        return new UrmaException(status, $"{what}{addressee} completed with {status} ({(int)status}): {CompletionStatusText.Explain(status)}{fault}");
    }

    private static string Describe(in WorkRequest request) => request.Opcode switch
    {
        Opcode.Send or Opcode.SendImmediate => $"{request.Opcode} of {request.Local.Length} bytes",
        Opcode.Nop => "Draining the queue",
        _ => $"{request.Opcode} of {request.Local.Length} bytes at remote offset {request.Remote.Offset}",
    };
}
