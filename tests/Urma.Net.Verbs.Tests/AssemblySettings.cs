// The tests fill both processors, all memory or all descriptors by turns: side by side they would disturb each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
