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
}
