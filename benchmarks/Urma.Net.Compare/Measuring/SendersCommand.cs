using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Urma.Net.Benchmarks.Loop;
using Urma.Net.Measurement;
using Urma.Net.Tool;
using Urma.Net.Tool.Peers;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Compare.Measuring;

/// <summary>Messages of 8 bytes from several processes to one.</summary>
internal static class SendersCommand
{
    private const string ReceiverName = "receiver";
    private const uint ReceiverToken = 1;
    private const int Slot = 64, Receives = 1024, Window = 64, SignalEvery = 16, MessageBytes = 8;

    // As many calls as make the compiler look at a method again, and as many passes without a new one as show that it is done.
    private const int CallsOfPass = 50, MessagesOfCall = 13 * SignalEvery, QuietPasses = 2, MostPasses = 40;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Command Create()
    {
        Argument<int[]> senders = new("senders") { Description = "How many processes send; several numbers for several measurements", Arity = ArgumentArity.OneOrMore };
        Option<string?> cpus = new("--cpu") { Description = "Processors of the receiver and of the senders, such as 0,1" };
        Option<long> count = new("--count", "-n") { Description = "Messages of all senders together", DefaultValueFactory = static _ => 200_000 };
        var command = new Command("senders", "Messages of 8 bytes from several processes to one; the size is the number of senders") { senders, cpus, count };
        CommandAction.Set(command, parsed =>
        {
            var pair = ProcessorPair.Parse(parsed.GetValue(cpus));
            foreach (int number in parsed.GetValue(senders)!)
            {
                Measure(number, pair, Math.Max(Window, parsed.GetValue(count) / Math.Max(1, number) / SignalEvery * SignalEvery));
            }
        });
        return command;
    }

    /// <summary>One that sends.</summary>
    public static Command CreateSender()
    {
        Argument<string> provider = new("provider");
        Argument<int> cpu = new("processor");
        var command = new Command("sender", "A sender of 'senders'; started by it") { provider, cpu };
        command.Hidden = true;
        CommandAction.Set(command, parsed =>
        {
            using UrmaContext context = BackgroundThreads.Open(parsed.GetValue(provider)!, "sender");
            MeasuringThread.Run(parsed.GetValue(cpu), () => Send(context));
        });
        return command;
    }

    private static void Measure(int number, ProcessorPair cpus, long each)
    {
        string provider = $"loopback://senders-{Environment.ProcessId}-{number}";
        using UrmaContext context = BackgroundThreads.Open(provider, ReceiverName);
        using Segment buffers = context.AllocateSegment((long)Receives * Slot);
        using Jfc jfc = context.CreateJfc();
        using Jetty jetty = context.CreateJetty(new JettyOptions { SendJfc = jfc, Receive = new JfrOptions { ReceiveJfc = jfc, Depth = Receives, Token = new Token(ReceiverToken) } });
        for (int slot = 0; slot < Receives; slot++)
        {
            Expect.Posted(jetty.PostReceive(new ReceiveRequest(buffers.Range((long)slot * Slot, Slot), (ulong)slot)));
        }

        using IDisposable published = context.Publish(ReceiverName, jetty.Descriptor.ToArray());
        var processes = new List<Process>();
        try
        {
            for (int sender = 0; sender < number; sender++)
            {
                processes.Add(SelfProcess.Start(["sender", provider, $"{cpus.Peer}"], captureOutput: true));
            }

            _ = Answers(processes);
            MeasuringThread.Run(cpus.Client, () =>
            {
                var receiver = new MessageSink(jetty, jfc, buffers, Slot);
                WarmUp(processes, receiver);
                TimeSpan used = Used(processes);
                long begin = Stopwatch.GetTimestamp();
                Order(processes, each);
                receiver.Take(number * each, Patience);
                double elapsed = Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin);
                _ = Answers(processes);
                Report.Operations(number, MessageBytes, number * each, elapsed, (Used(processes) - used).TotalSeconds);
            });
        }
        finally
        {
            processes.ForEach(static process => SelfProcess.End(process, TimeSpan.FromSeconds(2)));
        }
    }

    // Until no process compiles anything any more: several of them share a processor with their compilers.
    private static void WarmUp(List<Process> processes, MessageSink receiver)
    {
        long compiled = -1;
        for (int pass = 0, quiet = 0; pass < MostPasses && quiet < QuietPasses; pass++)
        {
            Order(processes, CallsOfPass * MessagesOfCall);
            for (int call = 0; call < CallsOfPass; call++)
            {
                receiver.Take(processes.Count * MessagesOfCall, Patience);
            }

            long before = compiled;
            compiled = Answers(processes) + TieredCompiler.WaitUntilIdle();
            quiet = compiled == before ? quiet + 1 : 0;
        }
    }

    // A line of each sender: it is ready, and has compiled so many methods.
    private static long Answers(List<Process> senders)
    {
        long compiled = 0;
        foreach (Process sender in senders)
        {
            Task<string?> line = sender.StandardOutput.ReadLineAsync();
            if (!line.Wait(Patience) || !long.TryParse(line.Result, CultureInfo.InvariantCulture, out long methods))
            {
                throw new ToolException("A sender did not come up, or ended.");
            }

            compiled += methods;
        }

        return compiled;
    }

    private static TimeSpan Used(List<Process> processes)
    {
        TimeSpan sum = Environment.CpuUsage.TotalTime;
        foreach (Process process in processes)
        {
            process.Refresh();
            sum += process.TotalProcessorTime;
        }

        return sum;
    }

    private static void Order(List<Process> senders, long messages)
    {
        foreach (Process sender in senders)
        {
            sender.StandardInput.WriteLine(messages.ToString(CultureInfo.InvariantCulture));
            sender.StandardInput.Flush();
        }
    }

    private static void Send(UrmaContext context)
    {
        using Segment message = context.AllocateSegment(4096);
        using Jfc jfc = context.CreateJfc();
        using Jetty jetty = context.CreateJetty(new JettyOptions { SendJfc = jfc, Depth = 2 * Window });
        using TargetJetty receiver = context.ImportJetty(JettyDescriptor.Read(context.Lookup(ReceiverName, Patience)), new Token(ReceiverToken));
        jetty.Bind(receiver);
        WorkRequest request = WorkRequest.Send(receiver, message.Range(0, MessageBytes));
        var source = new MessageSource(jetty, jfc, request, Window, SignalEvery);
        do
        {
            Console.Out.WriteLine(TieredCompiler.WaitUntilIdle().ToString(CultureInfo.InvariantCulture));
        }
        while (Console.In.ReadLine() is { } order && TrySend(source, long.Parse(order, CultureInfo.InvariantCulture)));
    }

    private static bool TrySend(MessageSource source, long messages)
    {
        for (; messages > 0; messages -= MessagesOfCall)
        {
            source.Send(Math.Min(messages, MessagesOfCall), Patience);
        }

        source.Finish(Patience);
        return true;
    }
}
