using System.Text.Json.Serialization;

namespace Urma.Net.Interop.Generator;

[JsonSerializable(typeof(string))]
internal sealed partial class PlainText : JsonSerializerContext;
