using System.Runtime.InteropServices;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>
/// Owns one file descriptor. A call in progress keeps the number alive through <see cref="Lease"/>, so that a
/// concurrent dispose cannot let the kernel give the number to another file under it.
/// </summary>
/// <remarks>Thread-safe. For set-up and control paths; hot paths never touch a descriptor.</remarks>
internal sealed class FileDescriptor : SafeHandle
{
    /// <summary>Takes ownership of <paramref name="descriptor"/>.</summary>
    internal FileDescriptor(int descriptor)
        : base(invalidHandleValue: -1, ownsHandle: true) => SetHandle(descriptor);

    /// <summary>A negative number is the only invalid one: descriptor 0 is legal.</summary>
    public override bool IsInvalid => (int)handle < 0;

    /// <summary>The number, for registration in a poll set by the owner; not kept alive by reading it.</summary>
    internal int Number => (int)handle;

    /// <summary>Keeps the descriptor open until the lease is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The descriptor was closed.</exception>
    internal DescriptorLease Lease() => new(this);

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;
}
