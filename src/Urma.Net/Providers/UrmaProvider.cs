using System.Collections.Concurrent;
using Urma.Net.Diagnostics;
using Urma.Net.Providers.Loopback;

namespace Urma.Net;

/// <summary>
/// A way to reach remote memory: the loopback in this library, a UB device, or verbs. Chosen explicitly or by connection
/// string; never a silent fallback.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public abstract class UrmaProvider
{
    private static readonly ConcurrentDictionary<string, UrmaProvider> Registered = new(StringComparer.OrdinalIgnoreCase);

    private protected UrmaProvider()
    {
    }

    /// <summary>The shared-memory provider between processes of one Linux host; needs no driver.</summary>
    public static UrmaProvider Loopback => LoopbackProvider.Instance;

    /// <summary>All providers that can be named in a connection string now, supported here or not.</summary>
    public static IReadOnlyCollection<UrmaProvider> All => [Loopback, .. Registered.Values];

    /// <summary>The scheme in connection strings, such as <c>loopback</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Whether it can be used on this machine by this process.</summary>
    public bool IsSupported => NotSupportedReason is null;

    /// <summary>Why it cannot be used and what to do; null when it can.</summary>
    public abstract string? NotSupportedReason { get; }

    /// <summary>What it can do.</summary>
    public abstract ProviderCapabilities Capabilities { get; }

    /// <summary>The devices there are now; empty where it is not supported.</summary>
    public abstract IReadOnlyList<UrmaDevice> GetDevices();

    /// <summary>Opens a device.</summary>
    /// <param name="device">One of this provider's.</param>
    /// <param name="options">How; defaults when null.</param>
    /// <exception cref="UrmaException">The provider is not supported here or the device cannot be opened.</exception>
    public UrmaContext Open(UrmaDevice device, UrmaContextOptions? options = null) => OpenWith(device, options, OpenCore);

    /// <summary>Finds the device a connection string names.</summary>
    /// <param name="connectionString">Scheme and device, such as <c>loopback://fabric</c>.</param>
    internal static UrmaDevice Resolve(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        int separator = connectionString.IndexOf("://", StringComparison.Ordinal);
        string scheme = separator < 0 ? connectionString : connectionString[..separator];
        string name = separator < 0 ? string.Empty : connectionString[(separator + 3)..];
        UrmaProvider? provider = All.FirstOrDefault(p => p.Name.Equals(scheme, StringComparison.OrdinalIgnoreCase));
        if (provider is null)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"No provider is called '{scheme}' (from '{connectionString}'). Known here: {string.Join(", ", All.Select(p => p.Name))}.");
        }

        return provider.FindDevice(name);
    }

    /// <summary>Makes a provider of another assembly known to connection strings.</summary>
    /// <param name="provider">The provider.</param>
    internal static void Register(UrmaProvider provider) => Registered[provider.Name] = provider;

    /// <summary>Throws, saying why, where the provider cannot be used.</summary>
    internal void ThrowIfNotSupported()
    {
        if (NotSupportedReason is { } reason)
        {
            throw new UrmaException(UrmaStatus.Failed, $"The provider '{Name}' cannot be used here: {reason}");
        }
    }

    /// <summary>The devices on which engines are alive, as far as that can be found out.</summary>
    internal virtual IEnumerable<UrmaDevice> FindActiveDevices() => [];

    /// <summary>The engines alive on a device; none where the provider cannot tell.</summary>
    /// <param name="device">One of this provider's.</param>
    /// <param name="timeout">The longest wait for each.</param>
    internal virtual IReadOnlyList<UrmaEngineInfo> FindEngines(UrmaDevice device, TimeSpan timeout) => [];

    /// <summary>Finds a device by the part of the connection string after the scheme.</summary>
    /// <param name="name">The device's name; empty for the first.</param>
    private protected abstract UrmaDevice FindDevice(string name);

    /// <summary>Opens a device of this provider, known to be supported.</summary>
    /// <param name="device">The device.</param>
    /// <param name="options">How.</param>
    private protected abstract UrmaContext OpenCore(UrmaDevice device, UrmaContextOptions options);

    /// <summary>Opens a device in a provider's own way.</summary>
    /// <param name="device">One of this provider's.</param>
    /// <param name="options">How; defaults when null.</param>
    /// <param name="open">Opens it, known to be supported.</param>
    /// <exception cref="UrmaException">The provider is not supported here or the device cannot be opened.</exception>
    private protected T OpenWith<T>(UrmaDevice device, UrmaContextOptions? options, Func<UrmaDevice, UrmaContextOptions, T> open)
        where T : UrmaContext
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device.Provider != this)
        {
            throw new ArgumentException($"The device belongs to the provider '{device.Provider.Name}', not to '{Name}'.", nameof(device));
        }

        ThrowIfNotSupported();

        // Here, on the caller's thread: a listener may do what it likes when it hears of a new event source.
        _ = UrmaEventSource.Log;
        T context = open(device, options ?? new UrmaContextOptions());
        OpenContexts.Add(context);
        context.WatchPeers();
        UrmaMeter.Start();
        UrmaEvents.Report(UrmaEvent.ContextOpened, context, context.Options.Label);
        return context;
    }
}
