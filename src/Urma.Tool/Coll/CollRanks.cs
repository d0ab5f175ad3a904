using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using Urma.Net.Collectives;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Coll;

/// <summary>Brings the ranks of a run to life: processes, threads, or this process alone.</summary>
internal static class CollRanks
{
    /// <summary>The hidden option by which a process learns its seat.</summary>
    public const string SeatOption = "--seat";

    private static readonly TimeSpan OperationTimeout = TimeSpan.FromSeconds(120);

    // When a rank fails, the others hear of it; none of them takes longer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static string NewJob => string.Create(CultureInfo.InvariantCulture, $"urma-coll-{Environment.ProcessId}-{Guid.NewGuid():N}");

    /// <summary>Starts this command again as many times as there are ranks.</summary>
    /// <returns>The exit code of the first that failed; 0 when none did.</returns>
    public static int RunProcesses(CollRequest request)
    {
        string job = NewJob;
        string[] arguments = Environment.GetCommandLineArgs()[1..];
        var processes = new List<Process>();
        try
        {
            for (int rank = 0; rank < request.Ranks; rank++)
            {
                processes.Add(SelfProcess.Start([.. arguments, SeatOption, CollSeat.Text(rank, request.Ranks, job)]));
            }

            Task<int>[] ends = [.. processes.Select(static async process =>
            {
                await process.WaitForExitAsync().ConfigureAwait(false);
                return process.ExitCode;
            })];
            return WaitForAll(ends);
        }
        finally
        {
            processes.ForEach(static process => SelfProcess.End(process, TimeSpan.FromSeconds(1)));
        }
    }

    /// <summary>Runs all ranks as threads of this process.</summary>
    /// <returns>How many elements were wrong.</returns>
    public static long RunThreads(CollRequest request, ICollReport report)
    {
        using UrmaContext context = Open(request);
        UniqueId id = UniqueId.FromName(NewJob);
        var wrong = new long[request.Ranks];
        var failures = new Exception?[request.Ranks];
        Thread[] threads = [.. Enumerable.Range(0, request.Ranks).Select(rank => new Thread(() =>
        {
            try
            {
                wrong[rank] = Run(context, request, new CollSeat(rank, request.Ranks, rank, id), rank == 0 ? report : null);
            }
#pragma warning disable CA1031 // rethrown on the thread that waits
            catch (Exception error)
            {
                failures[rank] = error;
            }
#pragma warning restore CA1031
        })
        {
            Name = $"urma-rank-{rank}",
            IsBackground = true,
        })];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        if (Array.Find(failures, static failure => failure is not null) is { } first)
        {
            ExceptionDispatchInfo.Throw(first);
        }

        return wrong[0];
    }

    /// <summary>Runs this process's rank.</summary>
    /// <returns>How many elements were wrong at all ranks.</returns>
    public static long RunSeat(CollRequest request, CollSeat seat, ICollReport report)
    {
        using UrmaContext context = Open(request);
        try
        {
            return Run(context, request, seat, seat.Rank == 0 ? report : null);
        }
        catch (UrmaException error)
        {
            throw new ToolException($"rank {seat.Rank}: {error.Message}", error);
        }
    }

    // The context's and the communicator's threads come to life before the measuring thread is bound, or they would share its processor.
    private static long Run(UrmaContext context, CollRequest request, CollSeat seat, ICollReport? report)
    {
        long wrong = 0;
        int[]? processors = CollProcessors.Of(request);
        using Communicator communicator = Communicator.Create(
            context, seat.Id, seat.Rank, seat.Size, new CommunicatorOptions { Name = "urma-coll", Timeout = OperationTimeout });
        try
        {
            if (processors is not null && seat.Place < processors.Length)
            {
                int processor = processors[seat.Place];
                MeasuringThread.Run(processor, () => wrong = CollRun.Measure(new CollMember(context, communicator, request, processor), report));
            }
            else
            {
                wrong = CollRun.Measure(new CollMember(context, communicator, request, -1), report);
            }
        }
        catch (Exception error) when (error is not CollectiveException)
        {
            communicator.Abort(error.Message);
            throw;
        }

        return wrong;
    }

    private static UrmaContext Open(CollRequest request) =>
        UrmaContext.Open(request.Device, new UrmaContextOptions { Label = "urma coll" });

    private static int WaitForAll(Task<int>[] ends)
    {
        var open = new List<Task<int>>(ends);
        int failed = 0;
        long deadline = long.MaxValue;
        while (open.Count > 0)
        {
            int wait = failed == 0 ? Timeout.Infinite : (int)Math.Max(0, deadline - Environment.TickCount64);
            int index = Task.WaitAny([.. open], wait);
            if (index < 0)
            {
                throw new ToolException($"A rank failed, and {open.Count} of {ends.Length} did not end within {Patience.TotalSeconds:0} s: look for the messages above.");
            }

            int exitCode = open[index].GetAwaiter().GetResult();
            open.RemoveAt(index);
            if (exitCode != 0 && failed == 0)
            {
                (failed, deadline) = (exitCode, Environment.TickCount64 + (long)Patience.TotalMilliseconds);
            }
        }

        return failed;
    }
}
