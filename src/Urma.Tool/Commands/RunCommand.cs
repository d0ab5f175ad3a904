using System.CommandLine;
using System.Runtime.InteropServices;

namespace Urma.Net.Tool.Commands;

/// <summary><c>urma run</c>: a program in the place of this one, with another library than the loader would find.</summary>
internal static class RunCommand
{
    private const string Library = "liburma.so.0";
    private const string SearchPath = "LD_LIBRARY_PATH";

    public static Command Create()
    {
        Option<bool> software = new("--software-ub") { Description = "Give the program the software UB device: liburma without hardware or driver" };
        Option<string?> library = new("--library") { Description = $"The directory that holds {Library}; found beside this tool when left out" };
        Option<string?> fabric = new("--fabric-name") { Description = "The fabric of the program's devices: programs of one fabric reach each other" };
        Argument<string[]> program = new("program") { Description = "The program and its arguments, behind --", Arity = ArgumentArity.OneOrMore };
        var command = new Command("run", "Run a program that uses liburma on the software UB device") { software, library, fabric, program };
        command.Validators.Add(result =>
        {
            if (!result.GetValue(software))
            {
                result.AddError("Say which device the program gets: urma run --software-ub -- program");
            }
        });
        CommandRunner.SetAction(command, parsed =>
        {
            string directory = Find(parsed.GetValue(library));
            Dictionary<string, string?> environment = ProgramImage.Environment();
            environment[SearchPath] = environment.GetValueOrDefault(SearchPath) is { Length: > 0 } before ? $"{directory}:{before}" : directory;
            environment["URMA_LIBURMA"] = Path.Combine(directory, Library);
            if (parsed.GetValue(fabric) is { } name)
            {
                environment["URMA_FABRIC"] = name;
            }

            string[] arguments = parsed.GetValue(program)!;
            int error = ProgramImage.Replace(arguments, environment);
            throw new ToolException($"'{arguments[0]}' could not be run: {Marshal.GetPInvokeErrorMessage(error)}.");
        });
        return command;
    }

    private static string Find(string? directory)
    {
        if (directory is not null)
        {
            return File.Exists(Path.Combine(directory, Library))
                ? Path.GetFullPath(directory)
                : throw new ToolException($"There is no {Library} in '{directory}'.");
        }

        return NativeFolder.Find(Library)
            ?? throw new ToolException($"The software UB device was not found beside this tool. Make it with './build.sh exports', or name its directory with --library.");
    }
}
