namespace Urma.Net.Conformance;

/// <summary>
/// What a provider's test project supplies: contexts that can reach one another, on a fabric no other test uses, and the
/// knobs in which providers may differ.
/// </summary>
public abstract class ProviderHarness
{
    /// <summary>Imported segments can be mapped.</summary>
    public virtual bool SupportsMapping => true;

    /// <summary>How atomics are executed.</summary>
    public virtual AtomicSupport Atomics => AtomicSupport.Native;

    /// <summary>Atomics of the provider and of the owner's processor exclude each other.</summary>
    public virtual bool AtomicsAreGlobal => true;

    /// <summary>Names can be published on the fabric.</summary>
    public virtual bool SupportsRendezvous => true;

    /// <summary>The caller's memory can be shared in place.</summary>
    public virtual bool SupportsAdoption => true;

    /// <summary>The provider sees to the end of leases and grants while importers hold on to them.</summary>
    public virtual bool SupportsRevocation => true;

    /// <summary>A context learns by itself that a peer left, and says who it was.</summary>
    public virtual bool ReportsDepartures => true;

    /// <summary>Completions tell that their sender asked for a solicited event.</summary>
    public virtual bool ReportsSolicited => true;

    /// <summary>A context can be given the number of its engine.</summary>
    public virtual bool SupportsChosenUasid => true;

    /// <summary>One that can be chosen.</summary>
    public virtual uint ChosenUasid => 0xABCDEF;

    /// <summary>Messages to a jetty go to the JFR that its descriptor names; else to the one it has.</summary>
    public virtual bool TrustsJfrOfDescriptor => true;

    /// <summary>Longest single operation.</summary>
    public virtual long LargestOperation => long.MaxValue;

    /// <summary>How often a test that repeats something does so, of the times that are usual.</summary>
    public virtual int Repeated(int times) => times;

    /// <summary>Whether requests of one queue to different targets complete in the order in which they were posted.</summary>
    public virtual bool CompletesTargetsInOrder => true;

    /// <summary>
    /// Whether a request that closing cut off has never run. Over a wire its acknowledgement may have been on the way: the
    /// receiver has the message, the sender cannot know.
    /// </summary>
    public virtual bool CutOffWorkHasNotRun => true;

    /// <summary>Whether a receive that failed wakes those who armed for solicited events only.</summary>
    public virtual bool RaisesFailuresAsSolicited => true;

    /// <summary>Whether the buffer of a receive that failed is as it was.</summary>
    public virtual bool LeavesFailedBuffersAlone => true;

    /// <summary>What a sender hears whose message was longer than the receive it found.</summary>
    public virtual CompletionStatus TooLongStatus => CompletionStatus.RemoteResponseLengthError;

    /// <summary>Segments that exist at once in the test of many.</summary>
    public virtual int ManySegments => 10_000;

    /// <summary>Contexts in the all-pairs test.</summary>
    public virtual int ManyContexts => 64;

    /// <summary>Longest segment that is tried.</summary>
    public virtual long LargestSegment => (4L << 30) + 4097;

    /// <summary>Longest message that is tried.</summary>
    public virtual int LargestMessage => 64 << 20;

    /// <summary>Opens a context on this test's fabric.</summary>
    public abstract UrmaContext Open(UrmaContextOptions? options = null);
}
