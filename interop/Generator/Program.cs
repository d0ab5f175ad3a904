using System.CommandLine;
using System.Globalization;
using Urma.Net.Interop.Generator;
using Urma.Net.Interop.Headers;
using Urma.Net.Interop.Headers.Clang;

// The options have the names that users of ClangSharp's generator know.
Option<string[]> file = new("--file", "-f") { Description = "A header to bind, as an #include names it", Required = true };
Option<string[]> traverse = new("--traverse", "-t") { Description = "A header, or a folder of headers, to bind when one of the files includes it" };
Option<string[]> include = new("--include-directory", "-I") { Description = "A folder in which #include looks" };
Option<string[]> define = new("--define-macro", "-D") { Description = "A macro to define: NAME or NAME=VALUE" };
Option<string[]> additional = new("--additional", "-a") { Description = "A further argument for clang" };
Option<string> space = new("--namespace", "-n") { Description = "The namespace of everything written", Required = true };
Option<string> methodClass = new("--methodClassName", "-m") { Description = "The class with the functions and constants", DefaultValueFactory = _ => "Methods" };
Option<string> library = new("--libraryPath", "-l") { Description = "The library's file name, for messages", Required = true };
Option<string> hint = new("--missing-hint") { Description = "What to say when the loaded library lacks a function", DefaultValueFactory = _ => string.Empty };
Option<string> output = new("--output", "-o") { Description = "The folder to write to", Required = true };
Option<string[]> remap = new("--remap", "-r") { Description = "A C name and its name in C#: OLD=NEW" };
Option<string[]> exclude = new("--exclude", "-e") { Description = "A type, function or constant to leave out" };
Option<string[]> config = new("--config", "-c") { Description = "multi-file (always so), generate-macro-bindings (constants, too), description-only (no C#)" };
config.AcceptOnlyFromAmong("multi-file", "generate-macro-bindings", "description-only");
Option<string[]> arm64Size = new("--arm64-size") { Description = "A type of another header that has another size on arm64, and that size: NAME=BYTES" };
Option<bool> check = new("--check") { Description = "Write nothing; say what would change, with exit code 1 if anything would" };

var command = new RootCommand("Writes internal C# for C headers, with the help of clang. Options are usually in a response file: @generate.rsp.")
{
    file, traverse, include, define, additional, space, methodClass, library, hint, output, remap, exclude, config, arm64Size, check,
};
command.SetAction(parsed =>
{
    var options = new GeneratorOptions
    {
        Headers = new HeaderSet
        {
            Files = parsed.GetValue(file)!,
            Traversed = parsed.GetValue(traverse) ?? [],
            IncludeDirectories = parsed.GetValue(include) ?? [],
            Defines = parsed.GetValue(define) ?? [],
            CompilerArguments = parsed.GetValue(additional) ?? [],
        },
        Namespace = parsed.GetValue(space)!,
        MethodClass = parsed.GetValue(methodClass)!,
        Library = parsed.GetValue(library)!,
        MissingHint = parsed.GetValue(hint)!,
        Output = parsed.GetValue(output)!,
        Remaps = Pairs(parsed.GetValue(remap)),
        Excludes = (parsed.GetValue(exclude) ?? []).ToHashSet(StringComparer.Ordinal),
        WithConstants = (parsed.GetValue(config) ?? []).Contains("generate-macro-bindings"),
        Arm64Sizes = Pairs(parsed.GetValue(arm64Size)).ToDictionary(pair => pair.Key, pair => long.Parse(pair.Value, CultureInfo.InvariantCulture)),
        IsDescriptionOnly = (parsed.GetValue(config) ?? []).Contains("description-only"),
    };
    try
    {
        IReadOnlyDictionary<string, string> files = BindingGenerator.Generate(options);
        IReadOnlyList<string> changed = parsed.GetValue(check)
            ? OutputFolder.Differences(options.Output, files)
            : OutputFolder.Write(options.Output, files);
        foreach (string name in changed)
        {
            Console.Out.WriteLine($"{(parsed.GetValue(check) ? "differs" : "wrote")}: {Path.Combine(options.Output, name)}");
        }

        Console.Out.WriteLine($"{options.Output}: {files.Count} files, {changed.Count} {(parsed.GetValue(check) ? "would change" : "changed")}");
        return parsed.GetValue(check) && changed.Count > 0 ? 1 : 0;
    }
    catch (Exception error) when (error is ClangException or NotSupportedException)
    {
        Console.Error.WriteLine($"interop-generator: {error.Message}");
        return 2;
    }
});
return command.Parse(args).Invoke();

static Dictionary<string, string> Pairs(string[]? texts) =>
    (texts ?? []).Select(text => text.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair.Length == 2 ? pair[1] : string.Empty, StringComparer.Ordinal);
