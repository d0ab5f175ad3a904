namespace Urma.Net.Ub.Tests;

/// <summary>The UB provider over the software UB device.</summary>
internal sealed class UbHarness : ProviderHarness
{
    public override bool SupportsMapping => false;

    public override bool AtomicsAreGlobal => UbProvider.Instance.Capabilities.AtomicsAreGlobal;

    public override AtomicSupport Atomics => UbProvider.Instance.Capabilities.Atomics;

    public override bool SupportsRendezvous => false;

    public override bool SupportsAdoption => false;

    public override bool SupportsRevocation => false;

    public override bool ReportsDepartures => false;

    public override bool ReportsSolicited => false;

    public override bool SupportsChosenUasid => false;

    public override bool TrustsJfrOfDescriptor => false;

    public override long LargestOperation => UbProvider.Instance.Capabilities.MaxMessageLength;

    public override UrmaContext Open(UrmaContextOptions? options = null) => UrmaContext.Open("ub://urma0", options);
}
