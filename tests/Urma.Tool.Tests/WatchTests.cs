using System.Text.Json;
using Xunit;

namespace Urma.Net.Tool.Tests;

/// <summary><c>urma stats</c> and <c>urma top</c> over a context of this process, which they see as they see any other: from outside.</summary>
public sealed class WatchTests : IDisposable
{
    private const int Length = 4096;

    private readonly string _fabric = $"loopback://{Guid.NewGuid():n}";
    private readonly UrmaContext _user;
    private readonly UrmaContext _owner;
    private readonly UdmaChannel _channel;
    private readonly Segment _local;
    private readonly TargetSegment _target;

    public WatchTests()
    {
        _user = UrmaContext.Open(_fabric, new UrmaContextOptions { Label = "watched user" });
        _owner = UrmaContext.Open(_fabric, new UrmaContextOptions { Label = "watched owner" });
        Segment remote = _owner.AllocateSegment(Length);
        _local = _user.AllocateSegment(Length);
        _target = _user.ImportSegment(remote.Descriptor, remote.Token);
        _channel = UdmaChannel.Create(_user);
    }

    public void Dispose()
    {
        _user.Dispose();
        _owner.Dispose();
    }

    [Fact]
    public async Task Stats_tells_what_another_process_did()
    {
        await Work(writes: 10_000, atomics: 100);
        JsonElement engine = EngineOf(Run("stats", _fabric, "--json"), "watched user");
        Assert.Equal((Environment.ProcessId, _user.Uasid), (engine.GetProperty("process").GetInt32(), engine.GetProperty("uasid").GetUInt32()));
        JsonElement counters = engine.GetProperty("counters");
        Assert.Equal(
            (10_000, 100, 80_000, 0),
            (counters.GetProperty("writes").GetInt64(), counters.GetProperty("atomics").GetInt64(), counters.GetProperty("bytes").GetInt64(), counters.GetProperty("errors").GetInt64()));
        JsonElement times = engine.GetProperty("latency_ns").GetProperty("write");
        Assert.InRange(times.GetProperty("samples").GetInt64(), 10, 200);
        Assert.InRange(times.GetProperty("p99").GetDouble(), times.GetProperty("p50").GetDouble(), 60e9);
        JsonElement peer = Assert.Single(engine.GetProperty("peers").EnumerateArray());
        Assert.Equal(("watched owner", "connected"), (peer.GetProperty("label").GetString(), peer.GetProperty("state").GetString()));
        Assert.Equal(JsonValueKind.Null, engine.GetProperty("rates").ValueKind);

        // The engine that was only written to did nothing itself.
        Assert.Equal(0, EngineOf(Run("stats", _fabric, "--json"), "watched owner").GetProperty("counters").GetProperty("writes").GetInt64());
    }

    [Fact]
    public async Task Rates_are_what_was_done_by_how_long_it_took()
    {
        using var stop = new CancellationTokenSource();
        Task working = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await Work(writes: 100, atomics: 0);
                await Task.Delay(1);
            }
        });
        JsonElement before = EngineOf(Run("stats", _fabric, "--json"), "watched user");
        JsonElement after = EngineOf(Run("stats", _fabric, "--json", "--interval", "1"), "watched user");
        await stop.CancelAsync();
        await working;
        double seconds = after.GetProperty("rates_over_s").GetDouble();
        double rate = after.GetProperty("rates").GetProperty("writes").GetDouble();
        long most = after.GetProperty("counters").GetProperty("writes").GetInt64() - before.GetProperty("counters").GetProperty("writes").GetInt64();
        Assert.InRange(seconds, 0.9, 60);
        Assert.InRange(rate * seconds, 1, most);
    }

    [Fact]
    public async Task Top_without_a_terminal_prints_tables_one_after_the_other()
    {
        await Work(writes: 10, atomics: 0);
        string output = Run("top", _fabric, "--count", "2", "--interval", "0.2", "--sort", "process");
        Assert.Equal(2, output.Split('\n').Count(static line => line.Contains("watched user", StringComparison.Ordinal)));
        Assert.DoesNotContain('\u001b', output);
        string user = output.Split('\n').First(static line => line.Contains("watched user", StringComparison.Ordinal));
        Assert.Matches($@"^{Environment.ProcessId}\s.*\s1\s+ok", user);
        Assert.Contains("watched owner", Run("top", _fabric, "--once", "--interval", "0.2"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_device_is_an_error_and_an_empty_one_is_none()
    {
        using ProgramRun unknown = ProgramRun.Tool("stats", "nonsense://x");
        Assert.Equal(1, unknown.ExitCode());
        Assert.Contains("nonsense", unknown.Errors, StringComparison.Ordinal);
        using JsonDocument empty = JsonDocument.Parse(Run("stats", $"loopback://{Guid.NewGuid():n}", "--json"));
        Assert.Equal(0, empty.RootElement.GetProperty("engines").GetArrayLength());
    }

    private async Task Work(int writes, int atomics)
    {
        for (int i = 0; i < writes; i++)
        {
            await _channel.WriteAsync(_local.Range(0, 8), _target.At(0));
        }

        for (int i = 0; i < atomics; i++)
        {
            await _channel.FetchAddAsync(_target.At(8), 1);
        }
    }

    private static JsonElement EngineOf(string json, string label) =>
        JsonDocument.Parse(json).RootElement.GetProperty("engines").EnumerateArray().Single(engine => engine.GetProperty("label").GetString() == label);

    private static string Run(params string[] arguments)
    {
        using ProgramRun run = ProgramRun.Tool(arguments);
        Assert.True(run.ExitCode() == 0, run.Errors);
        return run.Output;
    }
}
