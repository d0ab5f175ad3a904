using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Urma.Net.Tool.Certify;

/// <summary>Reads lists of programs. A list is a JSON array of rows and of groups, which give their members to the rows in them.</summary>
internal static partial class CertificationList
{
    private const string Rows = "rows";
    private const int LongestLimit = 3600;

    private static readonly JsonDocumentOptions Reading = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The list that ships with the tool.</summary>
    public static string DefaultPath => Path.Combine(AppContext.BaseDirectory, "certification", "programs.json");

    /// <summary>Reads files, one after the other.</summary>
    /// <exception cref="ToolException">A file cannot be read, or is no list; the message says which row and why.</exception>
    public static IReadOnlyList<CertificationRow> Read(params IEnumerable<string> paths)
    {
        var rows = new List<CertificationRow>();
        foreach (string path in paths)
        {
            try
            {
                rows.AddRange(Parse(File.ReadAllText(path), Path.GetDirectoryName(Path.GetFullPath(path))!));
            }
            catch (Exception error) when (error is ToolException or IOException or UnauthorizedAccessException)
            {
                throw new ToolException($"The list '{path}': {error.Message}", error);
            }
        }

        RequireUniqueNames(rows);
        return rows;
    }

    /// <summary>Reads one list.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="folder">What <c>{list}</c> stands for.</param>
    /// <exception cref="ToolException">It is no list; the message says which row and why.</exception>
    public static IReadOnlyList<CertificationRow> Parse(string text, string folder)
    {
        var rows = new List<CertificationRow>();
        try
        {
            if (JsonNode.Parse(text, documentOptions: Reading) is not JsonArray list)
            {
                throw new ToolException("a list is an array of rows.");
            }

            Collect(list, [], rows, folder);
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            throw new ToolException(error.Message, error);
        }

        RequireUniqueNames(rows);
        return rows;
    }

    private static void Collect(JsonArray list, JsonObject given, List<CertificationRow> rows, string folder)
    {
        foreach (JsonNode? entry in list)
        {
            if (entry is not JsonObject members)
            {
                throw new ToolException($"an entry is an object, not {entry?.ToJsonString() ?? "null"}.");
            }

            var merged = (JsonObject)given.DeepClone();
            foreach ((string name, JsonNode? value) in members.Where(static member => member.Key != Rows))
            {
                merged[name] = value?.DeepClone();
            }

            if (!members.TryGetPropertyValue(Rows, out JsonNode? inner))
            {
                rows.Add(ReadRow(merged, folder));
            }
            else if (inner is JsonArray group)
            {
                Collect(group, merged, rows, folder);
            }
            else
            {
                throw new ToolException($"'{Rows}' is an array.");
            }
        }
    }

    private static CertificationRow ReadRow(JsonObject members, string folder)
    {
        CertificationRow row;
        try
        {
            row = members.Deserialize(CertificationRowJson.Default.CertificationRow)!;
        }
        catch (JsonException error)
        {
            throw new ToolException($"row {members["name"]?.ToJsonString() ?? "without a name"}: {error.Message}", error);
        }

        Check(row);
        return row with
        {
            Command = row.Command?.Replace("{list}", folder, StringComparison.Ordinal),
            Pair = row.Pair?.Replace("{list}", folder, StringComparison.Ordinal),
            Server = row.Server?.Replace("{list}", folder, StringComparison.Ordinal),
            Client = row.Client?.Replace("{list}", folder, StringComparison.Ordinal),
            Needs = [.. row.Needs.Select(need => need with { Test = need.Test.Replace("{list}", folder, StringComparison.Ordinal) })],
        };
    }

    private static void Check(CertificationRow row)
    {
        Require(row.Name.Trim().Length > 0, row, "it has no name.");
        bool isComplete = (row.Command, row.Pair, row.Server, row.Client) is
            ({ }, null, null, null) or (null, { }, null, null) or (null, null, { }, { });
        Require(isComplete, row, "it has either a 'command', or a 'pair', or a 'server' and a 'client'.");
        Require(row.Main.Trim().Length > 0 && row.Waiting?.Trim().Length != 0, row, "a command is empty.");
        Require(!row.Main.Contains('\0', StringComparison.Ordinal) && row.Waiting?.Contains('\0', StringComparison.Ordinal) != true, row, "a command ends early.");
        Require(row.Limit is >= 1 and <= LongestLimit, row, $"'limit' is 1 to {LongestLimit} seconds, not {row.Limit}.");
        Require(row.Command is null || row.Machines == CertificationMachines.One, row, "one process cannot run on two machines.");
        Require(row.Waiting is not null || !row.ServerStays && row.Ready is null, row, "'server_stays' and 'ready' are for rows with a server.");
        foreach (string provider in row.Providers)
        {
            Require(CertificationProvider.Names.Contains(provider), row, $"there is no provider '{provider}'; there are {string.Join(", ", CertificationProvider.Names)}.");
        }

        foreach (string command in new[] { row.Main, row.Waiting ?? string.Empty })
        {
            foreach (Match match in Placeholder().Matches(command))
            {
                Require(match.Value is "{device}" or "{gid}" or "{port}" or "{peer}" or "{list}", row, $"nothing is known to stand for {match.Value}.");
            }
        }

        // What nullable annotations do not reach: the members of collections.
        Require(row.Needs.All(static need => need is not null), row, "a need is an object.");
        foreach ((string variable, string value) in row.Environment)
        {
            Require(VariableName().IsMatch(variable), row, $"'{variable}' is no name of a variable.");
            Require(value is not null && !value.Contains('\0', StringComparison.Ordinal), row, $"the variable '{variable}' has no value.");
        }

        CheckPattern(row, nameof(row.Expect), row.Expect, 0);
        CheckPattern(row, nameof(row.Ready), row.Ready, 0);
        CheckPattern(row, nameof(row.Figure), row.Figure, 1);
    }

    private static void CheckPattern(CertificationRow row, string member, string? pattern, int groups)
    {
        if (pattern is null)
        {
            return;
        }

        try
        {
            int found = CertificationRow.Pattern(pattern).GetGroupNumbers().Length - 1;
            Require(found >= groups, row, $"'{member.ToLowerInvariant()}' has no group, so there is no number to take.");
        }
        catch (ArgumentException error)
        {
            throw new ToolException($"row '{row.Name}': '{member.ToLowerInvariant()}': {error.Message}", error);
        }
    }

    private static void RequireUniqueNames(List<CertificationRow> rows)
    {
        var seen = new HashSet<(string, string)>();
        foreach (CertificationRow row in rows)
        {
            foreach (string provider in CertificationProvider.Names.Where(provider => CertificationProvider.Runs(row, provider)))
            {
                Require(seen.Add((row.Name, provider)), row, $"there are two of this name for '{provider}'.");
            }
        }
    }

    private static void Require(bool condition, CertificationRow row, string complaint)
    {
        if (!condition)
        {
            throw new ToolException($"row '{row.Name}': {complaint}");
        }
    }

    [GeneratedRegex(@"\{[a-z_]+\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex VariableName();
}
