using System.Collections.Immutable;
using System.Globalization;

namespace Urma.Net.Interop.Headers.Types;

/// <summary>
/// Reads a type as clang spells it in its syntax tree: <c>const urma_eid_t *</c>, <c>int *[4][2]</c>,
/// <c>int (*)(struct a *, ...)</c>. The tree says no more about the types of fields and parameters than this text.
/// </summary>
public sealed class TypeParser
{
    private static readonly HashSet<string> Qualifiers =
        ["const", "volatile", "restrict", "__restrict", "_Nonnull", "_Nullable", "register"];

    private static readonly HashSet<string> BuiltinWords =
        ["void", "char", "short", "int", "long", "float", "double", "signed", "unsigned", "_Bool", "bool", "__int128"];

    // Names that newer releases of clang have for the types of sizeof and of differences, without any declaration.
    private static readonly Dictionary<string, string> Predefined = new(StringComparer.Ordinal)
    {
        ["__size_t"] = "unsigned long",
        ["__signed_size_t"] = "long",
        ["__ptrdiff_t"] = "long",
    };

    private readonly string _text;
    private int _position;

    private TypeParser(string text) => _text = text;

    /// <summary>Reads a whole type.</summary>
    /// <exception cref="FormatException">The text is not a type this parser knows.</exception>
    public static CType Parse(string text)
    {
        var parser = new TypeParser(text);
        CType type = parser.ReadType();
        parser.SkipSpace();
        return parser._position == text.Length ? type : throw parser.Unexpected();
    }

    private CType ReadType()
    {
        CType specified = ReadSpecifiers();
        return ReadDeclarator()(specified);
    }

    private CType ReadSpecifiers()
    {
        var words = new List<string>();
        CType? type = null;
        while (true)
        {
            SkipSpace();
            int start = _position;
            string word = ReadWord();
            if (Qualifiers.Contains(word))
            {
                continue;
            }

            if (word is "struct" or "union" or "enum" && type is null)
            {
                type = CType.Tagged(word == "enum", TagKey.FromSpelling(word, ReadTag()));
            }
            else if (word == "_Atomic" && type is null)
            {
                SkipSpace();
                type = TryTake('(') ? ReadType() : null;
                if (type is not null && !TryTake(')'))
                {
                    throw Unexpected();
                }
            }
            else if (BuiltinWords.Contains(word) && type is null)
            {
                words.Add(word);
            }
            else if (word.Length > 0 && type is null && words.Count == 0)
            {
                type = Predefined.TryGetValue(word, out string? builtin) ? CType.Builtin(builtin) : CType.Typedef(word);
            }
            else
            {
                _position = start;
                break;
            }
        }

        return type ?? (words.Count > 0 ? CType.Builtin(BuiltinName(words)) : throw Unexpected());
    }

    private static string BuiltinName(List<string> words)
    {
        bool isUnsigned = words.Remove("unsigned");
        bool isSigned = words.Remove("signed");
        if (words.Count > 1)
        {
            words.Remove("int");
        }

        string name = words.Count == 0 ? "int" : string.Join(' ', words);
        return name switch
        {
            "bool" => "_Bool",
            "char" when isSigned => "signed char",
            _ => isUnsigned ? $"unsigned {name}" : name,
        };
    }

    // An abstract declarator is read from the inside out: it is a function from the type on its left to the whole type.
    private Func<CType, CType> ReadDeclarator()
    {
        var pointers = 0;
        do
        {
            SkipSpace();
            pointers += TryTake('*') ? 1 : 0;
        }
        while (Peek() == '*' || TrySkipQualifier());

        Func<CType, CType> inner = type => type;
        if (Peek() == '(' && IsNestedDeclarator())
        {
            _position++;
            inner = ReadDeclarator();
            if (!TryTake(')'))
            {
                throw Unexpected();
            }
        }

        Func<CType, CType> suffix = ReadSuffixes();
        return type =>
        {
            for (var i = 0; i < pointers; i++)
            {
                type = CType.PointerTo(type);
            }

            return inner(suffix(type));
        };
    }

    private Func<CType, CType> ReadSuffixes()
    {
        SkipSpace();
        if (TryTake('['))
        {
            int end = _text.IndexOf(']', _position) is >= 0 and int found ? found : throw Unexpected();
            string length = _text[_position..end].Trim();
            _position = end + 1;
            Func<CType, CType> rest = ReadSuffixes();
            long? count = length.Length == 0 ? null : long.Parse(length, CultureInfo.InvariantCulture);
            return element => CType.ArrayOf(rest(element), count);
        }

        if (TryTake('('))
        {
            (ImmutableArray<CType> parameters, bool variadic) = ReadParameters();
            Func<CType, CType> rest = ReadSuffixes();
            return result => CType.Function(rest(result), parameters, variadic);
        }

        return type => type;
    }

    private (ImmutableArray<CType> Parameters, bool IsVariadic) ReadParameters()
    {
        ImmutableArray<CType>.Builder parameters = ImmutableArray.CreateBuilder<CType>();
        var variadic = false;
        SkipSpace();
        while (!TryTake(')'))
        {
            if (_text.AsSpan(_position).StartsWith("..."))
            {
                _position += 3;
                variadic = true;
            }
            else
            {
                parameters.Add(ReadType());
            }

            SkipSpace();
            TryTake(',');
            SkipSpace();
        }

        if (parameters is [{ IsVoid: true }])
        {
            parameters.Clear();
        }

        return (parameters.ToImmutable(), variadic);
    }

    // "(*)(int)" and "(*[3])(int)" are nested; "(int, long)" is a list of parameters.
    private bool IsNestedDeclarator()
    {
        int next = _position + 1;
        while (next < _text.Length && _text[next] == ' ')
        {
            next++;
        }

        return next < _text.Length && _text[next] is '*' or '(' or '[';
    }

    private bool TrySkipQualifier()
    {
        int start = _position;
        if (Qualifiers.Contains(ReadWord()))
        {
            return true;
        }

        _position = start;
        return false;
    }

    private string ReadTag()
    {
        SkipSpace();
        int start = _position;
        while (_position < _text.Length)
        {
            char c = _text[_position];
            if (c == '(')
            {
                _position = ClosingParenthesis(_position);
                if (!_text.AsSpan(_position + 1).StartsWith("::"))
                {
                    _position++;
                    break;
                }
            }
            else if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or ':'))
            {
                break;
            }

            _position++;
        }

        return _text[start.._position];
    }

    private int ClosingParenthesis(int open)
    {
        var depth = 0;
        for (int i = open; i < _text.Length; i++)
        {
            depth += _text[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth == 0)
            {
                return i;
            }
        }

        throw Unexpected();
    }

    private string ReadWord()
    {
        SkipSpace();
        int start = _position;
        while (_position < _text.Length && (char.IsAsciiLetterOrDigit(_text[_position]) || _text[_position] == '_'))
        {
            _position++;
        }

        return _text[start.._position];
    }

    private char Peek() => _position < _text.Length ? _text[_position] : '\0';

    private bool TryTake(char c)
    {
        if (Peek() != c)
        {
            return false;
        }

        _position++;
        return true;
    }

    private void SkipSpace()
    {
        while (Peek() == ' ')
        {
            _position++;
        }
    }

    private FormatException Unexpected() =>
        new($"The C type '{_text}' was not understood at position {_position}.");
}
