namespace Urma.Net;

/// <summary>No memory was borrowed; <see cref="Refusal"/> says why.</summary>
public sealed class BorrowRefusedException : UrmaException
{
    internal BorrowRefusedException(BorrowRefusal refusal, string message)
        : base(refusal is BorrowRefusal.NoneFree or BorrowRefusal.Busy ? UrmaStatus.TryAgain : UrmaStatus.OperationNotPermitted, message)
    {
        Refusal = refusal;
    }

    /// <summary>Why.</summary>
    public BorrowRefusal Refusal { get; }
}
