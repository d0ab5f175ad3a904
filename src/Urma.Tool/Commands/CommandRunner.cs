using System.CommandLine;

namespace Urma.Net.Tool.Commands;

/// <summary>Turns failures that the user can act on into a line on standard error and exit code 1.</summary>
internal static class CommandRunner
{
    public static void SetAction(Command command, Func<ParseResult, int> action) => command.SetAction(parsed =>
    {
        try
        {
            return action(parsed);
        }
        catch (Exception error) when (error is ToolException or UrmaException or TimeoutException)
        {
            Console.Error.WriteLine($"urma: {error.Message}");
            return 1;
        }
    });

    /// <summary>The option every command that opens a device has.</summary>
    public static Option<string> ProviderOption() => new("--provider")
    {
        Description = "Connection string of the device to use",
        DefaultValueFactory = _ => "loopback://fabric",
    };

    /// <summary>The option of commands that can put a modelled link between the two ends.</summary>
    public static Option<string?> FabricOption() => new("--fabric")
    {
        Description = "Model a slower link: local, cross-numa, ub, rdma, or latency and bandwidth such as 1.5us,12GB/s",
    };

    /// <summary>Reads <see cref="FabricOption"/>; null when it was not given.</summary>
    public static FabricModel? ReadFabric(string? text)
    {
        try
        {
            // The tool's own control area and its yardsticks are plain memory: views of it are not what is measured.
            return text is null ? null : FabricModel.Parse(text) with { AllowUndelayedViews = true };
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            throw new ToolException(error.Message);
        }
    }
}
