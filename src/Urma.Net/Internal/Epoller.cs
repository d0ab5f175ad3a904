using System.Runtime.InteropServices;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>Waits for many descriptors at once, level-triggered, and can be woken from another thread.</summary>
/// <remarks>
/// One thread waits; adding, removing and waking are thread-safe. The owner of a descriptor removes it here before
/// closing it: a copy of it in another process would otherwise keep reporting.
/// </remarks>
internal sealed unsafe class Epoller : IDisposable
{
    /// <summary>The most ready descriptors one wait reports; the rest come with the next.</summary>
    internal const int MaximumReady = 64;

    // The one token that users cannot have.
    private const ulong WakeToken = ulong.MaxValue;

    private readonly FileDescriptor _epoll;
    private readonly FileDescriptor _wake;

    /// <summary>Creates an empty set.</summary>
    /// <exception cref="UrmaException">No descriptors are left.</exception>
    internal Epoller()
    {
        _epoll = Open(Libc.EpollCreate1(Libc.EPOLL_CLOEXEC));
        try
        {
            _wake = Open(Libc.Eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK));
            Change(Libc.EPOLL_CTL_ADD, _wake.Number, Libc.EPOLLIN, WakeToken);
        }
        catch
        {
            _wake?.Dispose();
            _epoll.Dispose();
            throw;
        }
    }

    /// <summary>Watches a descriptor for data, connections, exits and hang-ups.</summary>
    /// <param name="descriptor">Not yet in the set.</param>
    /// <param name="token">What <see cref="Wait(Span{ulong}, int)"/> reports; anything but <see cref="ulong.MaxValue"/>.</param>
    /// <param name="alsoWritable">Whether to report room for sending as well.</param>
    internal void Add(int descriptor, ulong token, bool alsoWritable = false)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(token, WakeToken);
        Change(Libc.EPOLL_CTL_ADD, descriptor, Interest(alsoWritable), token);
    }

    /// <summary>Changes the token of a watched descriptor and whether room for sending is reported.</summary>
    internal void Modify(int descriptor, ulong token, bool alsoWritable)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(token, WakeToken);
        Change(Libc.EPOLL_CTL_MOD, descriptor, Interest(alsoWritable), token);
    }

    /// <summary>Stops watching; a descriptor that is not in the set (any more) is fine.</summary>
    internal void Remove(int descriptor)
    {
        using DescriptorLease lease = _epoll.Lease();

        // Kernels before 2.6.9 wanted an event here; passing one is free.
        EpollEvent ignored = default;
        if (Libc.EpollCtl(lease.Number, Libc.EPOLL_CTL_DEL, descriptor, &ignored) != 0
            && Marshal.GetLastPInvokeError() is not (Libc.ENOENT or Libc.EBADF))
        {
            LinuxError.ThrowLast("stop watching a descriptor");
        }
    }

    /// <summary>Waits for the first ready descriptor, a wake-up or the deadline.</summary>
    /// <param name="ready">
    /// Receives the tokens of ready descriptors, at most <see cref="MaximumReady"/>; without room only a wake-up is seen.
    /// </param>
    /// <param name="timeoutMilliseconds">How long at most; 0 only looks; not negative.</param>
    /// <returns>How many tokens were written; 0 after a wake-up, a signal or the deadline.</returns>
    internal int Wait(Span<ulong> ready, int timeoutMilliseconds) => Wait(ready, timeoutMilliseconds, out _);

    /// <inheritdoc cref="Wait(Span{ulong}, int)"/>
    /// <param name="ready">Receives the tokens of ready descriptors, at most <see cref="MaximumReady"/>.</param>
    /// <param name="timeoutMilliseconds">How long at most; 0 only looks; not negative.</param>
    /// <param name="woken">Whether <see cref="Wake"/> was called since the last wait that said so.</param>
    internal int Wait(Span<ulong> ready, int timeoutMilliseconds, out bool woken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(timeoutMilliseconds);
        woken = false;

        // Never more than fits: the kernel moves what it reported to the end of its list, so an event dropped here could
        // be the one dropped every time round.
        int capacity = Math.Clamp(ready.Length, 1, MaximumReady);
        byte* events = stackalloc byte[MaximumReady * sizeof(EpollEvent)];
        using DescriptorLease lease = _epoll.Lease();
        int count = Libc.EpollWait(lease.Number, events, capacity, timeoutMilliseconds);
        if (count < 0)
        {
            return Marshal.GetLastPInvokeError() == Libc.EINTR ? 0 : ThrowWaitFailed();
        }

        int written = 0;
        for (int i = 0; i < count; i++)
        {
            ulong token = EpollEvents.TokenAt(events, i);
            if (token == WakeToken)
            {
                woken = true;
                Drain();
            }
            else if (written < ready.Length)
            {
                ready[written++] = token;
            }
        }

        return written;
    }

    /// <summary>Ends the current wait, or the next one if none is running.</summary>
    /// <exception cref="ObjectDisposedException">The set was disposed.</exception>
    internal void Wake()
    {
        using DescriptorLease lease = _wake.Lease();
        ulong one = 1;

        // Fails only when the counter is full of wake-ups nobody has seen yet, which is a wake-up as well.
        _ = Libc.Write(lease.Number, &one, sizeof(ulong));
    }

    /// <summary>Releases the set. Wake the waiting thread and let it leave first.</summary>
    public void Dispose()
    {
        _epoll.Dispose();
        _wake.Dispose();
    }

    private static uint Interest(bool alsoWritable) =>
        alsoWritable ? Libc.EPOLLIN | Libc.EPOLLRDHUP | Libc.EPOLLOUT : Libc.EPOLLIN | Libc.EPOLLRDHUP;

    private static FileDescriptor Open(int descriptor)
    {
        if (descriptor < 0)
        {
            LinuxError.ThrowLast("create a set of watched descriptors");
        }

        return new FileDescriptor(descriptor);
    }

    private static int ThrowWaitFailed()
    {
        LinuxError.ThrowLast("wait for descriptors");
        return 0;
    }

    private void Change(int operation, int descriptor, uint interest, ulong token)
    {
        using DescriptorLease lease = _epoll.Lease();
        byte* change = stackalloc byte[sizeof(EpollEvent)];
        EpollEvents.Write(change, interest, token);
        if (Libc.EpollCtl(lease.Number, operation, descriptor, change) != 0)
        {
            LinuxError.ThrowLast($"watch descriptor {descriptor}");
        }
    }

    private void Drain()
    {
        using DescriptorLease lease = _wake.Lease();
        ulong count;
        _ = Libc.Read(lease.Number, &count, sizeof(ulong));
    }
}
