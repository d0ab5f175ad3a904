using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>What the process has one of.</summary>
internal static unsafe class Library
{
    private static readonly Lock Gate = new();
    private static readonly List<SoftContext> Contexts = [];
    private static SoftDevice[] _devices = [];
    private static bool _initialized;
    private static uint _uasid;

    /// <summary>The front's table of a context's functions.</summary>
    public static urma_ops_t* Ops { get; private set; }

    /// <summary>The front's table of a provider's functions.</summary>
    public static urma_provider_ops_t* ProviderOps { get; private set; }

    public static Settings Settings { get; private set; } = null!;

    /// <summary>The devices; none before <c>urma_init</c>.</summary>
    public static SoftDevice[] Devices => _initialized ? _devices : [];

    public static void Start(urma_ops_t* ops, urma_provider_ops_t* providerOps)
    {
        Ops = ops;
        ProviderOps = providerOps;
    }

    public static int Initialize(urma_init_attr_t* attributes)
    {
        lock (Gate)
        {
            if (_initialized)
            {
                return URMA_EEXIST;
            }

            // Devices stay over uninit and init: programs keep pointers to them.
            if (_devices.Length == 0)
            {
                var settings = new Settings();
                Settings = settings;
                _devices = [.. Enumerable.Range(0, settings.Devices).Select(number => new SoftDevice(settings, number))];
            }

            _uasid = attributes == null ? 0 : attributes->uasid;
            _initialized = true;
            return URMA_SUCCESS;
        }
    }

    public static int Uninitialize()
    {
        lock (Gate)
        {
            _initialized = false;
            return URMA_SUCCESS;
        }
    }

    public static SoftContext OpenContext(SoftDevice device)
    {
        lock (Gate)
        {
            // The address space the program asked for goes to its first context; an address space has one engine.
            uint? wanted = _uasid != 0 && Contexts.TrueForAll(c => c.Engine.Uasid != _uasid) ? _uasid : null;
            var context = new SoftContext(device, wanted);
            Contexts.Add(context);
            return context;
        }
    }

    public static void Forget(SoftContext context)
    {
        lock (Gate)
        {
            Contexts.Remove(context);
        }
    }

    /// <summary>The address space of the oldest open context.</summary>
    public static bool TryGetUasid(out uint uasid)
    {
        lock (Gate)
        {
            uasid = Contexts.Count == 0 ? 0 : Contexts[0].Engine.Uasid;
            return Contexts.Count != 0;
        }
    }
}
