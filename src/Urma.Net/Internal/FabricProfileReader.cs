using System.Text.Json;

namespace Urma.Net.Internal;

/// <summary>Makes a <see cref="FabricProfile"/> of its file, and says what is wrong where it cannot.</summary>
internal static class FabricProfileReader
{
    public static FabricProfile Read(ReadOnlySpan<byte> json, string source)
    {
        FabricProfileFile? file;
        try
        {
            // A byte-order mark is no JSON.
            ReadOnlySpan<byte> text = json.StartsWith("\uFEFF"u8) ? json[3..] : json;
            file = JsonSerializer.Deserialize(text, FabricProfileJson.Default.FabricProfileFile);
        }
        catch (JsonException error)
        {
            string line = error.LineNumber is { } number ? $", line {number + 1}" : string.Empty;
            string field = error.Path is { Length: > 2 } path ? $", field {path[2..]}" : string.Empty;
            throw new FormatException($"{source}{line}{field}: {FirstSentence(error.Message)}", error);
        }

        return file is null ? throw Bad(source, "the file", "holds null") : Build(file, source);
    }

    private static FabricProfile Build(FabricProfileFile file, string source)
    {
        var classes = FabricModel.Presets.ToDictionary(static p => p.Name, StringComparer.Ordinal);
        var own = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < file.Classes?.Count; i++)
        {
            string at = $"classes[{i}]";
            FabricModel made = ReadClass(file.Classes[i], source, at);
            if (!own.Add(made.Name))
            {
                throw Bad(source, at, $"the class '{made.Name}' is there twice");
            }

            classes[made.Name] = made;
        }

        var rules = new List<FabricRule>();
        for (int i = 0; i < file.Peers?.Count; i++)
        {
            rules.Add(ReadRule(file.Peers[i], classes, source, $"peers[{i}]"));
        }

        FabricModel? defaultLink = file.Default is null ? null : Find(file.Default, classes, source, "default");
        return new FabricProfile(string.IsNullOrWhiteSpace(file.Name) ? "profile" : file.Name, rules, defaultLink);
    }

    private static FabricModel ReadClass(FabricProfileFile.Class? from, string source, string at)
    {
        if (from is null || string.IsNullOrWhiteSpace(from.Name))
        {
            throw Bad(source, $"{at}.name", "is missing");
        }

        if (from.Name == FabricProfile.None)
        {
            throw Bad(source, $"{at}.name", $"'{FabricProfile.None}' stands for no link");
        }

        if (string.IsNullOrWhiteSpace(from.Latency))
        {
            throw Bad(source, $"{at}.latency", "is missing");
        }

        FabricModel numbers;
        try
        {
            numbers = FabricModel.ParseNumbers(from.Name, from.Latency, from.Bandwidth);
        }
        catch (FormatException error)
        {
            throw Bad(source, at, error.Message.TrimEnd('.'));
        }

        FabricModel made = numbers with { AllowUndelayedViews = from.AllowUndelayedViews };
        if (from.Tier is null)
        {
            return made;
        }

        return Enum.TryParse(from.Tier, ignoreCase: true, out MemoryTier tier) && Enum.IsDefined(tier) && !char.IsAsciiDigit(from.Tier[0])
            ? made with { Tier = tier }
            : throw Bad(source, $"{at}.tier", $"'{from.Tier}' is none of {string.Join(", ", Enum.GetNames<MemoryTier>())}");
    }

    private static FabricRule ReadRule(FabricProfileFile.Peer? from, Dictionary<string, FabricModel> classes, string source, string at)
    {
        if (from?.Class is null)
        {
            throw Bad(source, $"{at}.class", "is missing");
        }

        Eid? eid = null;
        if (from.Eid is not null)
        {
            eid = Eid.TryParse(from.Eid, null, out Eid read) ? read : throw Bad(source, $"{at}.eid", $"'{from.Eid}' is no EID such as fd00::1");
        }

        if (from.Uasid is > GlobalAddress.MaxUasid)
        {
            throw Bad(source, $"{at}.uasid", $"{from.Uasid} has more than 24 bits");
        }

        return new FabricRule(Find(from.Class, classes, source, $"{at}.class"))
        {
            Label = from.Label,
            Eid = eid,
            Uasid = from.Uasid,
            Segment = from.Segment,
        };
    }

    private static FabricModel? Find(string name, Dictionary<string, FabricModel> classes, string source, string at) =>
        name == FabricProfile.None ? null
        : classes.TryGetValue(name, out FabricModel? found) ? found
        : throw Bad(source, at, $"no class is called '{name}'; there are {FabricProfile.None}, {string.Join(", ", classes.Keys)}");

    // The rest repeats path and line, the line counted from 0.
    private static string FirstSentence(string message)
    {
        int end = message.IndexOf(" Path: ", StringComparison.Ordinal);
        end = end < 0 ? message.IndexOf(" LineNumber: ", StringComparison.Ordinal) : end;
        return end < 0 ? message : message[..end];
    }

    private static FormatException Bad(string source, string field, string what) => new($"{source}, field {field}: {what}.");
}
