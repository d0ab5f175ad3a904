using System.Diagnostics;

namespace Urma.Net.Tool.Launch;

/// <summary>
/// A shell that waits for this process to end and then kills the process groups of the ranks that it was told of last: whatever happens to this
/// process, nothing that it has started stays. The ranks know nothing of it.
/// </summary>
internal sealed class GroupKeeper : IDisposable
{
    // It must outlive the signals that a terminal sends to everybody in front of it.
    private const string Script = "trap '' HUP INT QUIT TERM; while read -r line; do groups=$line; done; [ -z \"$groups\" ] || kill -s KILL -- $groups";

    private readonly Process _process;

    public GroupKeeper()
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start) ?? throw new ToolException("/bin/sh could not be started.");
    }

    /// <summary>Replaces the list of groups.</summary>
    public void Watch(IEnumerable<int> leaders)
    {
        try
        {
            _process.StandardInput.WriteLine(string.Join(' ', leaders.Select(static leader => $"-{leader}")));
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // Somebody has killed it. The ranks themselves end with this process all the same.
        }
    }

    /// <summary>Ends it; what is still on its list is killed.</summary>
    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // As above.
        }

        _process.WaitForExit();
        _process.Dispose();
    }
}
