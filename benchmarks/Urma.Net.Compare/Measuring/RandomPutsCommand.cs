using System.CommandLine;
using System.Diagnostics;
using Urma.Net.Measurement;
using Urma.Net.Tool;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Compare.Measuring;

/// <summary>8 bytes to random places of another process's memory, as the GUPS benchmark makes them.</summary>
internal static unsafe class RandomPutsCommand
{
    private const string SegmentName = "table";
    private const int Batch = 64;
    private const long WarmUpOperations = 4 * Batch;
    private const ulong Seed = 88172645463325252;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Command Create()
    {
        Argument<string> way = new("way") { Description = "store (through a mapped view), xcopy (a call each), batch (64 a call), post (64 posted, then awaited)" };
        Argument<string> cpus = new("processors") { Description = "Such as 0,1" };
        Argument<string[]> steps = Step.Argument();
        way.AcceptOnlyFromAmong("store", "xcopy", "batch", "post");
        var command = new Command("random-puts", "Write 8 bytes to random places of another process's memory; the size is that of the table") { way, cpus, steps };
        CommandAction.Set(command, parsed =>
        {
            var pair = ProcessorPair.Parse(parsed.GetValue(cpus));
            Step[] all = Step.Parse(parsed.GetValue(steps)!);
            string provider = $"loopback://compare-{Environment.ProcessId}";
            using UrmaContext context = BackgroundThreads.Open(provider, "random puts");
            Process other = SelfProcess.Start(["lend-table", provider, $"{pair.Peer}", $"{all.Max(static step => step.Size)}"]);
            try
            {
                MeasuringThread.Run(pair.Client, () => Measure(context, parsed.GetValue(way)!, all));
            }
            finally
            {
                SelfProcess.End(other, TimeSpan.FromSeconds(2));
            }
        });
        return command;
    }

    /// <summary>The process whose memory it is.</summary>
    public static Command CreateLender()
    {
        Argument<string> provider = new("provider");
        Argument<int> cpu = new("processor");
        Argument<long> bytes = new("bytes");
        var command = new Command("lend-table", "The other end of 'random-puts'; started by it") { provider, cpu, bytes };
        command.Hidden = true;
        CommandAction.Set(command, parsed =>
        {
            using UrmaContext context = UrmaContext.Open(parsed.GetValue(provider)!, new UrmaContextOptions { Label = "table" });
            Segment table = context.AllocateSegment(parsed.GetValue(bytes));
            MeasuringThread.Run(parsed.GetValue(cpu), () => new Span<byte>((void*)table.Address, checked((int)table.Length)).Clear());
            byte[] descriptor = new byte[SegmentDescriptor.Size + sizeof(uint)];
            table.Descriptor.WriteTo(descriptor);
            BitConverter.TryWriteBytes(descriptor.AsSpan(SegmentDescriptor.Size), table.Token.Value);
            using IDisposable published = context.Publish(SegmentName, descriptor);

            // Until the one who started it is gone.
            while (Console.In.Read() >= 0)
            {
            }
        });
        return command;
    }

    private static void Measure(UrmaContext context, string way, Step[] steps)
    {
        byte[] descriptor = context.Lookup(SegmentName, Patience);
        using TargetSegment table = context.ImportSegment(SegmentDescriptor.Read(descriptor), new Token(BitConverter.ToUInt32(descriptor, SegmentDescriptor.Size)));
        using Segment own = context.AllocateSegment(4096);
        using SegmentView view = table.Map();
        using Jfc jfc = context.CreateJfc();
        using Jetty jetty = context.CreateJetty(new JettyOptions { SendJfc = jfc, Depth = 2 * Batch });
        foreach (Step step in steps)
        {
            var puts = new RandomPuts(context, table, own, view.Address, jetty, jfc, step.Size / sizeof(ulong), Seed);
            Action<long> loop = way switch { "store" => puts.Store, "xcopy" => puts.Xcopy, "batch" => puts.Batches, _ => puts.Post };
            WarmUp.Run(loop, WarmUpOperations);
            long count = Math.Max(1, step.Count / Batch) * Batch;
            TimeSpan used = Environment.CpuUsage.TotalTime;
            long begin = Stopwatch.GetTimestamp();
            loop(count);
            double elapsed = Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin);
            Report.Operations(step.Size, sizeof(ulong), count, elapsed, (Environment.CpuUsage.TotalTime - used).TotalSeconds);
            if (!puts.IsLastOneThere)
            {
                throw new ToolException($"random-puts {way}: the last value is not where it was written to.");
            }
        }
    }
}
