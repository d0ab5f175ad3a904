using System.CommandLine;
using System.Globalization;
using System.Reflection;
using Spectre.Console;
using Urma.Net.Ub;

namespace Urma.Net.Tool.Commands;

/// <summary><c>urma info</c>: providers, devices, capabilities, and who is on the fabric.</summary>
internal static class InfoCommand
{
    // A busy machine can take its time to schedule an engine's control thread.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var command = new Command("info", "Show providers, devices, what they can do, and the engines alive on the fabric");
        CommandRunner.SetAction(command, _ =>
        {
            Screen.Console.MarkupLineInterpolated($"[bold]urma[/] {Version()} on {System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription}, Linux {Environment.OSVersion.Version}");
            foreach (UrmaProvider provider in UrmaProvider.All)
            {
                Print(provider);
            }

            PrintSharedMemory();
            PrintEngines();
            return 0;
        });
        return command;
    }

    private static void Print(UrmaProvider provider)
    {
        Screen.Console.WriteLine();
        Screen.Console.MarkupLineInterpolated($"[bold]provider {provider.Name}[/]");
        if (provider.NotSupportedReason is { } reason)
        {
            Screen.Console.MarkupLineInterpolated($"  [yellow]not available:[/] {reason}");
            return;
        }

        if (provider is UbProvider ub)
        {
            Screen.Console.MarkupLineInterpolated($"  library {ub.LibraryPath}");
        }

        foreach (UrmaDevice device in provider.GetDevices())
        {
            Screen.Console.MarkupLineInterpolated($"  device {device.Name}   EID {device.Eid}   opened by \"{device.ConnectionString}\"");
        }

        ProviderCapabilities can = provider.Capabilities;
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().Padding(2, 0, 3, 0)).AddColumn();
        Row(grid, "load and store", can.SupportsMapping ? "yes, imported segments are mapped" : "no");
        Row(grid, "atomics", $"{can.Atomics}{(can.AtomicsAreGlobal ? ", atomic against the owner's processor too" : string.Empty)}");
        Row(grid, "names on the fabric", can.SupportsRendezvous ? "yes" : "no");
        Row(grid, "inline payload", $"up to {can.MaxInlineLength} bytes");
        Row(grid, "message", $"up to {Bytes(can.MaxMessageLength)}");
        Row(grid, "SGE list", $"up to {can.MaxSge} elements, {can.MaxReceiveSge} in a receive");
        Row(grid, "queue depths", $"JFS {can.MaxJfsDepth}, JFR {can.MaxJfrDepth}, JFC {can.MaxJfcDepth}");
        Row(grid, "segments", $"up to {can.MaxSegments} per context");
        Screen.Console.Write(grid);
    }

    private static void PrintSharedMemory()
    {
        Screen.Console.WriteLine();
        Screen.Console.MarkupLine("[bold]memory shared by UB hosts[/] (libobmm)");
        if (UbSharedMemory.NotSupportedReason is { } reason)
        {
            Screen.Console.MarkupLineInterpolated($"  [yellow]not available:[/] {reason}");
            return;
        }

        Screen.Console.MarkupLineInterpolated($"  library {UbSharedMemory.LibraryPath}");
    }

    private static void PrintEngines()
    {
        Screen.Console.WriteLine();
        Screen.Console.MarkupLine("[bold]engines alive[/]");
        var table = new Table { Border = TableBorder.None, ShowHeaders = true }.AddColumns("  device", "UASID", "process", "label");
        foreach (string number in new[] { "writes", "reads", "sends", "atomics", "bytes", "errors", "receiver not ready" })
        {
            table.AddColumn(new TableColumn(number).RightAligned());
        }

        int engines = 0;
        List<string> troubles = [];
        List<string> models = [];
        foreach (UrmaDevice device in UrmaDiagnostics.GetActiveDevices())
        {
            foreach (UrmaEngineInfo engine in UrmaDiagnostics.GetEngines(device, Patience))
            {
                engines++;
                string uasid = engine.Uasid.ToString("x6", CultureInfo.InvariantCulture);
                string process = engine.ProcessId == 0 ? "?" : engine.ProcessId.ToString(CultureInfo.InvariantCulture);
                table.AddRow(
                [
                    .. new[] { "  " + device.ConnectionString, uasid, process, engine.Label ?? "?" }.Select(Markup.Escape),
                    .. Numbers(engine.Counters),
                ]);
                if (engine.FabricModel is { } model)
                {
                    models.Add($"{device.ConnectionString} {uasid}: {model}");
                }

                if (engine.Trouble is { } trouble)
                {
                    troubles.Add($"{device.ConnectionString} {uasid}: {trouble}");
                }
            }
        }

        if (engines == 0)
        {
            Screen.Console.WriteLine("  none (those of fabrics in a directory cannot be found)");
            return;
        }

        Screen.Console.Write(table);
        foreach (string model in models)
        {
            Screen.Console.MarkupLineInterpolated($"  [yellow]fabric model ON:[/] {model}");
        }

        foreach (string trouble in troubles)
        {
            Screen.Console.MarkupLineInterpolated($"  [yellow]not readable:[/] {trouble}");
        }
    }

    private static IEnumerable<string> Numbers(UrmaCounters? counters) =>
        counters is { } c
            ? new[] { c.Writes, c.Reads, c.Sends, c.Atomics, c.Bytes, c.Errors, c.ReceiverNotReady }
                .Select(n => n.ToString("N0", CultureInfo.InvariantCulture))
            : Enumerable.Repeat("?", 7);

    private static void Row(Grid grid, string key, string value) => grid.AddRow(Markup.Escape(key), Markup.Escape(value));

    private static string Bytes(long bytes) => bytes >= 1L << 40 ? $"{bytes >> 40} TiB" : bytes >= 1L << 30 ? $"{bytes >> 30} GiB" : bytes.ToString(CultureInfo.InvariantCulture);

    private static string Version() =>
        typeof(InfoCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "?";
}
