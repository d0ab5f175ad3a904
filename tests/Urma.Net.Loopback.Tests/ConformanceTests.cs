namespace Urma.Net.Loopback.Tests;

public sealed class LoopbackSegments() : SegmentSuite(new LoopbackHarness());

public sealed class LoopbackForeignMemory() : ForeignMemorySuite(new LoopbackHarness());

public sealed class LoopbackImports() : ImportSuite(new LoopbackHarness());

public sealed class LoopbackRevocation() : RevocationSuite(new LoopbackHarness());

public sealed class LoopbackBounds() : BoundsSuite(new LoopbackHarness());

public sealed class LoopbackViews() : ViewSuite(new LoopbackHarness());

public sealed class LoopbackTransfers() : TransferSuite(new LoopbackHarness());

public sealed class LoopbackAtomics() : AtomicSuite(new LoopbackHarness());

public sealed class LoopbackMessages() : MessageSuite(new LoopbackHarness());

public sealed class LoopbackLists() : ListSuite(new LoopbackHarness());

public sealed class LoopbackReceiverNotReady() : ReceiverNotReadySuite(new LoopbackHarness());

public sealed class LoopbackStreams() : StreamSuite(new LoopbackHarness());

public sealed class LoopbackCompletions() : CompletionSuite(new LoopbackHarness());

public sealed class LoopbackFlush() : FlushSuite(new LoopbackHarness());

public sealed class LoopbackRendezvous() : RendezvousSuite(new LoopbackHarness());

public sealed class LoopbackContexts() : ContextSuite(new LoopbackHarness());

public sealed class LoopbackXcopy() : XcopySuite(new LoopbackHarness());

public sealed class LoopbackWords() : WordSuite(new LoopbackHarness());

public sealed class LoopbackPlacedMemory() : PlacedMemorySuite(new LoopbackHarness());

public sealed class LoopbackOwnership() : OwnershipSuite(new LoopbackHarness());

public sealed class LoopbackRegistrationCache() : RegistrationCacheSuite(new LoopbackHarness());
