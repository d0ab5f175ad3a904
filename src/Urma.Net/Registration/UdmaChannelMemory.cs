using System.Runtime.CompilerServices;

namespace Urma.Net;

/// <summary>Awaited transfers of memory that a program already has, registered by a <see cref="RegistrationCache"/>.</summary>
/// <remarks>
/// The memory belongs to the operation until it has ended; so they cannot be cancelled, for a transfer that goes on after its await would use memory
/// that may no longer be registered. In steady state they allocate nothing.
/// </remarks>
public static class UdmaChannelMemory
{
    /// <summary>Sends a message into the target's next posted receive.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="cache">Of the same context.</param>
    /// <param name="target">The imported jetty.</param>
    /// <param name="message">The bytes; may be empty.</param>
    /// <exception cref="UrmaException">The send failed, the target posted no receive while the retries lasted, or the memory cannot be registered.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask SendAsync(this UdmaChannel channel, RegistrationCache cache, TargetJetty target, ReadOnlyMemory<byte> message)
    {
        Check(channel, cache);
        using RegistrationLease lease = cache.Rent(message);
        await channel.SendAsync(target, lease.Range).ConfigureAwait(false);
    }

    /// <summary>Copies local bytes to remote memory.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="cache">Of the same context.</param>
    /// <param name="local">What to write.</param>
    /// <param name="remote">Where to.</param>
    /// <exception cref="UrmaException">The write failed, or the memory cannot be registered.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask WriteAsync(this UdmaChannel channel, RegistrationCache cache, ReadOnlyMemory<byte> local, RemoteAddress remote)
    {
        Check(channel, cache);
        using RegistrationLease lease = cache.Rent(local);
        await channel.WriteAsync(lease.Range, remote).ConfigureAwait(false);
    }

    /// <summary>Copies remote bytes to local memory.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="cache">Of the same context.</param>
    /// <param name="local">Where to; its length is what is read.</param>
    /// <param name="remote">What to read.</param>
    /// <exception cref="UrmaException">The read failed, or the memory cannot be registered.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask ReadAsync(this UdmaChannel channel, RegistrationCache cache, Memory<byte> local, RemoteAddress remote)
    {
        Check(channel, cache);
        using RegistrationLease lease = cache.Rent(local);
        await channel.ReadAsync(lease.Range, remote).ConfigureAwait(false);
    }

    private static void Check(UdmaChannel channel, RegistrationCache cache)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(cache);
        if (channel.Context != cache.Context)
        {
            throw new ArgumentException("The cache registers memory with another context than the channel's: make one for each context.", nameof(cache));
        }
    }
}
