namespace Urma.Net.Interop.Tests.Abi;

/// <summary>
/// What our headers declare, read from their text: the C compiler answers only what it is asked, so it cannot tell that
/// a member or a function was never asked for.
/// </summary>
internal sealed class HeaderDeclarations
{
    private readonly string[] _tokens;
    private int _next;

    private HeaderDeclarations(IEnumerable<string> tokens)
    {
        _tokens = [.. tokens];
        while (_next < _tokens.Length)
        {
            Declaration();
        }
    }

    /// <summary>Structs, unions and enums with a body.</summary>
    internal HashSet<string> Types { get; } = [];

    /// <summary>Other names for types, and types of functions.</summary>
    internal HashSet<string> Aliases { get; } = [];

    /// <summary>Members as <c>type.member.member</c>.</summary>
    internal HashSet<string> Members { get; } = [];

    /// <summary>Enumerators as <c>type.NAME</c>.</summary>
    internal HashSet<string> Enumerators { get; } = [];

    internal HashSet<string> Functions { get; } = [];

    internal static HeaderDeclarations Read(string directory) => new(HeaderText.Tokens(directory));

    private void Declaration()
    {
        string[] declaration = Until(";");
        int body = Array.IndexOf(declaration, "{");
        if (body >= 0)
        {
            Type(declaration, body);
        }
        else if (declaration.Contains("typedef"))
        {
            Alias(declaration);
        }
        else if (Array.IndexOf(declaration, "(") is > 0 and int parameters)
        {
            Functions.Add(declaration[parameters - 1]);
        }
    }

    private void Type(string[] declaration, int body)
    {
        int end = Closing(declaration, body);
        string[] after = [.. declaration[(end + 1)..].Where(IsName).Where(token => token is not ("__attribute__" or "packed"))];
        string name = after.Length > 0 ? after[^1] : declaration[body - 1];

        // A struct whose typedef stands apart.
        name = Aliases.Remove(name + "_t") ? name + "_t" : name;
        Types.Add(name);
        string[] content = declaration[(body + 1)..end];
        if (declaration.Contains("enum"))
        {
            foreach (string[] enumerator in Split(content, ","))
            {
                Enumerators.Add($"{name}.{enumerator[0]}");
            }
        }
        else
        {
            MembersOf(name + ".", content);
        }
    }

    private void MembersOf(string prefix, string[] content)
    {
        foreach (string[] member in Split(content, ";"))
        {
            int body = Array.IndexOf(member, "{");
            if (body < 0)
            {
                Members.Add(prefix + NameOf(member));
                continue;
            }

            int end = Closing(member, body);
            string[] inner = member[(body + 1)..end];
            if (end + 1 == member.Length)
            {
                MembersOf(prefix, inner);
                continue;
            }

            Members.Add(prefix + member[end + 1]);
            MembersOf($"{prefix}{member[end + 1]}.", inner);
        }
    }

    private void Alias(string[] declaration) => Aliases.Add(NameOf(declaration));

    // "(*name)(…)", "type name[…]", "type name : bits" or "type name".
    private static string NameOf(string[] declaration)
    {
        int pointer = Array.IndexOf(declaration, "(");
        if (pointer >= 0)
        {
            return declaration[pointer + 2];
        }

        int end = Array.FindIndex(declaration, token => token is "[" or ":");
        return declaration[(end < 0 ? declaration.Length : end) - 1];
    }

    private string[] Until(string terminator)
    {
        int start = _next;
        int depth = 0;
        for (; _next < _tokens.Length; _next++)
        {
            depth += Depth(_tokens[_next]);
            if (depth == 0 && _tokens[_next] == terminator)
            {
                return _tokens[start.._next++];
            }
        }

        throw new InvalidOperationException($"The headers end in the middle of a declaration: {string.Join(' ', _tokens[start..])}.");
    }

    private static IEnumerable<string[]> Split(string[] tokens, string separator)
    {
        int start = 0;
        int depth = 0;
        for (int i = 0; i < tokens.Length; i++)
        {
            depth += Depth(tokens[i]);
            if (depth == 0 && tokens[i] == separator)
            {
                yield return tokens[start..i];
                start = i + 1;
            }
        }

        if (start < tokens.Length)
        {
            yield return tokens[start..];
        }
    }

    private static int Closing(string[] tokens, int opening)
    {
        int depth = 0;
        for (int i = opening; i < tokens.Length; i++)
        {
            depth += Depth(tokens[i]);
            if (depth == 0)
            {
                return i;
            }
        }

        throw new InvalidOperationException($"No end of: {string.Join(' ', tokens)}.");
    }

    private static int Depth(string token) => token switch
    {
        "{" or "(" or "[" => 1,
        "}" or ")" or "]" => -1,
        _ => 0,
    };

    private static bool IsName(string token) => char.IsLetter(token[0]) || token[0] == '_';
}
