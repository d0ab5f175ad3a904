using Spectre.Console;

namespace Urma.Net.Tool;

/// <summary>Where tables and coloured lines go. Looking at the terminal takes a while, so commands without such lines do without.</summary>
internal static class Screen
{
    private const int WidthOfFiles = 140;

    /// <summary>The console, made when first asked for.</summary>
    public static IAnsiConsole Console { get; } = Create();

    private static IAnsiConsole Create()
    {
        IAnsiConsole console = AnsiConsole.Console;
        if (System.Console.IsOutputRedirected)
        {
            // A file or a pipe wants neither colours nor lines broken at 80 characters.
            console.Profile.Capabilities.Ansi = false;
            console.Profile.Width = WidthOfFiles;
        }

        return console;
    }
}
