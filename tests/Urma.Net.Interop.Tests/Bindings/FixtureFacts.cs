using System.Globalization;
using System.Text;
using System.Text.Json;
using Urma.Net.Interop.Headers.Abi;
using Urma.Net.Interop.Tests.Abi;
using Urma.Net.Tests.Linux;

namespace Urma.Net.Interop.Tests.Bindings;

/// <summary>What the C compiler says about the fixture's header, fact for fact as the generator describes it.</summary>
internal static class FixtureFacts
{
    private const int Shown = 1 << 16;

    internal static string Folder { get; } = Path.Combine(Repository.Root, "tests", "Urma.Net.Interop.Bindings", "Fixture");

    /// <summary>What the generator has written down.</summary>
    internal static IReadOnlyList<AbiFact> Described { get; } =
        AbiDescription.FromText(File.ReadAllText(Path.Combine(Folder, "FixtureMethods.abi.txt"))).Facts;

    /// <summary>What a program compiled against the header says about the same names, functions left out.</summary>
    internal static IReadOnlyList<string> Measured()
    {
        using var folder = new TemporaryDirectory();
        string program = Path.Combine(folder.Path, "facts");
        (bool correct, string complaints) = CCompiler.Run(
            CCompiler.Native!, ["-std=gnu11", $"-I{Folder}", "-x", "c", "-", "-o", program], Program());
        Assert.True(correct, complaints[..Math.Min(complaints.Length, Shown)]);
        (correct, string output) = CCompiler.Run(program, []);
        Assert.True(correct, output);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>A fact on a line, as the program prints it.</summary>
    internal static string Line(AbiFact fact) => $"{fact.Kind}|{fact.Name}|{fact.Value}";

    private static string Program()
    {
        var text = new StringBuilder("""
            #include "fixture.h"
            #include <stdio.h>
            #include <string.h>
            #define TYPE(name, c) printf("Type|%s|size %zu, alignment %zu\n", name, sizeof(c), _Alignof(c))
            #define MEMBER(name, c, path, size) printf("Member|%s|offset %zu, size %zu\n", name, offsetof(c, path), (size_t)(size))
            #define BITS(name, c, path) do { c value; memset(&value, 0, sizeof(value)); value.path = -1; show(name, (const unsigned char *)&value, sizeof(value)); } while (0)
            #define NUMBER(kind, name, value) printf((value) < 0 ? kind "|%s|%lld\n" : kind "|%s|%llu\n", name, (unsigned long long)(value))
            static void show(const char *name, const unsigned char *bytes, size_t size)
            {
                int first = -1, width = 0;
                for (size_t bit = 0; bit < size * 8; bit++) {
                    if (bytes[bit / 8] >> (bit % 8) & 1) {
                        first = first < 0 ? (int)bit : first;
                        width++;
                    }
                }
                printf("Member|%s|bit %d, width %d\n", name, first, width);
            }
            int main(void)
            {

            """);
        foreach (AbiFact fact in Described)
        {
            text.Append(CultureInfo.InvariantCulture, $"    {Statement(fact)};\n");
        }

        return text.Append("    return 0;\n}\n").ToString();
    }

    private static string Statement(AbiFact fact)
    {
        string[] names = fact.Name.Split('.', 2);
        string type = names[0].EndsWith("_t", StringComparison.Ordinal) ? names[0] : $"struct {names[0]}";
        string path = names[^1].Replace("rows.", "rows[0].", StringComparison.Ordinal);
        return fact.Kind switch
        {
            AbiKind.Type => $"TYPE(\"{fact.Name}\", {type})",
            AbiKind.Member when fact.Value.StartsWith("bit", StringComparison.Ordinal) => $"BITS(\"{fact.Name}\", {type}, {path})",

            // What follows a struct has no size to ask for.
            AbiKind.Member => $"MEMBER(\"{fact.Name}\", {type}, {path}, {(path == "tail" && fact.Value.EndsWith("size 0", StringComparison.Ordinal) ? "0" : $"sizeof((({type} *)0)->{path})")})",
            AbiKind.Enum => $"printf(\"Enum|{fact.Name}|size %zu\\n\", sizeof({fact.Name}))",
            AbiKind.Enumerator => $"NUMBER(\"Enumerator\", \"{fact.Name}\", {path})",
            AbiKind.Constant when fact.Value[0] == '"' =>
                $"printf(\"Constant|{fact.Name}|%s\\n\", strcmp({fact.Name}, {Literal(JsonSerializer.Deserialize<string>(fact.Value)!)}) ? \"?\" : {Literal(fact.Value)})",
            AbiKind.Constant => $"NUMBER(\"Constant\", \"{fact.Name}\", {fact.Name})",
            _ => "(void)0",
        };
    }

    private static string Literal(string text) => "\"" + text
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal) + "\"";
}
