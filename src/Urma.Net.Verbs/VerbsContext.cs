using System.Numerics;
using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Libibverbs;
using Urma.Net.Providers.Devices;
using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs;

/// <summary>An opened RDMA device.</summary>
/// <remarks>
/// Thread-safe. Its EID is the address at which its control plane listens, its UASID the port. Peers reach it over TCP to import and to
/// connect; the data goes through the device alone.
/// </remarks>
public sealed unsafe partial class VerbsContext : UrmaContext
{
    private readonly Lock _lock = new();
    private readonly HashSet<VerbsSendQueue> _sendQueues = [];

    internal VerbsContext(UrmaDevice device, UrmaContextOptions options, VerbsContextOptions verbsOptions, VerbsDevice verbsDevice)
        : base(device, options)
    {
        verbsOptions.Validate();
        Objects = new DeviceObjects(this);
        VerbsOptions = verbsOptions;
        Marshal.SetLastSystemError(0);
        Native = Libibverbs.ibv_open_device(verbsDevice.Native);
        int error = Marshal.GetLastSystemError();
        if (Native == null)
        {
            FreeTables();
            throw VerbsError.FromErrno(error, $"open the device '{verbsDevice.Name}'");
        }

        try
        {
            DeviceFacts facts = DeviceFacts.Read(Native)
                ?? throw new UrmaException(UrmaStatus.Failed, $"The device '{verbsDevice.Name}' does not tell what it can do (ibv_query_device failed).");
            Capabilities = facts.Capabilities;
            HasAtomics = facts.HasAtomics;
            Path = new VerbsPath(verbsDevice.Name, facts, verbsOptions);
            Marshal.SetLastSystemError(0);
            ProtectionDomain = Libibverbs.ibv_alloc_pd(Native);
            error = Marshal.GetLastSystemError();
            if (ProtectionDomain == null)
            {
                throw VerbsError.FromErrno(error, "allocate a protection domain");
            }

            Marshal.SetLastSystemError(0);
            NoCompletions = Libibverbs.ibv_create_cq(Native, 1, null, null, 0);
            error = Marshal.GetLastSystemError();
            if (NoCompletions == null)
            {
                throw VerbsError.FromErrno(error, "create a completion queue");
            }

            NativeInline = FindNativeInline();
            Control = new ControlPlane(
                new ControlOptions
                {
                    Address = verbsOptions.ControlAddress ?? GidFacts.ControlAddressOf(Path.Gid),
                    Port = (int)(options.Uasid ?? 0),
                    Label = options.Label ?? string.Empty,
                    SilenceBound = verbsOptions.SilenceBound,
                    Rendezvous = verbsOptions.Rendezvous is { } endpoint
                        ? new RendezvousEndpoint(endpoint.Address.ToString(), endpoint.Port, RendezvousEndpoint.DefaultFabric)
                        : RendezvousEndpoint.Find(null, RendezvousEndpoint.DefaultFabric, Environment.GetEnvironmentVariable),
                },
                this);
            _events = new DeviceEvents<VerbsEvent>(Objects, Native->async_fd, $"urma-events-{Uasid}", TryTakeEvent);
        }
        catch
        {
            Control?.Dispose();
            CloseNative();
            throw;
        }
    }

    /// <inheritdoc/>
    public override ProviderCapabilities Capabilities { get; }

    /// <inheritdoc/>
    public override Eid Eid => Control.Identity.Eid;

    /// <inheritdoc/>
    public override uint Uasid => Control.Identity.Uasid;

    /// <summary>What it was opened with beside <see cref="UrmaContext.Options"/>.</summary>
    public VerbsContextOptions VerbsOptions { get; }

    internal ibv_context* Native { get; }

    internal ibv_pd* ProtectionDomain { get; }

    /// <summary>For queue pairs that nobody hears of.</summary>
    internal ibv_cq* NoCompletions { get; }

    internal VerbsPath Path { get; }

    internal ControlPlane Control { get; }

    /// <summary>Bytes that the device takes out of a request itself.</summary>
    internal int NativeInline { get; }

    /// <summary>Whether the device executes compare-and-swap and fetch-and-add.</summary>
    internal bool HasAtomics { get; }

