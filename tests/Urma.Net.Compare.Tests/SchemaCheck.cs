using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Urma.Net.Compare.Tests;

/// <summary>Compares a document with a JSON schema, as far as benchmarks/page/results.schema.json uses the language of schemas.</summary>
internal sealed class SchemaCheck(JsonObject root)
{
    private readonly List<string> _complaints = [];

    /// <summary>Where the document is not as the schema says.</summary>
    public static IReadOnlyList<string> Complaints(JsonObject schema, JsonNode document)
    {
        var check = new SchemaCheck(schema);
        check.Visit(schema, document, "results");
        return check._complaints;
    }

    private void Visit(JsonObject schema, JsonNode? value, string at)
    {
        if ((string?)schema["$ref"] is { } reference)
        {
            Visit((JsonObject)root["$defs"]![reference.Split('/')[^1]]!, value, at);
        }

        foreach ((string keyword, JsonNode? argument) in schema)
        {
            bool holds = keyword switch
            {
                "type" => Type(value) == (string)argument! || ((string)argument! == "number" && Type(value) == "integer"),
                "const" => JsonNode.DeepEquals(value, argument),
                "enum" => argument!.AsArray().Any(one => JsonNode.DeepEquals(one, value)),
                "pattern" => value is JsonValue text && Regex.IsMatch((string)text!, (string)argument!),
                "minLength" => value is JsonValue text && ((string)text!).Length >= (int)argument!,
                "minimum" => value is JsonValue number && (double)number >= (double)argument!,
                "exclusiveMinimum" => value is JsonValue number && (double)number > (double)argument!,
                "required" => argument!.AsArray().All(name => value is JsonObject parent && parent.ContainsKey((string)name!)),
                "additionalProperties" => value is not JsonObject parent || parent.All(pair => ((JsonObject)schema["properties"]!).ContainsKey(pair.Key)),
                _ => true,
            };
            if (!holds)
            {
                _complaints.Add($"{at}: {keyword} {argument?.ToJsonString()} does not hold");
            }
        }

        Descend(schema, value, at);
    }

    private void Descend(JsonObject schema, JsonNode? value, string at)
    {
        if (value is JsonObject parent && schema["properties"] is JsonObject properties)
        {
            foreach ((string name, JsonNode? child) in parent.Where(pair => properties.ContainsKey(pair.Key)))
            {
                Visit((JsonObject)properties[name]!, child, $"{at}.{name}");
            }
        }

        if (value is JsonArray list && schema["items"] is JsonObject items)
        {
            for (int i = 0; i < list.Count; i++)
            {
                Visit(items, list[i], $"{at}[{i}]");
            }
        }
    }

    private static string Type(JsonNode? value) => value switch
    {
        JsonObject => "object",
        JsonArray => "array",
        null => "null",
        JsonValue when value.GetValueKind() == System.Text.Json.JsonValueKind.String => "string",
        JsonValue when value.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False => "boolean",
        _ => (double)value % 1 == 0 ? "integer" : "number",
    };
}
