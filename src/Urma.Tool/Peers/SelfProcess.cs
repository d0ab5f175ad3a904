using System.Diagnostics;

namespace Urma.Net.Tool.Peers;

/// <summary>Starts this program again with other arguments, whether it runs as <c>urma</c> or as <c>dotnet urma.dll</c>.</summary>
internal static class SelfProcess
{
    private const string AssemblyFile = "urma.dll";

    /// <summary>The words that start this program: itself, or <c>dotnet</c> and its assembly.</summary>
    /// <exception cref="ToolException">The system does not say.</exception>
    public static string[] Command()
    {
        string program = Environment.ProcessPath
            ?? throw new ToolException("The path of this program cannot be determined, so it cannot start itself again. Is /proc mounted?");
        return Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase)
            ? [program, Path.Combine(AppContext.BaseDirectory, AssemblyFile)]
            : [program];
    }

    /// <summary>Starts it. Its standard input is a pipe from us, whose end tells it that we are gone.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="captureOutput">Whether its standard output comes to us; otherwise it goes where ours goes.</param>
    public static Process Start(IEnumerable<string> arguments, bool captureOutput = false)
    {
        string[] command = Command();
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = captureOutput,
            UseShellExecute = false,
        };
        foreach (string argument in command.Skip(1).Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new ToolException($"'{command[0]}' could not be started as a peer.");
    }

    /// <summary>Ends this process when the one that started it is gone, however it ended.</summary>
    public static void ExitWithParent()
    {
        var watcher = new Thread(() =>
        {
            Span<byte> ignored = stackalloc byte[64];
            using Stream input = Console.OpenStandardInput();
            while (input.Read(ignored) > 0)
            {
            }

            Environment.Exit(3);
        })
        {
            IsBackground = true,
            Name = "urma-parent",
        };
        watcher.Start();
    }

    /// <summary>Waits for the process a little, then ends it.</summary>
    public static void End(Process process, TimeSpan patience)
    {
        try
        {
            process.StandardInput.Close();
            if (!process.WaitForExit(patience))
            {
                process.Kill();
                process.WaitForExit(patience);
            }
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in between.
        }
        finally
        {
            process.Dispose();
        }
    }
}
