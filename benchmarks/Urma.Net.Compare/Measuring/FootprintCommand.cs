using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Urma.Net.Measurement;
using Urma.Net.Tool.Doctor;

namespace Urma.Net.Compare.Measuring;

/// <summary>What things cost to make: time of each, and how the process grows by each.</summary>
internal static class FootprintCommand
{
    private const long SegmentBytes = 64 << 10;
    private const long KibiByte = 1024;

    private static readonly string Provider = $"loopback://footprint-{Environment.ProcessId}";

    public static Command Create()
    {
        Argument<string> what = new("what") { Description = "contexts, segments of 64 KiB, connections (two jetties bound to each other), or unix (socket pairs)" };
        Argument<int[]> counts = new("counts") { Description = "How many; several numbers for several measurements", Arity = ArgumentArity.OneOrMore };
        what.AcceptOnlyFromAmong("contexts", "segments", "connections", "unix");
        var command = new Command("footprint", "Time and memory of each context, segment or connection; the size is their number") { what, counts };
        CommandAction.Set(command, parsed =>
        {
            using UrmaContext context = Open(), other = Open();
            Action<int, List<IDisposable>> make = parsed.GetValue(what) switch
            {
                "contexts" => static (_, made) => made.Add(Open()),
                "segments" => (_, made) => made.Add(context.AllocateSegment(SegmentBytes)),
                "connections" => (number, made) => Connect(context, other, number, made),
                _ => static (_, made) => SocketPair(made),
            };
            Measure(make, 1);
            foreach (int count in parsed.GetValue(counts)!)
            {
                (double nanoseconds, double bytes) = Measure(make, count);
                Report.Footprint(count, nanoseconds, bytes);
            }
        });
        return command;
    }

    private static (double Nanoseconds, double Bytes) Measure(Action<int, List<IDisposable>> make, int count)
    {
        var made = new List<IDisposable>(4 * count);
        try
        {
            double before = ResidentBytes();
            long begin = Stopwatch.GetTimestamp();
            for (int i = 0; i < count; i++)
            {
                make(i, made);
            }

            double elapsed = Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin);
            return (elapsed / count, (ResidentBytes() - before) / count);
        }
        finally
        {
            made.Reverse();
            made.ForEach(static thing => thing.Dispose());
        }
    }

    // Pages that processes share count where they are touched, too.
    private static double ResidentBytes()
    {
        GC.Collect();
        string line = (SystemFacts.Read("/proc/self/smaps_rollup") ?? string.Empty).Split('\n').FirstOrDefault(static line => line.StartsWith("Rss:", StringComparison.Ordinal)) ?? "Rss: 0 kB";
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * KibiByte;
    }

    private static UrmaContext Open() => UrmaContext.Open(Provider, new UrmaContextOptions { Label = "footprint" });

    private static void Connect(UrmaContext context, UrmaContext other, int number, List<IDisposable> made)
    {
        var token = new Token((uint)number + 1);
        (Jetty near, Jetty far) = (Make(context, token, made), Make(other, token, made));
        Bind(context, near, far, token, made);
        Bind(other, far, near, token, made);
    }

    private static Jetty Make(UrmaContext context, Token token, List<IDisposable> made)
    {
        Jfc jfc = context.CreateJfc();
        made.Add(jfc);
        Jetty jetty = context.CreateJetty(new JettyOptions { SendJfc = jfc, Receive = new JfrOptions { ReceiveJfc = jfc, Token = token } });
        made.Add(jetty);
        return jetty;
    }

    private static void Bind(UrmaContext context, Jetty own, Jetty target, Token token, List<IDisposable> made)
    {
        TargetJetty imported = context.ImportJetty(JettyDescriptor.Read(target.Descriptor.ToArray()), token);
        made.Add(imported);
        own.Bind(imported);
    }

    private static void SocketPair(List<IDisposable> made)
    {
        string path = Path.Combine(Path.GetTempPath(), $"urma-compare-{Guid.NewGuid():N}");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        var near = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        made.Add(near);
        near.Connect(new UnixDomainSocketEndPoint(path));
        made.Add(listener.Accept());
        File.Delete(path);
    }
}
