namespace Urma.Net.Verbs.Tests;

[Trait("Needs", "Rdma")]
public sealed class VerbsSegments() : SegmentSuite(new VerbsHarness());

[Trait("Needs", "Rdma")]
public sealed class VerbsForeignMemory() : ForeignMemorySuite(new VerbsHarness());

[Trait("Needs", "Rdma")]
public sealed class VerbsImports() : ImportSuite(new VerbsHarness());

[Trait("Needs", "Rdma")]
public sealed class VerbsRevocation() : RevocationSuite(new VerbsHarness());

[Trait("Needs", "Rdma")]
public sealed class VerbsBounds() : BoundsSuite(new VerbsHarness());

[Trait("Needs", "Rdma")]
public sealed class VerbsViews() : ViewSuite(new VerbsHarness());

[Trait("Needs", "Rdma")]
public sealed class VerbsTransfers() : TransferSuite(new VerbsHarness());

[Trait("Needs", "Rdma")]
public sealed class VerbsAtomics() : AtomicSuite(new VerbsHarness());

[Trait("Needs", "Rdma")]
public sealed class VerbsMessages() : MessageSuite(new VerbsHarness());

[Trait("Needs", "Rdma")]
public sealed class VerbsLists() : ListSuite(new VerbsHarness());

[Trait("Needs", "Rdma")]
public sealed class VerbsReceiverNotReady() : ReceiverNotReadySuite(new VerbsHarness());

[Trait("Needs", "Rdma")]
public sealed class VerbsStreams() : StreamSuite(new VerbsHarness());

[Trait("Needs", "Rdma")]
public sealed class VerbsCompletions() : CompletionSuite(new VerbsHarness());

[Trait("Needs", "Rdma")]
public sealed class VerbsFlush() : FlushSuite(new VerbsHarness());

[Trait("Needs", "Rdma")]
public sealed class VerbsRendezvous() : RendezvousSuite(new VerbsHarness());

[Trait("Needs", "Rdma")]
public sealed class VerbsContexts() : ContextSuite(new VerbsHarness());

[Trait("Needs", "Rdma")]
public sealed class VerbsXcopy() : XcopySuite(new VerbsHarness());

[Trait("Needs", "Rdma")]
public sealed class VerbsWords() : WordSuite(new VerbsHarness());

[Trait("Needs", "Rdma")]
public sealed class VerbsPlacedMemory() : PlacedMemorySuite(new VerbsHarness());

[Trait("Needs", "Rdma")]
public sealed class VerbsOwnership() : OwnershipSuite(new VerbsHarness());

[Trait("Needs", "Rdma")]
public sealed class VerbsRegistrationCache() : RegistrationCacheSuite(new VerbsHarness());
