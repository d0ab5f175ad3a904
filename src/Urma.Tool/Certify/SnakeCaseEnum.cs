using System.Text.Json;
using System.Text.Json.Serialization;

namespace Urma.Net.Tool.Certify;

/// <summary>Values of an enumeration as their names in snake_case, never as numbers.</summary>
internal sealed class SnakeCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
