using System.CommandLine;
using Urma.Net.Tool;

namespace Urma.Net.Compare.Measuring;

/// <summary>Turns failures into a line on standard error and exit code 1.</summary>
internal static class CommandAction
{
    public static void Set(Command command, Action<ParseResult> action) => command.SetAction(parsed =>
    {
        try
        {
            action(parsed);
            return 0;
        }
        catch (Exception error) when (error is ToolException or UrmaException or TimeoutException or IOException)
        {
            Console.Error.WriteLine($"{command.Name}: {error.Message}");
            return 1;
        }
    });
}
