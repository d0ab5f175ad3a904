using Urma.Net.Compare.Model;

namespace Urma.Net.Compare.Running;

/// <summary>What commands have printed, round by round, for workloads that look at the same outputs with other eyes.</summary>
internal sealed class OutputStore
{
    private readonly Dictionary<(string Command, int Round), string> _outputs = [];

    public void Keep(string command, int round, string output) => _outputs[(command, round)] = output;

    /// <summary>What a command printed in a round; null where it did not run, or failed.</summary>
    public string? Find(string command, int round) => _outputs.GetValueOrDefault((command, round));

    /// <summary>Whether all of these ran in a round before, so that ratios between them are formed inside it.</summary>
    public bool HasAll(IReadOnlyCollection<Turn> turns, int round) => turns.Count > 0 && turns.All(turn => Find(turn.Command, round) is not null);
}
