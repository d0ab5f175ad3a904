using System.Text.Json.Serialization;

namespace Urma.Net.Tool.Certify;

/// <summary>How a row of a list is read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(SnakeCaseEnum<CertificationMachines>)])]
[JsonSerializable(typeof(CertificationRow))]
internal sealed partial class CertificationRowJson : JsonSerializerContext;
