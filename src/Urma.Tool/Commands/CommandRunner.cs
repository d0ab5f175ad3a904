using System.CommandLine;

namespace Urma.Net.Tool.Commands;

/// <summary>Turns failures that the user can act on into a line on standard error and exit code 1.</summary>
internal static class CommandRunner
{
    public static void SetAction(Command command, Func<ParseResult, int> action) => command.SetAction(parsed =>
    {
        try
        {
            return action(parsed);
        }
        catch (Exception error) when (error is ToolException or UrmaException or TimeoutException)
        {
            Console.Error.WriteLine($"urma: {error.Message}");
            return 1;
        }
    });

    /// <summary>What the other end of a measurement is called.</summary>
    public const string PeerLabel = "urma peer";

    /// <summary>The option every command that opens a device has.</summary>
    public static Option<string> ProviderOption() => new("--provider", "-d")
    {
        Description = "Connection string of the device to use",
        DefaultValueFactory = _ => "loopback://fabric",
    };

    /// <summary>The option of commands that can put a modelled link between the two ends.</summary>
    public static Option<string?> FabricOption() => new("--fabric")
    {
        Description = "Model a slower link: local, cross-numa, nvlink, ub, rdma, storage; latency and bandwidth such as 1.5us,12GB/s; 'published'; or a profile file (JSON)",
    };

    /// <summary>
    /// Reads <see cref="FabricOption"/>; null when it was not given. Of a profile it is the link to the one peer there is,
    /// <see cref="PeerLabel"/>, at either end.
    /// </summary>
    public static FabricModel? ReadFabric(string? text)
    {
        if (text is null)
        {
            return null;
        }

        // The tool's own control area and its yardsticks are plain memory: views of it are not what is measured.
        FabricProfile profile = ReadProfile(text);
        return profile.FindLink(default, 0, PeerLabel) is { } link
            ? link with { AllowUndelayedViews = true }
            : throw new ToolException($"--fabric {text}: the profile '{profile.Name}' gives no link to a peer called '{PeerLabel}', which is what is measured.");
    }

    /// <summary>Reads <see cref="FabricOption"/> with all its links.</summary>
    public static FabricProfile ReadProfile(string text)
    {
        try
        {
            return text.Equals(FabricProfile.Published.Name, StringComparison.OrdinalIgnoreCase) ? FabricProfile.Published
                : File.Exists(text) || text.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? FabricProfile.Load(text)
                : FabricProfile.Of(FabricModel.Parse(text));
        }
        catch (Exception error) when (error is FormatException or ArgumentException or IOException)
        {
            throw new ToolException(error.Message);
        }
    }
}
