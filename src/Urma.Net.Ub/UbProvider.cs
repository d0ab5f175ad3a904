namespace Urma.Net.Ub;

/// <summary>UB devices through openEuler's liburma, release 25.12 or 26.06, or the software UB device that has its interface.</summary>
/// <remarks>
/// Thread-safe. The library is loaded when it is first asked for, once for the process: <c>liburma.so.0</c> by name, or the file that
/// the environment variable <c>URMA_LIBURMA</c> or <see cref="UseLibrary"/> names. Connection strings: <c>ub://udma0</c>, or
/// <c>ub://</c> for the first device.
/// </remarks>
public sealed class UbProvider : UrmaProvider
{
    private static readonly Lock LibraryLock = new();
    private static UbLibrary? s_library;
    private static string? s_path;

    private UbProvider()
    {
    }

    /// <summary>The provider.</summary>
    public static UbProvider Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ub";

    /// <inheritdoc/>
    public override string? NotSupportedReason => Library.Problem;

    /// <summary>The file of the library that is used, or what was looked for.</summary>
    public string LibraryPath => Library.Path;

    /// <inheritdoc/>
    /// <remarks>Those of the first device that tells.</remarks>
    public override ProviderCapabilities Capabilities =>
        Library.Devices.Select(static d => d.Capabilities).FirstOrDefault(static c => c is not null) ?? new ProviderCapabilities();

    private static UbLibrary Library
    {
        get
        {
            lock (LibraryLock)
            {
                return s_library ??= UbLibrary.Load(s_path ?? Environment.GetEnvironmentVariable(UbLibrary.PathVariable));
            }
        }
    }

    /// <summary>Makes <c>ub://</c> known to connection strings; done by whoever names this assembly first.</summary>
    public static void Register() => Register(Instance);

    /// <summary>Says which file to load.</summary>
    /// <param name="path">The file, such as the software UB device's <c>liburma.so.0</c>.</param>
    /// <exception cref="InvalidOperationException">Another library is in use already: a process has one.</exception>
    public static void UseLibrary(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        lock (LibraryLock)
        {
            if (s_library is { Problem: null } library && library.Path != (File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path)))
            {
                throw new InvalidOperationException($"'{library.Path}' is in use already: call UseLibrary before anything else of this provider.");
            }

            s_path = path;
            s_library = s_library is { Problem: null } ? s_library : null;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<UrmaDevice> GetDevices() =>
        IsSupported ? [.. Library.Devices.Select(d => new UrmaDevice(this, d.Name, d.FirstEid))] : [];

    /// <summary>Opens a device with what only UB devices have.</summary>
    /// <param name="device">One of this provider's.</param>
    /// <param name="options">How; defaults when null.</param>
    /// <param name="ubOptions">What only UB devices have.</param>
    /// <exception cref="UrmaException">The provider is not supported here or the device cannot be opened.</exception>
    public UbContext Open(UrmaDevice device, UrmaContextOptions? options, UbContextOptions ubOptions)
    {
        ArgumentNullException.ThrowIfNull(ubOptions);
        return OpenWith(device, options, (found, general) => OpenChecked(found, general, ubOptions));
    }

    private protected override UrmaDevice FindDevice(string name)
    {
        ThrowIfNotSupported();
        UbDevice device = Find(name);
        return new UrmaDevice(this, device.Name, device.FirstEid);
    }

    private protected override UrmaContext OpenCore(UrmaDevice device, UrmaContextOptions options) =>
        OpenChecked(device, options, UbContextOptions.Default);

    private static UbContext OpenChecked(UrmaDevice device, UrmaContextOptions options, UbContextOptions ubOptions)
    {
        if (options.IsModelled)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, "Only the loopback provider models links: open the UB device without Fabric and FabricProfile.");
        }

        if (options.Uasid is not null)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, "liburma chooses the UASID: leave UrmaContextOptions.Uasid null.");
        }

        _ = Providers.Loopback.Control.EngineLabel.Of(options);
        return new UbContext(device, options, ubOptions, Find(device.Name));
    }

    private static UbDevice Find(string name)
    {
        UbLibrary library = Library;
        return library.Devices.FirstOrDefault(d => name.Length == 0 || d.Name == name)
            ?? throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"There is no UB device '{name}'. '{library.Path}' knows: {string.Join(", ", library.Devices.Select(static d => d.Name))}.");
    }
}
