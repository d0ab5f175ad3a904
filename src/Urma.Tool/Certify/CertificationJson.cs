using System.Text.Json;
using System.Text.Json.Serialization;

namespace Urma.Net.Tool.Certify;

/// <summary>The machine-readable form of results, which can be read again.</summary>
internal static class CertificationJson
{
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static string Write(IReadOnlyList<CertificationRun> runs) => JsonSerializer.Serialize(runs, Form) + "\n";

    /// <exception cref="ToolException">It is not what <see cref="Write"/> wrote.</exception>
    public static IReadOnlyList<CertificationRun> Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<CertificationRun[]>(text, Form) ?? [];
        }
        catch (JsonException error)
        {
            throw new ToolException(error.Message, error);
        }
    }
}
