using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Urma.Net.Interop.Headers.Model;
using Urma.Net.Interop.Headers.Types;

namespace Urma.Net.Interop.Headers.Clang;

/// <summary>Collects types and functions from a syntax tree, and puts the members of structs where the compiler puts them.</summary>
internal sealed class AstReader(Func<string, bool> isWanted)
{
    private IReadOnlyDictionary<string, RecordLayout> _layouts = new Dictionary<string, RecordLayout>();
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    public Dictionary<string, CRecord> Records { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, CEnum> Enums { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, CType> Typedefs { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, CFunction> Functions { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads the names of types, and returns C text that makes the compiler lay all of them out.</summary>
    public string ReadNames(AstNode unit)
    {
        Dictionary<string, AstNode> tags = [];
        foreach (AstNode declaration in unit.Children)
        {
            RememberTags(declaration, tags);
        }

        // A typedef may name a type that is defined further down.
        foreach (AstNode declaration in unit.Children.Where(child => child.Kind == "TypedefDecl"))
        {
            ReadTypedef(declaration, tags);
        }

        IEnumerable<string> types = tags.Values.Where(tag => tag.Kind == "RecordDecl" && tag.Flag("completeDefinition"))
            .Select(tag => tag.Name.Length > 0 ? $"{tag.Text("tagUsed")} {tag.Name}" : _names.GetValueOrDefault(Key(tag), string.Empty))
            .Where(name => name.Length > 0).Distinct();
        return string.Concat(types.Select(type => $"_Static_assert(sizeof({type}) + 1, \"\");\n"));
    }

    /// <summary>Reads the declarations of the same unit.</summary>
    /// <param name="unit">The unit whose names were read.</param>
    /// <param name="layouts">What the compiler said about the layouts.</param>
    public void Read(AstNode unit, IReadOnlyDictionary<string, RecordLayout> layouts)
    {
        _layouts = layouts;
        foreach (AstNode declaration in unit.Children)
        {
            Read(declaration, isNested: false);
        }
    }

    private static void RememberTags(AstNode node, Dictionary<string, AstNode> tags)
    {
        if (node.Kind is "RecordDecl" or "EnumDecl")
        {
            tags[node.Text("id")] = node;
            foreach (AstNode child in node.Children)
            {
                RememberTags(child, tags);
            }
        }
    }

    private static string Key(AstNode node) => node.Name.Length > 0
        ? TagKey.Named(node.Kind == "EnumDecl" ? "enum" : node.Text("tagUsed"), node.Name)
        : TagKey.Unnamed(node.File, node.Line, node.Column);

    private void ReadTypedef(AstNode node, Dictionary<string, AstNode> tags)
    {
        // A typedef that names a tag, rather than a pointer or an array of it, says which declaration it means.
        AstNode? named = node.Children.Count == 1 && node.Children[0].Kind is "ElaboratedType" or "RecordType" or "EnumType" ? node.Children[0] : null;
        AstNode? tagType = named is null || named.Kind != "ElaboratedType" ? named : named.Children is [var first, ..] ? first : null;
        if (tagType?.Kind is "RecordType" or "EnumType"
            && tags.TryGetValue(tagType.Json.GetProperty("decl").GetProperty("id").GetString()!, out AstNode? tag))
        {
            string key = Key(tag);
            Typedefs[node.Name] = CType.Tagged(tag.Kind == "EnumDecl", key);
            bool ofTheTag = tag.Name.Length > 0 && (node.Name == tag.Name || node.Name == tag.Name + "_t");
            if (ofTheTag || !_names.ContainsKey(key))
            {
                _names[key] = node.Name;
            }

            return;
        }

        if (TryParse(node.Type) is { } type)
        {
            Typedefs[node.Name] = type;
        }
    }

    // The system's headers hold types that no binding needs and this parser does not know, such as vectors.
    private static CType? TryParse(string spelling)
    {
        try
        {
            return TypeParser.Parse(spelling);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private void Read(AstNode node, bool isNested)
    {
        switch (node.Kind)
        {
            case "RecordDecl":
                ReadRecord(node, isNested);
                break;
            case "EnumDecl":
                ReadEnum(node);
                break;
            case "FunctionDecl":
                ReadFunction(node);
                break;
            default:
                break;
        }
    }

    private void ReadRecord(AstNode node, bool isNested)
    {
        foreach (AstNode child in node.Children)
        {
            Read(child, isNested: true);
        }

        string key = Key(node);
        if (Records.TryGetValue(key, out CRecord? known) && (known.IsComplete || !node.Flag("completeDefinition")))
        {
            return;
        }

        var record = new CRecord(key, _names.GetValueOrDefault(key, node.Name), node.Text("tagUsed") == "union", node.File) { IsNested = isNested };
        Records[key] = node.Flag("completeDefinition") ? Complete(record, node) : record;
    }

    // What cannot be understood is as good as not defined, unless somebody asked for it.
    private CRecord Complete(CRecord record, AstNode node)
    {
        AstNode[] fields = [.. node.Children.Where(child => child.Kind == "FieldDecl")];
        CType?[] types = [.. fields.Select(field => TryParse(field.Type))];
        RecordLayout? layout = Layout(record.Key, record.Name);
        if (layout is null || layout.Members.Length != fields.Length || types.Contains(null))
        {
            return !isWanted(record.File) ? record : throw new ClangException(
                $"The layout of the {record.Tag} '{record.Name}' at {node.File}:{node.Line} was not understood " +
                $"({fields.Length} members, {layout?.Members.Length.ToString(CultureInfo.InvariantCulture) ?? "none"} laid out).");
        }

        return record with
        {
            IsComplete = true,
            Size = layout.Size,
            Alignment = layout.Alignment,
            Fields = [.. fields.Select((field, i) => new CField(field.Name, types[i]!, layout.Members[i].OffsetBits, layout.Members[i].BitWidth))],
        };
    }

    private RecordLayout? Layout(string key, string name) => _layouts.GetValueOrDefault(key) ?? _layouts.GetValueOrDefault(TagKey.Typedef(name));

    private void ReadEnum(AstNode node)
    {
        Int128 next = 0;
        ImmutableArray<CEnumerator>.Builder members = ImmutableArray.CreateBuilder<CEnumerator>();
        foreach (AstNode member in node.Children.Where(child => child.Kind == "EnumConstantDecl"))
        {
            Int128 value = member.Find("ConstantExpr") is { } expression && expression.Text("value") is { Length: > 0 } text
                ? Int128.Parse(text, CultureInfo.InvariantCulture)
                : next;
            members.Add(new CEnumerator(member.Name, value));
            next = value + 1;
        }

        if (members.Count > 0)
        {
            string key = Key(node);
            Enums[key] = new CEnum(key, _names.GetValueOrDefault(key, node.Name), node.File, Underlying(node, members), members.ToImmutable());
        }
    }

    // The rule of gcc and clang: the first of these that holds all values.
    private static CType Underlying(AstNode node, IEnumerable<CEnumerator> members)
    {
        if (node.Json.TryGetProperty("fixedUnderlyingType", out JsonElement chosen))
        {
            return TypeParser.Parse(chosen.GetProperty("qualType").GetString()!);
        }

        Int128 least = members.Min(member => member.Value);
        Int128 most = members.Max(member => member.Value);
        bool isPacked = node.Children.Any(child => child.Kind == "PackedAttr");
        if (isPacked && least >= 0 && most <= ushort.MaxValue)
        {
            return CType.Builtin(most <= byte.MaxValue ? "unsigned char" : "unsigned short");
        }

        if (isPacked && least >= short.MinValue && most <= short.MaxValue)
        {
            return CType.Builtin(least >= sbyte.MinValue && most <= sbyte.MaxValue ? "signed char" : "short");
        }

        return least >= 0
            ? CType.Builtin(most <= uint.MaxValue ? "unsigned int" : "unsigned long")
            : CType.Builtin(least >= int.MinValue && most <= int.MaxValue ? "int" : "long");
    }

    private void ReadFunction(AstNode node)
    {
        if (node.Text("storageClass") == "static" || node.Flag("inline") || node.Children.Any(child => child.Kind == "CompoundStmt"))
        {
            return;
        }

        AstNode[] parameters = [.. node.Children.Where(child => child.Kind == "ParmVarDecl")];
        if (TryParse(node.Type) is { Kind: CTypeKind.Function } type && type.Parameters.Length == parameters.Length)
        {
            Functions[node.Name] = new CFunction(
                node.Name,
                node.File,
                type.Target!,
                [.. parameters.Select((parameter, i) => new CParameter(parameter.Name, type.Parameters[i]))],
                type.IsVariadic,
                Spelling(node, parameters));
        }
    }

    private static string Spelling(AstNode node, AstNode[] parameters)
    {
        string[] list = [.. parameters.Select(parameter => Declare(parameter.Type, parameter.Name)), .. node.Flag("variadic") ? ["..."] : Array.Empty<string>()];
        string result = node.Type[..node.Type.IndexOf('(', StringComparison.Ordinal)].TrimEnd();

        // Which of the two names clang prints depends on its release and target.
        return $"{Declare(result, node.Name)}({(list.Length == 0 ? "void" : string.Join(", ", list))})".Replace("_Bool", "bool", StringComparison.Ordinal);
    }

    private static string Declare(string type, string name)
    {
        int inside = type.IndexOf("(*", StringComparison.Ordinal);
        return inside >= 0
            ? type.Insert(inside + 2, name)
            : name.Length == 0 || type.EndsWith('*') ? type + name : $"{type} {name}";
    }
}
