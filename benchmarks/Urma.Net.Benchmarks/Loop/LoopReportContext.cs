using System.Text.Json.Serialization;

namespace Urma.Net.Benchmarks.Loop;

/// <summary>The report's form without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LoopReport))]
internal sealed partial class LoopReportContext : JsonSerializerContext;
