using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>Gets an engine its address-space id. Binding the id's name is the claim: atomic, and gone with its holder.</summary>
internal static class UasidClaim
{
    private const int Attempts = 10_000;

    /// <summary>Refuses what is no UASID.</summary>
    internal static void ThrowIfInvalid(uint uasid)
    {
        if (uasid is 0 or > Hello.MaximumUasid)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument, $"0x{uasid:x} is not a UASID: it lies between 1 and 0x{Hello.MaximumUasid:x}.");
        }
    }

    /// <summary>Binds the wanted UASID's name, or a free one's.</summary>
    /// <exception cref="UrmaException">The wanted one is taken or not valid.</exception>
    internal static (UnixListener Listener, uint Uasid) Claim(LoopbackFabric fabric, uint? wanted)
    {
        if (wanted is { } uasid)
        {
            ThrowIfInvalid(uasid);
            return (NameClaim.Bind(fabric.EngineName(uasid)), uasid);
        }

        for (int i = 0; ; i++)
        {
            // Random rather than counted up: a number is then not used again soon after its holder's death.
            uasid = 1 + Entropy.Next(Hello.MaximumUasid);
            try
            {
                return (UnixListener.Bind(fabric.EngineName(uasid)), uasid);
            }
            catch (UrmaException taken) when (taken.Status == UrmaStatus.Exists && i < Attempts)
            {
            }
        }
    }
}
