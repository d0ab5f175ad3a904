using System.Text.Json.Serialization;

namespace Urma.Net.Interop.Headers.Clang;

[JsonSerializable(typeof(string))]
internal sealed partial class PlainText : JsonSerializerContext;
