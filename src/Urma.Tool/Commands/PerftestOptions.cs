using System.CommandLine;
using Urma.Net.Tool.Peers;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Tool.Commands;

/// <summary>The options of one perftest command. Letters are urma_perftest's.</summary>
internal sealed class PerftestOptions
{
    private const string DefaultName = "perftest";

    private readonly TestKind _kind;
    private readonly Option<long[]> _sizes;
    private readonly Option<long?> _iterations = new("-n", "--iters") { Description = "Operations over all rounds (at least 5); by time when not given" };
    private readonly Option<bool> _all = new("-a", "--all") { Description = "Measure all sizes from 2 bytes to 8 MiB" };
    private readonly Option<double?> _duration = new("-D", "--duration") { Description = "Seconds the measurement takes for each size" };
    private readonly Option<long?> _warmUp = new("-w", "--warm_up") { Description = "Operations before the measurement; when not given, until the compiler is done with the loops" };
    private readonly Option<int> _rounds = new("--rounds") { Description = "Rounds of yardstick and test", DefaultValueFactory = _ => 20 };
    private readonly Option<string?> _server = new("-S", "--server") { Description = "Connect to an end started by hand with --listen under this name" };
    private readonly Option<string?> _listen = new("--listen") { Description = "Be the other end, under this name (default: perftest)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<int> _listenTime = new("--listen-time") { Description = "Seconds --listen waits for a client", DefaultValueFactory = _ => 600 };
    private readonly Option<int?> _postList = new("-l", "--jfs_post_list") { Description = "Work requests per post" };
    private readonly Option<int?> _receivePostList = new("-r", "--jfr_post_list") { Description = "Receives per post" };
    private readonly Option<int?> _moderation = new("-Q", "--cq_mod") { Description = "Operations per completion" };
    private readonly Option<int> _sendDepth = new("-T", "--jfs_depth") { Description = "Depth of the send queue", DefaultValueFactory = _ => 128 };
    private readonly Option<int> _receiveDepth = new("-R", "--jfr_depth") { Description = "Depth of the receive queue", DefaultValueFactory = _ => 256 };
    private readonly Option<bool> _inline = new("-I", "--inline") { Description = "Read the payload while posting" };
    private readonly Option<bool> _events = new("-e", "--use_events") { Description = "Wait for messages on an event channel instead of polling" };
    private readonly Option<bool> _wait = new("--wait") { Description = "Wait for messages on the JFC (spin, then sleep) instead of polling" };
    private readonly Option<string> _atomic = new("-A", "--atomic_type") { Description = "Atomic operation: faa or cas", DefaultValueFactory = _ => "faa" };
    private readonly Option<string> _resume = new("--resume") { Description = "How the await ends: sync (completed at post), poller, pool", DefaultValueFactory = _ => "sync" };
    private readonly Option<int> _regions = new("--regions") { Description = "Regions that change hands each time, 1 to 65536", DefaultValueFactory = _ => 1 };
    private readonly Option<string> _mode = new("--mode") { Description = "A call for each region (single) or one for all (batch)", DefaultValueFactory = _ => "single" };
    private readonly Option<bool> _pages = new("--pages") { Description = "Enforce ownership by page protection" };
    private readonly Option<string?> _json = new("--json") { Description = "Print one JSON object instead of the table; '-' for standard output" };
    private readonly Option<string> _provider = CommandRunner.ProviderOption();
    private readonly Option<string?> _fabric = CommandRunner.FabricOption();
    private readonly Option<string?> _cpu = new("--cpu") { Description = "Processors of this end and the other, such as 0,1" };

    public PerftestOptions(TestKind kind)
    {
        _kind = kind;
        _sizes = new Option<long[]>("-s", "--size") { Description = $"Bytes per operation; several by repeating (default: {TestDefaults.Size(kind)})", Arity = ArgumentArity.OneOrMore };
        _json.AcceptOnlyFromAmong("-");
        _mode.AcceptOnlyFromAmong("single", "batch");
        _resume.AcceptOnlyFromAmong("sync", "poller", "pool");
        _atomic.AcceptOnlyFromAmong("faa", "cas", "FAA", "CAS");
    }

    public IEnumerable<Option> All
    {
        get
        {
            Option[] common =
            [
                _sizes, _iterations, _all, _duration, _warmUp, _rounds, _server, _listen, _listenTime, _postList, _receivePostList, _moderation,
                _sendDepth, _receiveDepth, _inline, _json, _provider, _fabric, _cpu,
            ];
            Option[] own = _kind switch
            {
                TestKind.AtomicLatency or TestKind.AtomicBandwidth => [_atomic],
                TestKind.SendLatency => [_events, _wait],
                TestKind.AsyncLatency => [_resume],
                TestKind.Ownership => [_regions, _mode, _pages],
                _ => [],
            };
            return common.Concat(own);
        }
    }

    public PerftestRequest Read(ParseResult parsed)
    {
        bool all = parsed.GetValue(_all);
        if (all && TestNames.IsAtomic(_kind))
        {
            throw new ToolException("Atomics have one size, 8 bytes: leave out -a.");
        }

        FabricModel? fabric = CommandRunner.ReadFabric(parsed.GetValue(_fabric));
        if (fabric is not null && _kind == TestKind.LoadStoreBandwidth)
        {
            throw new ToolException("loadstore_bw copies through spans of mapped memory, which no fabric model can delay: use write_bw, or leave out --fabric.");
        }

        ProcessorPair cpus = ProcessorPair.Parse(parsed.GetValue(_cpu));
        RequireAtLeast(parsed, _sendDepth, 1);
        RequireAtLeast(parsed, _receiveDepth, 2);
        RequireAtLeast(parsed, _rounds, 1);
        RequireAtLeast(parsed, _postList, 1);
        RequireAtLeast(parsed, _receivePostList, 1);
        RequireAtLeast(parsed, _moderation, 1);
        var template = new TestSetup(_kind)
        {
            Size = 0,
            SendDepth = parsed.GetValue(_sendDepth),
            ReceiveDepth = parsed.GetValue(_receiveDepth),
            ReceivePostList = parsed.GetValue(_receivePostList) ?? 0,
            Inline = parsed.GetValue(_inline),
            WaitMode = parsed.GetValue(_events) ? WaitMode.Events : parsed.GetValue(_wait) ? WaitMode.Wait : WaitMode.Poll,
            AsyncMode = _kind != TestKind.AsyncLatency ? AsyncMode.Synchronous : parsed.GetValue(_resume) switch
            {
                "poller" => AsyncMode.Poller,
                "pool" => AsyncMode.Pool,
                _ => AsyncMode.Synchronous,
            },
            Fabric = fabric,
            Batch = _kind == TestKind.Ownership && parsed.GetValue(_mode) == "batch",
            PageProtection = _kind == TestKind.Ownership && parsed.GetValue(_pages),
            CompareSwap = TestNames.IsAtomic(_kind) && parsed.GetValue(_atomic)!.Equals("cas", StringComparison.OrdinalIgnoreCase),
        };
        return new PerftestRequest(template)
        {
            Provider = parsed.GetValue(_provider)!,
            Fabric = parsed.GetValue(_fabric),
            Cpus = cpus,
            Sizes = all ? PerftestCommand.AllSizes : Sizes(parsed),
            Plan = Plan(parsed, all),
            Server = parsed.GetValue(_server),
            Listen = parsed.GetResult(_listen) is null ? null : parsed.GetValue(_listen) ?? DefaultName,
            ListenTime = TimeSpan.FromSeconds(parsed.GetValue(_listenTime)),
            Json = parsed.GetValue(_json) is not null,
            PostList = _kind == TestKind.Ownership ? Regions(parsed) : parsed.GetValue(_postList),
            CompletionModeration = parsed.GetValue(_moderation),
        };
    }

    private int Regions(ParseResult parsed) => parsed.GetValue(_regions) is >= 1 and <= 65_536 and var count
        ? count
        : throw new ToolException($"--regions {parsed.GetValue(_regions)}: give 1 to 65536.");

    private long[] Sizes(ParseResult parsed)
    {
        long[] sizes = parsed.GetValue(_sizes) is { Length: > 0 } given ? given : [TestDefaults.Size(_kind)];
        foreach (long size in sizes.Where(static size => size is < 0 or > 1L << 30))
        {
            throw new ToolException($"-s {size}: give 0 to {1L << 30} bytes.");
        }

        return sizes;
    }

    private RoundPlan Plan(ParseResult parsed, bool all)
    {
        long? iterations = parsed.GetValue(_iterations);
        if (iterations is < 5)
        {
            throw new ToolException("-n must be at least 5.");
        }

        // All sizes would otherwise take minutes: fewer, shorter rounds.
        int rounds = all && parsed.GetResult(_rounds)?.Implicit != false ? 6 : parsed.GetValue(_rounds);
        var plan = new RoundPlan { Rounds = rounds, Iterations = iterations, WarmUp = parsed.GetValue(_warmUp) };
        if (parsed.GetValue(_duration) is { } seconds)
        {
            // A round is half yardstick, half test; only their number grows, because long rounds would compare across flips.
            TimeSpan round = plan.TestTime + plan.YardstickTime;
            return plan with { Rounds = Math.Max(1, (int)(TimeSpan.FromSeconds(seconds) / round)) };
        }

        return plan;
    }

    private static void RequireAtLeast(ParseResult parsed, Option<int> option, int minimum)
    {
        if (parsed.GetResult(option) is not null && parsed.GetValue(option) < minimum)
        {
            throw new ToolException($"{option.Name} must be at least {minimum}.");
        }
    }

    private static void RequireAtLeast(ParseResult parsed, Option<int?> option, int minimum)
    {
        if (parsed.GetValue(option) is { } value && value < minimum)
        {
            throw new ToolException($"{option.Name} must be at least {minimum}.");
        }
    }
}
