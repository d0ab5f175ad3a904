using System.Text.Json;

namespace Urma.Net.Interop.Headers.Clang;

/// <summary>
/// Reads the tree that <c>clang -Xclang -ast-dump=json</c> prints. A place names its file and line only where they differ
/// from those of the place printed before it, so the whole tree is walked once, in the order of the text.
/// </summary>
internal sealed class AstTree
{
    private const int DeepestTree = 2048;

    private string _file = string.Empty;
    private int _line;

    private AstTree()
    {
    }

    /// <summary>Reads the tree; <paramref name="document"/> must outlive it.</summary>
    public static AstNode Read(JsonDocument document) => new AstTree().Walk(document.RootElement);

    public static JsonDocument Parse(string json) => JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = DeepestTree });

    private AstNode Walk(JsonElement element)
    {
        (string File, int Line, int Column) place = (string.Empty, 0, 0);
        var children = new List<AstNode>();
        foreach (JsonProperty property in element.EnumerateObject())
        {
            switch (property.Name)
            {
                case "loc":
                    place = Place(property.Value);
                    break;
                case "range":
                    Place(property.Value.GetProperty("begin"));
                    Place(property.Value.GetProperty("end"));
                    break;
                case "inner":
                    children.AddRange(property.Value.EnumerateArray().Where(child => child.ValueKind == JsonValueKind.Object).Select(Walk));
                    break;
                default:
                    break;
            }
        }

        return new AstNode(element, place.File, place.Line, place.Column, children);
    }

    private (string File, int Line, int Column) Place(JsonElement place)
    {
        if (place.TryGetProperty("spellingLoc", out JsonElement spelling))
        {
            // What a macro wrote stands where the macro is used.
            Place(spelling);
            return Place(place.GetProperty("expansionLoc"));
        }

        if (!place.TryGetProperty("offset", out _))
        {
            return (string.Empty, 0, 0);
        }

        _file = place.TryGetProperty("file", out JsonElement file) ? file.GetString()! : _file;
        _line = place.TryGetProperty("line", out JsonElement line) ? line.GetInt32() : _line;
        return (_file, _line, place.GetProperty("col").GetInt32());
    }
}
