using System.Text.Json;
using System.Text.Json.Serialization;

namespace Urma.Net.Internal;

/// <summary>Reads a <see cref="FabricProfileFile"/> without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(FabricProfileFile))]
internal sealed partial class FabricProfileJson : JsonSerializerContext;
