using System.Text.Json;
using Urma.Net.Interop.Headers.Clang;
using Urma.Net.Interop.Headers.Model;

namespace Urma.Net.Interop.Headers;

/// <summary>Has clang read headers, and gathers what it understood.</summary>
public static class HeaderReader
{
    /// <summary>Reads the headers. Runs the compiler four times; takes about a second.</summary>
    /// <exception cref="ClangException">There is no clang, or it did not understand the headers.</exception>
    public static HeaderModel Read(HeaderSet set)
    {
        ClangProgram clang = ClangProgram.Find();
        string source = Path.Combine(Path.GetTempPath(), $"urma-headers-{Environment.ProcessId}-{Guid.NewGuid():N}.c");
        try
        {
            return Read(set, clang, source);
        }
        finally
        {
            File.Delete(source);
        }
    }

    private static HeaderModel Read(HeaderSet set, ClangProgram clang, string source)
    {
        Func<string, bool> isWanted = Wanted(set);
        string includes = string.Concat(set.Files.Select(file => $"#include \"{file}\"\n"));
        string[] common =
        [
            "-std=gnu11", "-w", .. set.IncludeDirectories.Select(folder => $"-I{folder}"), .. set.Defines.Select(macro => $"-D{macro}"),
            .. set.CompilerArguments, source,
        ];

        File.WriteAllText(source, includes);
        using JsonDocument document = AstTree.Parse(clang.Run(["-fsyntax-only", "-Xclang", "-ast-dump=json", .. common]));
        AstNode unit = AstTree.Read(document);
        var reader = new AstReader(isWanted);

        // Not -fdump-record-layouts-complete: it prints layouts before the attributes that follow a struct, such as packed, are known.
        File.WriteAllText(source, includes + reader.ReadNames(unit));
        reader.Read(unit, LayoutReader.Read(clang.Run(["-fsyntax-only", "-Xclang", "-fdump-record-layouts", .. common])));

        File.WriteAllText(source, includes);
        List<(string Name, string File)> macros = MacroReader.Candidates(clang.Run(["-E", "-dD", .. common]), isWanted);
        File.WriteAllText(source, includes + MacroReader.Probe(macros));
        string answers = clang.Run(["-fsyntax-only", "-ferror-limit=0", "-Xclang", "-ast-dump=json", .. common], mayFail: true);

        return new HeaderModel
        {
            IsWanted = isWanted,
            HeaderName = file => HeaderName(set, file),
            Records = reader.Records,
            Enums = reader.Enums,
            Typedefs = reader.Typedefs,
            Functions = [.. reader.Functions.Values.Where(function => isWanted(function.File))],
            Constants = [.. MacroReader.Read(answers, macros)],
        };
    }

    // The compiler spells a file by the folder it found it in; a wanted header may be found in any of them.
    private static Func<string, bool> Wanted(HeaderSet set)
    {
        string[] paths = [.. set.Files.Concat(set.Traversed).SelectMany(file => Folders(set).Select(folder => Path.GetFullPath(Path.Combine(folder, file))))];
        return file => file.Length > 0 && Path.GetFullPath(file) is var path && paths.Any(wanted => path == wanted || IsBelow(wanted, path));
    }

    private static string HeaderName(HeaderSet set, string file)
    {
        string path = Path.GetFullPath(file);
        return Folders(set).Select(Path.GetFullPath).Where(folder => IsBelow(folder, path)).OrderByDescending(folder => folder.Length)
            .Select(folder => path[(folder.Length + 1)..]).FirstOrDefault(path);
    }

    private static IEnumerable<string> Folders(HeaderSet set) => [.. set.IncludeDirectories, ".", "/usr/include"];

    private static bool IsBelow(string folder, string path) =>
        path.Length > folder.Length && path[folder.Length] == '/' && path.StartsWith(folder, StringComparison.Ordinal);
}
