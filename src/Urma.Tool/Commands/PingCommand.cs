using System.CommandLine;
using System.Globalization;
using Urma.Net.Tool.Peers;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Tool.Commands;

/// <summary><c>urma ping</c>: messages to a peer and back, printed as urma_ping does.</summary>
internal static class PingCommand
{
    public static Command Create()
    {
        Argument<string?> name = new("name") { Description = "A peer waiting under this name (urma ping --listen); started by itself when not given", Arity = ArgumentArity.ZeroOrOne };
        Option<int> count = new("-c", "--count") { Description = "Messages to send", DefaultValueFactory = _ => 4 };
        Option<double> interval = new("-i", "--interval") { Description = "Seconds between two messages", DefaultValueFactory = _ => 1 };
        Option<int> size = new("-s", "--size") { Description = "Bytes of data", DefaultValueFactory = _ => 4 };
        Option<double?> deadline = new("-w", "--deadline") { Description = "Seconds after which to stop" };
        Option<bool> quiet = new("-q", "--quiet") { Description = "Print only the summary" };
        Option<bool> listen = new("--listen") { Description = "Wait under the name and answer one peer" };
        Option<string> provider = CommandRunner.ProviderOption();
        var command = new Command("ping", "Send messages to a peer and time their return") { name, count, interval, size, deadline, quiet, listen, provider };
        CommandRunner.SetAction(command, parsed =>
        {
            using UrmaContext context = UrmaContext.Open(parsed.GetValue(provider)!, new UrmaContextOptions { Label = "urma ping" });
            string? peer = parsed.GetValue(name);
            if (parsed.GetValue(listen))
            {
                Console.Error.WriteLine($"Waiting for one peer: urma ping {peer ?? "ping"} --provider {context.Device.ConnectionString}");
                using var server = new PeerServer(context, peer ?? "ping", TestKind.SendLatency);
                server.Serve(TimeSpan.FromMinutes(10));
                return 0;
            }

            int bytes = parsed.GetValue(size), times = parsed.GetValue(count);
            if (bytes is < 0 or > 1 << 26 || times < 1 || parsed.GetValue(interval) < 0)
            {
                throw new ToolException("Give a size of 0 to 64 MiB, a count of at least 1 and an interval that is not negative.");
            }

            using PeerClient client = peer is null
                ? PeerClient.Start(context, ProcessorPair.Parse(null).Peer)
                : PeerClient.Connect(context, peer);
            return Ping(client, bytes, times, TimeSpan.FromSeconds(parsed.GetValue(interval)), parsed.GetValue(deadline), parsed.GetValue(quiet));
        });
        return command;
    }

    private static int Ping(PeerClient client, int size, int count, TimeSpan interval, double? deadline, bool quiet)
    {
        Eid eid = client.Context.Eid;
        var times = new List<double>();
        int sent = 0;
        long begin = Environment.TickCount64;
        var setup = TestDefaults.Apply(new TestSetup(TestKind.SendLatency) { Size = size, WaitMode = WaitMode.Wait });
        using var trial = new Trial(client, setup);
        Console.Out.WriteLine($"URMA_PING {eid} {size} bytes of data.");
        for (int sequence = 1; sequence <= count; sequence++)
        {
            if (deadline is { } seconds && Environment.TickCount64 - begin > seconds * 1000)
            {
                break;
            }

            sent++;
            try
            {
                long one = 1;
                double milliseconds = trial.Run(ref one) / 1e6;
                times.Add(milliseconds);
                if (!quiet)
                {
                    Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{size} bytes from {eid}: seq={sequence} time={milliseconds:0.0000} ms"));
                }
            }
            catch (ToolException error)
            {
                Console.Out.WriteLine($"From {eid} seq={sequence} {error.Message}");
                break;
            }

            if (sequence < count)
            {
                Thread.Sleep(interval);
            }
        }

        PrintSummary(times, sent, Environment.TickCount64 - begin);
        return times.Count == sent ? 0 : 1;
    }

    private static void PrintSummary(List<double> times, int sent, long milliseconds)
    {
        double loss = 100.0 * (sent - times.Count) / Math.Max(1, sent);
        Console.Out.WriteLine("--- ping statistics ---");
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{sent} packets transmitted, {times.Count} received, {loss:0.0}% packet loss, time {milliseconds}ms"));
        if (times.Count > 0)
        {
            double[] all = [.. times];
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"rtt min/avg/max/mdev = {times.Min():0.0000}/{times.Average():0.0000}/{times.Max():0.0000}/{Statistics.StandardDeviation(all):0.0000} ms"));
        }
    }
}
