namespace Urma.Net.Ub.Tests;

public sealed class UbSegments() : SegmentSuite(new UbHarness());

public sealed class UbForeignMemory() : ForeignMemorySuite(new UbHarness());

public sealed class UbImports() : ImportSuite(new UbHarness());

public sealed class UbRevocation() : RevocationSuite(new UbHarness());

public sealed class UbBounds() : BoundsSuite(new UbHarness());

public sealed class UbViews() : ViewSuite(new UbHarness());

public sealed class UbTransfers() : TransferSuite(new UbHarness());

public sealed class UbAtomics() : AtomicSuite(new UbHarness());

public sealed class UbMessages() : MessageSuite(new UbHarness());

public sealed class UbLists() : ListSuite(new UbHarness());

public sealed class UbReceiverNotReady() : ReceiverNotReadySuite(new UbHarness());

public sealed class UbStreams() : StreamSuite(new UbHarness());

public sealed class UbCompletions() : CompletionSuite(new UbHarness());

public sealed class UbFlush() : FlushSuite(new UbHarness());

public sealed class UbRendezvous() : RendezvousSuite(new UbHarness());

public sealed class UbContexts() : ContextSuite(new UbHarness());

public sealed class UbXcopy() : XcopySuite(new UbHarness());

public sealed class UbWords() : WordSuite(new UbHarness());

public sealed class UbPlacedMemory() : PlacedMemorySuite(new UbHarness());

public sealed class UbOwnership() : OwnershipSuite(new UbHarness());

public sealed class UbRegistrationCache() : RegistrationCacheSuite(new UbHarness());
