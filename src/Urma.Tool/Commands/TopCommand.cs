using System.CommandLine;
using Spectre.Console;
using Urma.Net.Tool.Watch;

namespace Urma.Net.Tool.Commands;

/// <summary><c>urma top</c>: a live table of every engine on the machine's fabrics.</summary>
internal static class TopCommand
{
    // Room for everything: nobody looks at a pipe through a window.
    private const int RedirectedWidth = 240;

    public static Command Create()
    {
        Argument<string?> device = new("device")
        {
            Description = "Connection string of the one device to look at; all devices with an engine when left out",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<double> interval = new("--interval", "-i") { Description = "Seconds between two looks", DefaultValueFactory = static _ => 1 };
        interval.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0.1 and <= 3600))
            {
                result.AddError("--interval lies between 0.1 and 3600 seconds.");
            }
        });
        Option<string> sort = new("--sort", "-s") { Description = "The column to sort by", DefaultValueFactory = static _ => TopColumn.All[0].Name };
        sort.AcceptOnlyFromAmong([.. TopColumn.All.Select(static column => column.Name)]);
        Option<bool> once = new("--once") { Description = "Print one table and end" };
        Option<int?> count = new("--count", "-n") { Description = "End after so many tables" };
        var command = new Command("top", "Watch the engines alive: rates, stalls, queue depth, latency and peers, from outside their processes")
        {
            device, interval, sort, once, count,
        };
        CommandRunner.SetAction(command, parsed =>
        {
            if (Console.IsOutputRedirected)
            {
                Screen.Console.Profile.Width = RedirectedWidth;
            }

            var view = new TopView(parsed.GetValue(device), TimeSpan.FromSeconds(parsed.GetValue(interval)), TopColumn.Parse(parsed.GetValue(sort)!));
            (parsed.GetValue(once) ? view.ShowOnce() : view.Show(parsed.GetValue(count))).GetAwaiter().GetResult();
            return 0;
        });
        return command;
    }
}
