using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>Binds socket names, also those whose holder is just letting go.</summary>
internal static class NameClaim
{
    private static readonly TimeSpan LettingGo = TimeSpan.FromSeconds(1);

    /// <summary>Claims a name and listens there.</summary>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.Exists"/>: somebody holds it and answers there.</exception>
    /// <remarks>
    /// A holder that starts a program has, between fork and exec, a copy of itself that keeps a closed listener's name
    /// bound for some milliseconds. Such a listener refuses connections; a living one takes them.
    /// </remarks>
    internal static UnixListener Bind(UnixName name)
    {
        Deadline deadline = Deadline.After(LettingGo);
        while (true)
        {
            try
            {
                return UnixListener.Bind(name);
            }
            catch (UrmaException taken)
                when (taken.Status == UrmaStatus.Exists && name.IsAbstract && !deadline.HasPassed && !IsAnswered(name))
            {
                Thread.Sleep(1);
            }
        }
    }

    private static bool IsAnswered(UnixName name)
    {
        try
        {
            using UnixChannel? channel = UnixChannel.TryConnect(name, TimeSpan.Zero);
            return channel is not null;
        }
        catch (UrmaException)
        {
            // Its queue is full, or this process cannot ask: take the kernel's word.
            return true;
        }
    }
}
