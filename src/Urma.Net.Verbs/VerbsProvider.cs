namespace Urma.Net.Verbs;

/// <summary>RDMA devices through libibverbs: network cards, the kernel's soft-RoCE, RDMA over UB.</summary>
/// <remarks>
/// Thread-safe. The library is loaded when it is first asked for, once for the process: <c>libibverbs.so.1</c> by name, or the file that
/// the environment variable <c>URMA_LIBIBVERBS</c> names. Connection strings: <c>verbs://rxe0</c>, or <c>verbs://</c> for the first device.
/// </remarks>
public sealed class VerbsProvider : UrmaProvider
{
    private static readonly Lazy<VerbsLibrary> Library =
        new(static () => VerbsLibrary.Load(Environment.GetEnvironmentVariable(VerbsLibrary.PathVariable)));

    private VerbsProvider()
    {
    }

    /// <summary>The provider.</summary>
    public static VerbsProvider Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "verbs";

    /// <inheritdoc/>
    public override string? NotSupportedReason => Library.Value.Problem;

    /// <summary>The file of the library that is used, or what was looked for.</summary>
    public string LibraryPath => Library.Value.Path;

    /// <inheritdoc/>
    /// <remarks>Those of the first device that tells.</remarks>
    public override ProviderCapabilities Capabilities =>
        Library.Value.Devices.Select(static d => d.Facts?.Capabilities).FirstOrDefault(static c => c is not null) ?? new ProviderCapabilities();

    /// <summary>Makes <c>verbs://</c> known to connection strings.</summary>
    public static void Register() => Register(Instance);

    /// <inheritdoc/>
    public override IReadOnlyList<UrmaDevice> GetDevices() =>
        IsSupported ? [.. Library.Value.Devices.Select(Describe)] : [];

    /// <summary>Opens a device with what only RDMA devices have.</summary>
    /// <param name="device">One of this provider's.</param>
    /// <param name="options">How; defaults when null.</param>
    /// <param name="verbsOptions">What only RDMA devices have.</param>
    /// <exception cref="UrmaException">The provider is not supported here or the device cannot be opened.</exception>
    public VerbsContext Open(UrmaDevice device, UrmaContextOptions? options, VerbsContextOptions verbsOptions)
    {
        ArgumentNullException.ThrowIfNull(verbsOptions);
        return OpenWith(device, options, (found, general) => OpenChecked(found, general, verbsOptions));
    }

    private protected override UrmaDevice FindDevice(string name)
    {
        ThrowIfNotSupported();
        return Describe(Find(name));
    }

    private protected override UrmaContext OpenCore(UrmaDevice device, UrmaContextOptions options) =>
        OpenChecked(device, options, VerbsContextOptions.Default);

    private static VerbsContext OpenChecked(UrmaDevice device, UrmaContextOptions options, VerbsContextOptions verbsOptions)
    {
        if (options.IsModelled)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, "Only the loopback provider models links: open the RDMA device without Fabric and FabricProfile.");
        }

        if (options.Uasid is 0 or > ushort.MaxValue)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, "The UASID of a context on an RDMA device is a TCP port: ask for 1 to 65535, or leave UrmaContextOptions.Uasid null.");
        }

        _ = Providers.Loopback.Control.EngineLabel.Of(options);
        return new VerbsContext(device, options, verbsOptions, Find(device.Name));
    }

    // The EID of a context that is opened without more ado.
    private UrmaDevice Describe(VerbsDevice device)
    {
        GidFacts? gid = device.Facts?.Ports.FirstOrDefault(static p => p.IsActive)?.Preferred();
        return new UrmaDevice(this, device.Name, new Eid(GidFacts.ControlAddressOf(gid).MapToIPv6().GetAddressBytes()));
    }

    private static VerbsDevice Find(string name) =>
        Library.Value.Devices.FirstOrDefault(d => name.Length == 0 || d.Name == name)
        ?? throw new UrmaException(
            UrmaStatus.InvalidArgument,
            $"There is no RDMA device '{name}'. '{Library.Value.Path}' knows: {string.Join(", ", Library.Value.Devices.Select(static d => d.Name))}.");
}
