using System.Text.Json;

namespace Urma.Net.Interop.Headers.Clang;

/// <summary>A node of clang's syntax tree with the place it stands at.</summary>
/// <param name="Json">The node as clang printed it.</param>
/// <param name="File">The file, as the compiler spells it; empty for what is built in.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Children">The nodes inside it.</param>
internal sealed record AstNode(JsonElement Json, string File, int Line, int Column, IReadOnlyList<AstNode> Children)
{
    public string Kind => Text("kind");

    public string Name => Text("name");

    /// <summary>The spelling of its type; empty where it has none.</summary>
    public string Type => Json.TryGetProperty("type", out JsonElement type) ? type.GetProperty("qualType").GetString()! : string.Empty;

    public string Text(string property) =>
        Json.TryGetProperty(property, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;

    public bool Flag(string property) => Json.TryGetProperty(property, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    /// <summary>The first node of a kind below this one, or null.</summary>
    public AstNode? Find(string kind)
    {
        foreach (AstNode child in Children)
        {
            if ((child.Kind == kind ? child : child.Find(kind)) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
