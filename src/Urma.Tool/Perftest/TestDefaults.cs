namespace Urma.Net.Tool.Perftest;

/// <summary>What is used where the user did not say.</summary>
internal static class TestDefaults
{
    /// <summary>Requests per list in streams of small operations: enough to share the cost of a call.</summary>
    private const int StreamPostList = 16;

    public static long Size(TestKind kind) => kind == TestKind.Ownership ? OwnershipTest.DefaultSize : TestNames.IsBandwidth(kind) && !TestNames.IsAtomic(kind) ? 65536 : sizeof(ulong);

    /// <summary>Fills in post list and moderation: 1 for latency and large operations, longer lists for streams of small ones.</summary>
    public static TestSetup Apply(TestSetup setup, int? postList = null, int? completionModeration = null)
    {
        bool stream = TestNames.IsBandwidth(setup.Kind) && !TestNames.IsXcopy(setup.Kind) && setup.Size <= Endpoint.NumberedSize;
        int list = postList ?? (stream ? Math.Min(StreamPostList, setup.SendDepth) : 1);
        return setup with
        {
            PostList = list,
            ReceivePostList = setup.ReceivePostList > 0 ? setup.ReceivePostList : stream ? StreamPostList : 1,
            CompletionModeration = completionModeration ?? list,
        };
    }
}
