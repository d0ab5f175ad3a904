namespace Urma.Net.Verbs.Tests;

/// <summary>The verbs provider over the RDMA device of this machine, or of the guest that the tests run in.</summary>
internal sealed class VerbsHarness : ProviderHarness
{
    private static readonly string Device = Environment.GetEnvironmentVariable("URMA_TEST_VERBS_DEVICE") ?? string.Empty;

    static VerbsHarness() => VerbsProvider.Register();

    /// <summary>Whether the device is the kernel's.</summary>
    public static bool IsSoftRoce => Device.StartsWith("rxe", StringComparison.Ordinal);

    /// <summary>What it opens.</summary>
    public static string ConnectionString => $"verbs://{Device}";

    public override bool SupportsMapping => false;

    public override bool AtomicsAreGlobal => VerbsProvider.Instance.Capabilities.AtomicsAreGlobal;

    public override AtomicSupport Atomics => VerbsProvider.Instance.Capabilities.Atomics;

    public override bool SupportsAdoption => false;

    public override bool ReportsSolicited => false;

    public override bool CompletesTargetsInOrder => false;

    public override bool CutOffWorkHasNotRun => false;

    // The kernel's soft-RoCE says no more than that the target could not carry it out.
    public override CompletionStatus TooLongStatus =>
        IsSoftRoce ? CompletionStatus.RemoteOperationError : CompletionStatus.RemoteResponseLengthError;

    public override bool RaisesFailuresAsSolicited => !IsSoftRoce;

    // Packets that fit are placed before the one that does not comes.
    public override bool LeavesFailedBuffersAlone => !IsSoftRoce;

    public override long LargestOperation => VerbsProvider.Instance.Capabilities.MaxMessageLength;

    public override int LargestMessage => (int)Math.Min(64 << 20, LargestOperation);

    // In the guest an operation takes up to a thousand times as long as one of the loopback's.
    public override int Repeated(int times) => IsSoftRoce ? Math.Max(times / 100, 20) : Math.Max(times / 4, 20);

    // A TCP port.
    public override uint ChosenUasid => 27_431;

    public override int ManyContexts => 8;

    public override int ManySegments => 500;

    public override UrmaContext Open(UrmaContextOptions? options = null) => UrmaContext.Open(ConnectionString, options);
}
