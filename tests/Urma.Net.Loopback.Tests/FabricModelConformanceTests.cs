namespace Urma.Net.Loopback.Tests;

/// <summary>A fabric model changes when things happen, not what happens: the suites of posted work hold with one, too.</summary>
internal sealed class FabricModelHarness : ProviderHarness
{
    private readonly LoopbackHarness _loopback = new();

    public override UrmaContext Open(UrmaContextOptions? options = null) =>
        _loopback.Open((options ?? new UrmaContextOptions()) with { Fabric = FabricModel.Ub with { AllowUndelayedViews = true } });
}

public sealed class FabricModelViews() : ViewSuite(new FabricModelHarness());

public sealed class FabricModelTransfers() : TransferSuite(new FabricModelHarness());

public sealed class FabricModelAtomics() : AtomicSuite(new FabricModelHarness());

public sealed class FabricModelMessages() : MessageSuite(new FabricModelHarness());

public sealed class FabricModelReceiverNotReady() : ReceiverNotReadySuite(new FabricModelHarness());

public sealed class FabricModelCompletions() : CompletionSuite(new FabricModelHarness());

public sealed class FabricModelFlush() : FlushSuite(new FabricModelHarness());

public sealed class FabricModelRevocation() : RevocationSuite(new FabricModelHarness());

public sealed class FabricModelWords() : WordSuite(new FabricModelHarness());
