using System.Text.Json;
using System.Text.Json.Serialization;

namespace Urma.Net.Tool.Certify;

/// <summary>The machine-readable form of results, which can be read again.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(SnakeCaseEnum<CertificationOutcome>)])]
[JsonSerializable(typeof(IReadOnlyList<CertificationRun>))]
[JsonSerializable(typeof(CertificationRun[]))]
internal sealed partial class CertificationJson : JsonSerializerContext
{
    public static string Write(IReadOnlyList<CertificationRun> runs) => JsonSerializer.Serialize(runs, Default.IReadOnlyListCertificationRun) + "\n";

    /// <exception cref="ToolException">It is not what <see cref="Write"/> wrote.</exception>
    public static IReadOnlyList<CertificationRun> Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, Default.CertificationRunArray) ?? [];
        }
        catch (JsonException error)
        {
            throw new ToolException(error.Message, error);
        }
    }
}
