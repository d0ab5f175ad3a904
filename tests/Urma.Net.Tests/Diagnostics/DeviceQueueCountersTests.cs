using Urma.Net.Diagnostics;
using Urma.Net.Providers.Devices;

namespace Urma.Net.Tests.Diagnostics;

/// <summary>What queues over devices count and time, with made-up completions.</summary>
public sealed class DeviceQueueCountersTests
{
    private readonly StatisticsPage _page = new();
    private readonly DeviceQueueCounters _counters;
    private long _posted;

    public DeviceQueueCountersTests() => _counters = new DeviceQueueCounters(_page, 1, 256);

    [Fact]
    public void In_batches_any_request_may_be_the_timed_one()
    {
        const int batch = 64;
        for (int i = 0; i < 800; i++)
        {
            _counters.BeginPost(batch);
            Post(Opcode.Write);
            for (int k = 1; k < batch; k++)
            {
                Post(Opcode.Read);
            }

            Complete(batch);
        }

        // 200 gaps, of which some end in a batch that has a timed request.
        UrmaStatistics read = _page.Read();
        Assert.Equal((800, 800 * (batch - 1)), (read.Counters.Writes, read.Counters.Reads));
        Assert.InRange(read.Latency(UrmaOperation.Read).Count, 120, 260);
        Assert.InRange(read.Latency(UrmaOperation.Write).Count, 0, 20);
        Assert.Equal(0, Assert.Single(read.Queues).Outstanding);
    }

    [Fact]
    public void A_call_that_posts_nothing_to_be_polled_begins_no_time()
    {
        for (int i = 0; i < 8 * UrmaStatistics.SampleInterval; i++)
        {
            // The queue is full, or nobody is told of the request.
            _counters.BeginPost(1);
            if (i % 2 == 0)
            {
                _counters.Count(new WorkRequest { Opcode = Opcode.Write }, number: 0, completed: _posted);
            }
        }

        var pause = TimeSpan.FromSeconds(1);
        Thread.Sleep(pause);
        for (int i = 0; i < 8 * UrmaStatistics.SampleInterval; i++)
        {
            _counters.BeginPost(1);
            Post(Opcode.Write);
            Complete(1);
        }

        LatencyHistogram times = _page.Read().Latency(UrmaOperation.Write);
        Assert.InRange(times.Count, 3, 8 * UrmaStatistics.SampleInterval);
        Assert.InRange(times.Percentile(100), 0, pause.TotalNanoseconds);
    }

    [Fact]
    public void What_failed_or_was_polled_before_it_could_be_timed_is_not_booked()
    {
        for (int i = 0; i < 8 * UrmaStatistics.SampleInterval; i++)
        {
            _counters.BeginPost(2);
            if (i % 2 == 0)
            {
                Post(Opcode.Read);
                _counters.SeeCompleted(_posted, isSuccess: false);
                continue;
            }

            // The device was faster than the thread that posts.
            _counters.SeeCompleted(_posted + 1, isSuccess: true);
            Post(Opcode.Write);
            Post(Opcode.Nop);
            _counters.SeeCompleted(_posted, isSuccess: true);
        }

        UrmaStatistics read = _page.Read();
        Assert.Equal((0, 0), (read.Latency(UrmaOperation.Read).Count, read.Latency(UrmaOperation.Write).Count));
        Assert.Equal((4 * UrmaStatistics.SampleInterval, 4 * UrmaStatistics.SampleInterval), (read.Counters.Reads, read.Counters.Writes));
    }

    private void Post(Opcode opcode)
    {
        _posted++;
        _counters.Count(new WorkRequest { Opcode = opcode }, _posted, 0);
        _counters.SeePosted(_posted);
    }

    private void Complete(int count)
    {
        for (int i = count - 1; i >= 0; i--)
        {
            _counters.SeeCompleted(_posted - i, isSuccess: true);
        }
    }
}
