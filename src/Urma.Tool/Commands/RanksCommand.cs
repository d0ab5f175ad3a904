using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Urma.Net.Measurement;
using Urma.Net.Tool.Peers;
using Urma.Net.Tool.Perftest;
using Urma.Net.Tool.Ranks;

namespace Urma.Net.Tool.Commands;

/// <summary><c>urma ranks</c>: more processes than processors, beside two processes and beside raw futex handoffs.</summary>
internal static class RanksCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public static Command Create()
    {
        Option<int> count = new("-n", "--ranks") { Description = "Processes, an even number of at least 4", DefaultValueFactory = _ => 8 };
        var command = new Command("ranks", "Run more processes than there are processors and see whether they still progress") { count };
        CommandRunner.SetAction(command, parsed => Run(parsed.GetValue(count)));
        return command;
    }

    /// <summary>The hidden verb of one rank.</summary>
    public static Command CreateRank()
    {
        Option<string> provider = CommandRunner.ProviderOption();
        Option<int> rank = new("--rank") { Required = true };
        Option<int> ranks = new("--of") { Required = true };
        Option<bool> pairs = new("--pairs");
        var command = new Command("rank", "One process of 'urma ranks'; started by the tool itself") { provider, rank, ranks, pairs };
        command.Hidden = true;
        CommandRunner.SetAction(command, parsed =>
        {
            SelfProcess.ExitWithParent();
            int[] processors = CpuPinning.GetAllowedProcessors();
            int own = parsed.GetValue(rank);

            // Partners (2k, 2k + 1) share a processor when they take turns; two ranks alone get one each.
            int place = parsed.GetValue(ranks) == 2 ? own : own / 2;
            CpuPinning.SetAllowedProcessors([processors[place % processors.Length]]);
            using var process = new RankProcess(parsed.GetValue(provider)!, own, parsed.GetValue(ranks));
            process.Run(parsed.GetValue(pairs));
            return 0;
        });
        return command;
    }

    /// <summary>Runs two ranks alone, then many.</summary>
    /// <param name="ranks">How many; an even number from 4 to 64.</param>
    /// <exception cref="ToolException">A rank failed, or the number is none of those.</exception>
    public static RanksResult Measure(int ranks)
    {
        if (ranks < 4 || ranks % 2 != 0 || ranks > 64)
        {
            throw new ToolException("Give an even number of ranks from 4 to 64.");
        }

        double[][] two = Launch(2, pairs: false);
        double[][] many = Launch(ranks, pairs: true);
        return new RanksResult
        {
            TwoRanks = two[RankProcess.StreamNanoseconds].Max() / 2,
            ManyRanks = many[RankProcess.StreamNanoseconds].Max() / ranks,
            Handoff = Statistics.Median(many[RankProcess.HandoffNanoseconds]),
            PingPong = Statistics.Median(many[RankProcess.PingPongNanoseconds]),
            PingPongRatio = Statistics.Spread(many[RankProcess.PingPongRatio]),
            IdleShare = many[RankProcess.IdleCpuShare].Max(),
            AllocatedPerMessage = many[RankProcess.AllocatedBytes].Max() / RankProcess.MessagesPerRank,
        };
    }

    private static int Run(int ranks)
    {
        RanksResult result = Measure(ranks);
        Line($"{ranks} ranks on {CpuPinning.GetAllowedProcessors().Length} processors, 8-byte messages, yardsticks by {Yardsticks.Current.Source}");
        Line($"streaming, all pairs, window 64  {result.ManyRanks,8:0} ns/message   2 ranks {result.TwoRanks,8:0} ns/message   ratio {result.ManyRanks / result.TwoRanks:0.00}");
        Line($"ping-pong on a shared processor  {result.PingPong,8:0} ns           raw futex {result.Handoff,8:0} ns         ratio {result.PingPongRatio.Median:0.00}");
        Line($"idle waiter                      {result.IdleShare * 100,8:0.00} % of a processor (the busiest of {ranks})");
        Line($"allocated while streaming        {result.AllocatedPerMessage,8:0.00} bytes/message");
        return 0;
    }

    private static double[][] Launch(int ranks, bool pairs)
    {
        string provider = $"loopback://ranks-{Environment.ProcessId}-{ranks}";
        using UrmaContext context = UrmaContext.Open(provider, new UrmaContextOptions { Label = "urma ranks" });
        Segment memory = context.AllocateSegment(RankBoard.Bytes);
        byte[] board = new byte[SegmentDescriptor.Size + sizeof(uint)];
        memory.Descriptor.WriteTo(board);
        BitConverter.TryWriteBytes(board.AsSpan(SegmentDescriptor.Size), memory.Token.Value);
        using IDisposable published = context.Publish(RankBoard.Name, board);
        var processes = new List<Process>();
        try
        {
            for (int rank = 0; rank < ranks; rank++)
            {
                string[] arguments = ["rank", "--provider", provider, "--rank", rank.ToString(CultureInfo.InvariantCulture), "--of", ranks.ToString(CultureInfo.InvariantCulture)];
                processes.Add(SelfProcess.Start(pairs ? [.. arguments, "--pairs"] : arguments));
            }

            foreach (Process process in processes)
            {
                if (!process.WaitForExit(Patience) || process.ExitCode != 0)
                {
                    throw new ToolException("A rank failed or did not end in time: look for its message above.");
                }
            }
        }
        finally
        {
            processes.ForEach(static p => SelfProcess.End(p, TimeSpan.FromSeconds(1)));
        }

        var results = new RankBoard(memory, null, ranks);
        return [.. Enumerable.Range(0, RankProcess.Kinds).Select(results.Read)];
    }

    private static void Line(FormattableString text) => Console.Out.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
