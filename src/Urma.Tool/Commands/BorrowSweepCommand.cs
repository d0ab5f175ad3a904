using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Urma.Net.Tool.Peers;
using Urma.Net.Tool.Perftest;
using Urma.Net.Tool.Placement;

namespace Urma.Net.Tool.Commands;

/// <summary><c>urma perftest borrow</c>: the loss by borrowed memory, measured and calculated.</summary>
internal static class BorrowSweepCommand
{
    public static Command Create()
    {
        Option<string> provider = CommandRunner.ProviderOption();
        Option<string> local = new("--local") { Description = "The modelled link to own memory", DefaultValueFactory = _ => "local" };
        Option<string> borrowed = new("--borrowed") { Description = "The modelled link to borrowed memory", DefaultValueFactory = _ => "ub" };
        Option<int> slices = new("--slices") { Description = "Slices of 1,000 loads for each point", DefaultValueFactory = _ => 400 };
        Option<string?> cpu = new("--cpu") { Description = "Processors of this end and the other, such as 0,1" };
        Option<string?> json = new("--json") { Description = "Print one JSON object instead of the tables; '-' for standard output" };
        json.AcceptOnlyFromAmong("-");
        var command = new Command("borrow", "Loss by borrowed memory over modelled links: by ratio, and by locality; measured beside the closed form")
        {
            provider, local, borrowed, slices, cpu, json,
        };
        CommandRunner.SetAction(command, parsed =>
        {
            if (parsed.GetValue(slices) < 1)
            {
                throw new ToolException("--slices must be at least 1.");
            }

            using var sweep = new BorrowSweep(
                parsed.GetValue(provider)!,
                CommandRunner.ReadFabric(parsed.GetValue(local))! with { AllowUndelayedViews = false },
                CommandRunner.ReadFabric(parsed.GetValue(borrowed))! with { AllowUndelayedViews = false },
                parsed.GetValue(slices));
            MeasuringThread.Run(ProcessorPair.Parse(parsed.GetValue(cpu)).Client, () =>
            {
                sweep.WarmUp();
                IReadOnlyList<SweepPoint> ratios = sweep.MeasureRatios();
                IReadOnlyList<SweepPoint> locality = sweep.MeasureLocality();
                if (parsed.GetValue(json) is not null)
                {
                    Console.WriteLine(PerftestJson.Text(Json(sweep, ratios, locality)));
                }
                else
                {
                    Print(sweep, ratios, locality);
                }
            });
            return 0;
        });
        return command;
    }

    private static void Print(BorrowSweep sweep, IReadOnlyList<SweepPoint> ratios, IReadOnlyList<SweepPoint> locality)
    {
        Console.WriteLine($"Fabric model: ON, own memory behind {sweep.Local}, borrowed memory behind {sweep.Borrowed}");
        Console.WriteLine("Loss: how much slower than with own memory only, measured side by side; closed form: share x (borrowed - own) / own");
        Console.WriteLine();
        Print("Uniform accesses", ratios);
        Print("25 % borrowed, the coldest; accesses by Zipf's law", locality);
        Console.WriteLine(BorrowSweep.FindGoal(locality) is { } goal
            ? Line($"The loss drops under {BorrowSweep.LossGoal:P0} where {goal.Share:P2} of the accesses go to borrowed memory (exponent {goal.Exponent:F2}).")
            : Line($"The loss does not pass {BorrowSweep.LossGoal:P0} between these points."));
    }

    private static void Print(string title, IReadOnlyList<SweepPoint> points)
    {
        Console.WriteLine(title);
        Console.WriteLine(" borrowed  exponent  remote accesses  ns/access     loss  closed form   error");
        foreach (SweepPoint point in points)
        {
            Console.WriteLine(Line(
                $" {point.Ratio,8:P0}  {point.Exponent,8:F1}  {point.RemoteShare,15:P2}  {point.Nanoseconds,9:F1}  {point.Loss,7:P1}  {point.ClosedForm,11:P1}  {point.Error,6:P1}"));
        }

        Console.WriteLine();
    }

    private static JsonObject Json(BorrowSweep sweep, IReadOnlyList<SweepPoint> ratios, IReadOnlyList<SweepPoint> locality) => new()
    {
        ["test"] = "borrow",
        ["fabric_model"] = new JsonObject { ["own"] = $"{sweep.Local}", ["borrowed"] = $"{sweep.Borrowed}" },
        ["by_ratio"] = Json(ratios),
        ["by_locality"] = Json(locality),
        ["loss_goal"] = BorrowSweep.LossGoal,
        ["remote_share_at_goal"] = BorrowSweep.FindGoal(locality)?.Share,
    };

    private static JsonArray Json(IReadOnlyList<SweepPoint> points) => new([.. points.Select(static point => new JsonObject
    {
        ["ratio"] = point.Ratio,
        ["zipf_exponent"] = point.Exponent,
        ["remote_share"] = point.RemoteShare,
        ["access_ns"] = point.Nanoseconds,
        ["loss"] = point.Loss,
        ["closed_form"] = point.ClosedForm,
    })]);

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
