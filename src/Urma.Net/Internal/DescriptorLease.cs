namespace Urma.Net.Internal;

/// <summary>A borrowed file descriptor number, valid until disposed.</summary>
internal readonly ref struct DescriptorLease
{
    private readonly FileDescriptor _owner;

    internal DescriptorLease(FileDescriptor owner)
    {
        bool taken = false;
        owner.DangerousAddRef(ref taken);
        _owner = owner;
    }

    /// <summary>The number to hand to the kernel.</summary>
    internal int Number => _owner.Number;

    /// <summary>Ends the loan.</summary>
    public void Dispose() => _owner.DangerousRelease();
}
