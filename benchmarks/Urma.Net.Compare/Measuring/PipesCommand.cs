using System.CommandLine;
using System.Diagnostics;
using System.IO.Pipes;
using Urma.Net.Measurement;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Compare.Measuring;

/// <summary>System.IO.Pipes between two processes: messages to and fro, or a stream one way with a byte back at the end.</summary>
internal static class PipesCommand
{
    private const int Take = 64 << 10;
    private const long WarmUpOperations = 20;

    public static Command Create()
    {
        Argument<string> kind = new("kind") { Description = "anonymous or named" };
        Argument<string> test = new("test") { Description = "lat or bw" };
        Argument<string> cpus = new("processors") { Description = "Such as 0,1" };
        Argument<string[]> steps = Step.Argument();
        kind.AcceptOnlyFromAmong("anonymous", "named");
        test.AcceptOnlyFromAmong("lat", "bw");
        var command = new Command("pipes", "Measure pipes of .NET") { kind, test, cpus, steps };
        CommandAction.Set(command, parsed =>
        {
            var pair = ProcessorPair.Parse(parsed.GetValue(cpus));
            bool isLatency = parsed.GetValue(test) == "lat";
            Step[] all = Step.Parse(parsed.GetValue(steps)!);
            using PipePair pipes = PipePair.Start(
                parsed.GetValue(kind) == "named", ["pipe-end", parsed.GetValue(test)!, $"{pair.Peer}", .. all.Select(static step => step.ToString())]);
            MeasuringThread.Run(pair.Client, () =>
            {
                foreach (Step step in all)
                {
                    (double operations, double elapsed, double cpu) = isLatency ? Turns(pipes, step) : Stream(pipes, step);
                    Report.Operations(step.Size, step.Size, operations, elapsed, cpu);
                }
            });
        });
        return command;
    }

    /// <summary>The other end.</summary>
    public static Command CreateEnd()
    {
        Argument<string> test = new("test");
        Argument<int> cpu = new("processor");
        Argument<string[]> steps = Step.Argument();
        Option<string?> name = new("--name"), incoming = new("--in"), outgoing = new("--out");
        var command = new Command("pipe-end", "The other end of 'pipes'; started by it") { test, cpu, steps, name, incoming, outgoing };
        command.Hidden = true;
        CommandAction.Set(command, parsed =>
        {
            SelfProcess.ExitWithParent();
            (Stream input, Stream output) = Connect(parsed.GetValue(name), parsed.GetValue(incoming), parsed.GetValue(outgoing));
            bool isLatency = parsed.GetValue(test) == "lat";
            MeasuringThread.Run(parsed.GetValue(cpu), () =>
            {
                foreach (Step step in Step.Parse(parsed.GetValue(steps)!))
                {
                    if (isLatency)
                    {
                        AnswerTurns(input, output, step);
                    }
                    else
                    {
                        AnswerStream(input, output, step);
                    }
                }
            });
        });
        return command;
    }

    private static (Stream Input, Stream Output) Connect(string? name, string? incoming, string? outgoing)
    {
        if (name is null)
        {
            return (new AnonymousPipeClientStream(PipeDirection.In, incoming!), new AnonymousPipeClientStream(PipeDirection.Out, outgoing!));
        }

        var client = new NamedPipeClientStream(".", name, PipeDirection.InOut);
        client.Connect(TimeSpan.FromSeconds(10));
        return (client, client);
    }

    private static (double Operations, double Elapsed, double Cpu) Turns(PipePair pipes, Step step)
    {
        byte[] buffer = new byte[step.Size];
        for (long i = 0; i < WarmUpOperations + (step.Count / 10); i++)
        {
            Turn(pipes, buffer);
        }

        TimeSpan used = Environment.CpuUsage.TotalTime;
        long begin = Stopwatch.GetTimestamp();
        for (long i = 0; i < step.Count; i++)
        {
            Turn(pipes, buffer);
        }

        double elapsed = Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin), cpu = (Environment.CpuUsage.TotalTime - used).TotalSeconds;
        return (2 * step.Count, elapsed, cpu + PipePair.Read(pipes.Incoming));
    }

    private static void Turn(PipePair pipes, byte[] buffer)
    {
        pipes.Outgoing.Write(buffer);
        pipes.Incoming.ReadExactly(buffer);
    }

    private static void AnswerTurns(Stream input, Stream output, Step step)
    {
        byte[] buffer = new byte[step.Size];
        TimeSpan used = default;
        long warmUp = WarmUpOperations + (step.Count / 10);
        for (long i = 0; i < warmUp + step.Count; i++)
        {
            if (i == warmUp)
            {
                used = Environment.CpuUsage.TotalTime;
            }

            input.ReadExactly(buffer);
            output.Write(buffer);
        }

        PipePair.Write(output, (Environment.CpuUsage.TotalTime - used).TotalSeconds);
    }

    private static (double Operations, double Elapsed, double Cpu) Stream(PipePair pipes, Step step)
    {
        byte[] buffer = new byte[Math.Max(Take, step.Size)];
        TakeAll(pipes.Incoming, buffer, (WarmUpOperations + (step.Count / 10)) * step.Size);
        TimeSpan used = Environment.CpuUsage.TotalTime;
        long begin = Stopwatch.GetTimestamp();
        pipes.Outgoing.WriteByte(1);
        TakeAll(pipes.Incoming, buffer, step.Count * step.Size);
        double elapsed = Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin), cpu = (Environment.CpuUsage.TotalTime - used).TotalSeconds;
        return (step.Count, elapsed, cpu + PipePair.Read(pipes.Incoming));
    }

    private static void AnswerStream(Stream input, Stream output, Step step)
    {
        byte[] buffer = new byte[step.Size];
        for (long i = 0; i < WarmUpOperations + (step.Count / 10); i++)
        {
            output.Write(buffer);
        }

        input.ReadByte();
        TimeSpan used = Environment.CpuUsage.TotalTime;
        for (long i = 0; i < step.Count; i++)
        {
            output.Write(buffer);
        }

        PipePair.Write(output, (Environment.CpuUsage.TotalTime - used).TotalSeconds);
    }

    private static void TakeAll(Stream stream, byte[] buffer, long bytes)
    {
        while (bytes > 0)
        {
            int taken = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, bytes));
            bytes -= taken > 0 ? taken : throw new EndOfStreamException("The other end is gone.");
        }
    }
}
