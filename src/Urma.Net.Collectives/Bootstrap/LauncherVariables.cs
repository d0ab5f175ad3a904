using System.Globalization;

namespace Urma.Net.Collectives.Bootstrap;

/// <summary>An environment, read by names that launchers use; an empty variable counts as not set.</summary>
internal readonly struct LauncherVariables(IReadOnlyDictionary<string, string> variables)
{
    public static CollectiveException Error(string message) =>
        new(UrmaStatus.InvalidArgument, $"The environment does not say which rank this process is. {message}");

    public string? Text(string name) => variables.TryGetValue(name, out string? value) && value.Length != 0 ? value : null;

    /// <summary>The first of these that is set.</summary>
    public string? Text(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (Text(name) is { } value)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The first of these that is set, as a number; null when none is.</summary>
    /// <exception cref="CollectiveException">It is no number.</exception>
    public (string Name, int Value)? Number(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (Text(name) is { } text)
            {
                return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
                    ? (name, value)
                    : throw Error($"{name} is '{text}', which is no number.");
            }
        }

        return null;
    }

    /// <summary>The first of these that is set, as a number.</summary>
    /// <exception cref="CollectiveException">None is, or it is no number.</exception>
    public (string Name, int Value) RequireNumber(string[] names, Launcher launcher) =>
        Number(names) ?? throw Error($"It was started by {launcher.Name} ({launcher.Rank[0]}), but {string.Join(" and ", names)} {(names.Length == 1 ? "is" : "are")} not set.");
}
