using System.Text;

namespace Urma.Net.Interop.Generator;

/// <summary>Text of a C# file that grows line by line, indented by its braces.</summary>
internal sealed class CodeText
{
    private const int IndentSize = 4;

    private readonly StringBuilder _text = new();
    private int _depth;
    private bool _separate;

    /// <summary>Appends a line.</summary>
    public void Line(string line)
    {
        if (_separate)
        {
            _text.Append('\n');
            _separate = false;
        }

        _text.Append(' ', line.Length == 0 ? 0 : _depth * IndentSize).Append(line).Append('\n');
    }

    /// <summary>Appends a line for the preprocessor, which is not indented.</summary>
    public void Directive(string line) => _text.Append(line).Append('\n');

    /// <summary>An empty line before the next one, unless a block ends first.</summary>
    public void Separate() => _separate = true;

    /// <summary>Opens a block below a line.</summary>
    public void Open(string line)
    {
        Line(line);
        Line("{");
        _depth++;
    }

    /// <summary>Closes the innermost block.</summary>
    public void Close()
    {
        _separate = false;
        _depth--;
        Line("}");
        Separate();
    }

    public override string ToString() => _text.ToString();
}
