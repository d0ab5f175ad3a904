using System.CommandLine;
using Urma.Net.Tool.Coll;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Commands;

/// <summary><c>urma coll</c>: collective operations, measured and checked as nccl-tests does.</summary>
internal static class CollCommand
{
    private const string StandardOutput = "-";

    public static Command Create()
    {
        var options = new CollOptions();
        var command = new Command("coll", "Measure a collective operation: options, table and JSON of nccl-tests");
        options.AddTo(command);
        CommandRunner.SetAction(command, parsed =>
        {
            (CollRequest request, CollSeat? seat) = options.Read(parsed);

            // Asked for before any thread is bound.
            _ = CollProcessors.Of(request);
            if (seat is null && !request.Threads)
            {
                return CollRanks.RunProcesses(request);
            }

            bool isChild = seat is not null && parsed.GetResult(CollRanks.SeatOption) is not null;
            if (isChild)
            {
                SelfProcess.ExitWithParent();
            }

            using StreamWriter? file = (seat is null || seat.Rank == 0) && request.Json is { } path && path != StandardOutput ? Open(path) : null;
            ICollReport report = Report(request, file);
            long wrong = seat is null ? CollRanks.RunThreads(request, report) : CollRanks.RunSeat(request, seat, report);
            return wrong == 0 ? 0 : 1;
        });
        return command;
    }

    private static ICollReport Report(CollRequest request, StreamWriter? file) =>
        request.Json == StandardOutput ? new CollJson(request, Console.Out)
        : file is not null ? new CollReports([new CollTable(Console.Out, request), new CollJson(request, file)])
        : new CollTable(Console.Out, request);

    private static StreamWriter Open(string path)
    {
        try
        {
            return new StreamWriter(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"-J {path}: {error.Message}", error);
        }
    }
}
