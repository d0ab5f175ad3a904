using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Urma.Net.Measurement;
using Urma.Net.Tool;
using Urma.Net.Tool.Peers;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Compare.Measuring;

/// <summary>Messages of 8 bytes from several processes to one.</summary>
internal static class SendersCommand
{
    private const string ReceiverName = "receiver";
    private const string Ready = "ready";
    private const uint ReceiverToken = 1;
    private const int Slot = 64, Receives = 1024, Window = 64, SignalEvery = 16, MessageBytes = 8;

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
                Measure(number, pair, Math.Max(Window, parsed.GetValue(count) / Math.Max(1, number)));
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

            foreach (Process process in processes)
            {
                Task<string?> line = process.StandardOutput.ReadLineAsync();
                if (!line.Wait(Patience) || line.Result != Ready)
                {
                    throw new ToolException("A sender did not come up.");
                }
            }

            MeasuringThread.Run(cpus.Client, () =>
            {
                var receiver = new MessageSink(jetty, jfc, buffers, Slot);
                for (int pass = 0; pass < 3; pass++)
                {
                    Order(processes, each / 10);
                    receiver.Take(number * (each / 10), Patience);
                    Thread.Sleep(60);
                }

                TimeSpan used = Used(processes);
                long begin = Stopwatch.GetTimestamp();
                Order(processes, each);
                receiver.Take(number * each, Patience);
                double elapsed = Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin);
                Report.Operations(number, MessageBytes, number * each, elapsed, (Used(processes) - used).TotalSeconds);
            });
        }
        finally
        {
            processes.ForEach(static process => SelfProcess.End(process, TimeSpan.FromSeconds(2)));
        }
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
        Console.Out.WriteLine(Ready);
        while (Console.In.ReadLine() is { } order)
        {
            source.Send(long.Parse(order, CultureInfo.InvariantCulture), Patience);
        }
    }
}