    internal DeviceObjects Objects { get; }

    internal HandleTable LocalSegments { get; } = new();

    internal HandleTable RemoteSegments { get; } = new();

    internal HandleTable Targets { get; } = new();

    /// <inheritdoc/>
    public override IDisposable Publish(string name, ReadOnlySpan<byte> value) => Control.Publish(name, value, Options.ControlTimeout);

    /// <inheritdoc/>
    public override byte[] Lookup(string name, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Control.Lookup(name, timeout, cancellationToken);

    internal override Diagnostics.StatisticsPage Statistics { get; } = new();

    /// <summary>A power of two, but for a device whose limit is none.</summary>
    internal static int RoundDepth(int depth, int most) => (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)depth), (uint)most);

    /// <summary>Has the device know memory.</summary>
    /// <exception cref="UrmaException">It refuses: no such memory, or too much is locked.</exception>
    internal ibv_mr* RegisterNative(void* address, long length, int access)
    {
        Marshal.SetLastSystemError(0);
        ibv_mr* registration = Libibverbs.ibv_reg_mr(ProtectionDomain, address, (nuint)length, access);
        int error = Marshal.GetLastSystemError();
        return registration != null ? registration : throw VerbsError.FromErrno(error, $"register {length} bytes at 0x{(nint)address:x}");
    }

    /// <summary>The end of that; nothing where there is none.</summary>
    internal static void DeregisterNative(ibv_mr* registration)
    {
        int error = registration == null ? 0 : Libibverbs.ibv_dereg_mr(registration);
        if (error != 0)
        {
            System.Diagnostics.Trace.TraceWarning($"ibv_dereg_mr returned {error}: the device may keep the memory.");
        }
    }

    internal EmulatedAtomics GetEmulated() => Objects.GetEmulated();

    internal override void Watch(IActivity activity) => Objects.Watch(activity);

    internal override void Unwatch(IActivity activity) => Objects.Unwatch(activity);

    /// <summary>Waits until no thread is between the check of a token and its use that began before now.</summary>
    internal bool WaitUntilNobodyPosts() => Objects.WaitUntilNobodyPosts();

    private protected override void DisposeCore()
    {
        if (!Objects.TryClose())
        {
            return;
        }

        // Queues before the memory they use and what they report to.
        Objects.DisposeChildren(static c => c is Jfs);
        Objects.DisposeChildren(static c => c is Jfr);
        Objects.DisposeChildren(static c => c is not (Jfc or Jfce));
        Control.Dispose();
        EndAllInbound();
        Objects.DisposeChildren(static c => c is Jfc);
        Objects.DisposeChildren(static _ => true);
        _events.Stop();
        Statistics.Close();
        CloseNative();
    }

    // There is no attribute for it: a device says it by what it makes a queue pair of.
    private int FindNativeInline()
    {
        for (int length = LaneMemory.PayloadLength; length >= sizeof(ulong); length /= 2)
        {
            try
            {
                QueuePair.Create(
                    this,
                    ibv_qp_type.IBV_QPT_RC,
                    new QueuePairShape { SendQueue = NoCompletions, ReceiveQueue = NoCompletions, SendDepth = 1, MaxSge = 1, Inline = length },
                    minRnrTimer: 0).Destroy();
                return length;
            }
            catch (UrmaException error) when (error.Status == UrmaStatus.InvalidArgument)
            {
                // Less, then.
            }
        }

        return 0;
    }

    private void CloseNative()
    {
        if (NoCompletions != null)
        {
            _ = Libibverbs.ibv_destroy_cq(NoCompletions);
        }

        if (ProtectionDomain != null)
        {
            int error = Libibverbs.ibv_dealloc_pd(ProtectionDomain);
            if (error != 0)
            {
                System.Diagnostics.Trace.TraceWarning($"ibv_dealloc_pd returned {error}: something below it is still open.");
            }
        }

        _ = Libibverbs.ibv_close_device(Native);
        FreeTables();
    }

    private void FreeTables()
    {
        Objects.Dispose();
        LocalSegments.Dispose();
        RemoteSegments.Dispose();
        Targets.Dispose();
    }
}
