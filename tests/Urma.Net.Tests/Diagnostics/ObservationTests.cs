using Urma.Net.Providers.Loopback.Control;
using Urma.Net.Tests.Control;

namespace Urma.Net.Tests.Diagnostics;

/// <summary>What can be seen of engines by somebody who is none.</summary>
public sealed class ObservationTests
{
    private readonly LoopbackFabric _fabric = TestEngine.NewFabric();

    [Fact]
    public void The_counters_of_another_process_can_be_read_while_it_works()
    {
        using var process = new PeerProcess("context", _fabric.Name, "the writer");
        process.Expect("ready ");
        UrmaEngineInfo before = Assert.Single(UrmaDiagnostics.GetEngines(_fabric.ToString()));
        Assert.Equal((process.Id, "the writer", null, _fabric.Eid), (before.ProcessId, before.Label, before.Trouble, before.Eid));
        Assert.Equal(new UrmaCounters { OpenQueues = 1 }, before.Counters);

        process.Tell("1234");
        process.Expect("written");
        UrmaEngineInfo after = Assert.Single(UrmaDiagnostics.GetEngines(_fabric.ToString()));
        Assert.Equal(new UrmaCounters { Writes = 1234, Bytes = 1234 * 8, OpenQueues = 1 }, after.Counters);
        Assert.Equal(after.Counters, after.Statistics!.Counters);
        Assert.InRange(after.Statistics.Latency(UrmaOperation.Write).Count, 2, 1234);
        Assert.Equal(1234, Assert.Single(after.Statistics.Queues).Counters.Writes);

        process.Stop();
        UrmaEngineInfo stopped = Assert.Single(UrmaDiagnostics.GetEngines(_fabric.ToString(), TimeSpan.FromMilliseconds(50)));
        Assert.Equal((after.Uasid, process.Id, null, null), (stopped.Uasid, stopped.ProcessId, stopped.Label, stopped.Counters));
        Assert.NotEmpty(stopped.Trouble!);

        process.KillAndWait();
        Assert.Empty(UrmaDiagnostics.GetEngines(_fabric.ToString()));
    }

    [Fact]
    public void Devices_with_living_engines_are_found()
    {
        Assert.DoesNotContain(UrmaDiagnostics.GetActiveDevices(), d => d.Name == _fabric.Name);
        using (UrmaContext context = UrmaContext.Open(_fabric.ToString()))
        {
            Assert.Contains(context.Device, UrmaDiagnostics.GetActiveDevices());
            Assert.Equal(context.Uasid, Assert.Single(UrmaDiagnostics.GetEngines(context.Device)).Uasid);
        }

        Assert.DoesNotContain(UrmaDiagnostics.GetActiveDevices(), d => d.Name == _fabric.Name);
    }

    [Fact]
    public void A_page_that_is_not_one_is_refused_and_the_rest_is_told()
    {
        // Its context page is smaller than any real one.
        using var engine = new TestEngine(_fabric, "odd");
        UrmaEngineInfo seen = Assert.Single(UrmaDiagnostics.GetEngines(_fabric.ToString()));
        Assert.Equal(("odd", null), (seen.Label, seen.Counters));
        Assert.Contains("counters", seen.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public void Mistakes_in_the_question_are_named()
    {
        Assert.Contains("nothing", Assert.Throws<UrmaException>(() => UrmaDiagnostics.GetEngines("nothing://x")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => UrmaDiagnostics.GetEngines("loopback://x", TimeSpan.FromSeconds(-2)));
        Assert.Throws<ArgumentNullException>(() => UrmaDiagnostics.GetEngines((UrmaDevice)null!));
    }
}
