using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Urma.Net.Interop.Headers.Model;
using Urma.Net.Interop.Headers.Types;

namespace Urma.Net.Interop.Headers.Clang;

/// <summary>Finds the macros that are constants, and has the compiler work out their values and types.</summary>
internal static partial class MacroReader
{
    private const string ValuePrefix = "urma_probe_value_";
    private const string TypePrefix = "urma_probe_type_";

    /// <summary>Names of macros without parameters but with a body, and the file of each, in the order of the text.</summary>
    /// <param name="preprocessed">What <c>clang -E -dD</c> prints.</param>
    /// <param name="isWanted">Says whether a file's macros are wanted.</param>
    public static List<(string Name, string File)> Candidates(string preprocessed, Func<string, bool> isWanted)
    {
        var found = new List<(string Name, string File)>();
        var file = string.Empty;
        foreach (string line in preprocessed.Split('\n'))
        {
            if (LineMarker().Match(line) is { Success: true } marker)
            {
                file = marker.Groups["file"].Value;
            }
            else if (line.StartsWith("#undef ", StringComparison.Ordinal))
            {
                found.RemoveAll(macro => macro.Name == line["#undef ".Length..].Trim());
            }
            else if (Definition().Match(line) is { Success: true } definition && isWanted(file))
            {
                string name = definition.Groups["name"].Value;
                found.RemoveAll(macro => macro.Name == name);
                found.Add((name, file));
            }
        }

        return found;
    }

    /// <summary>
    /// Source text that makes each macro an enumerator, which tells its value, and the initial value of a variable,
    /// which tells its type. Those that are no expressions are errors for the compiler, and that is how they are told.
    /// </summary>
    public static string Probe(IReadOnlyList<(string Name, string File)> candidates)
    {
        var text = new StringBuilder();
        for (var i = 0; i < candidates.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"enum {{ {ValuePrefix}{i} = ({candidates[i].Name}) }};\n");
            text.Append(CultureInfo.InvariantCulture, $"static const __auto_type {TypePrefix}{i} = ({candidates[i].Name});\n");
        }

        return text.ToString();
    }

    /// <summary>Reads the answers.</summary>
    public static IEnumerable<CConstant> Read(string json, IReadOnlyList<(string Name, string File)> candidates)
    {
        using JsonDocument document = AstTree.Parse(json);
        var values = new Dictionary<string, AstNode>(StringComparer.Ordinal);
        foreach (AstNode node in AstTree.Read(document).Children)
        {
            AstNode? named = node.Kind == "EnumDecl" ? node.Find("EnumConstantDecl") : node.Kind == "VarDecl" ? node : null;
            if (named?.Name.StartsWith("urma_probe_", StringComparison.Ordinal) == true && !named.Flag("isInvalid"))
            {
                values[named.Name] = named;
            }
        }

        for (var i = 0; i < candidates.Count; i++)
        {
            if (values.TryGetValue($"{TypePrefix}{i}", out AstNode? variable)
                && Constant(candidates[i], variable, values.GetValueOrDefault($"{ValuePrefix}{i}")) is { } constant)
            {
                yield return constant;
            }
        }
    }

    private static CConstant? Constant((string Name, string File) macro, AstNode variable, AstNode? enumerator)
    {
        CType type;
        try
        {
            type = TypeParser.Parse(variable.Type);
        }
        catch (FormatException)
        {
            return null;
        }

        if (type is { Kind: CTypeKind.Pointer, Target: { Kind: CTypeKind.Builtin, Name: "char" } })
        {
            // The value is a C literal, whose simple escapes are also JSON's.
            return variable.Find("StringLiteral")?.Text("value") is { Length: >= 2 } literal
                ? new CConstant(macro.Name, macro.File, null, 0, JsonSerializer.Deserialize(literal, PlainText.Default.String))
                : null;
        }

        return type.Kind is CTypeKind.Builtin or CTypeKind.Typedef or CTypeKind.Enum
            && enumerator?.Find("ConstantExpr")?.Text("value") is { Length: > 0 } value
            ? new CConstant(macro.Name, macro.File, type, Int128.Parse(value, CultureInfo.InvariantCulture), null)
            : null;
    }

    [GeneratedRegex("^# \\d+ \"(?<file>[^\"]*)\"")]
    private static partial Regex LineMarker();

    [GeneratedRegex(@"^#define (?<name>[A-Za-z_]\w*) +\S")]
    private static partial Regex Definition();
}
