using System.Globalization;

namespace Urma.Net.Collectives.Peer;

/// <summary><c>place</c>: says which place among the others its environment gives it, then does what the words that follow say.</summary>
internal static class PlaceCommand
{
    public static int Run(string[] words)
    {
        Lines.Say(RankEnvironment.TryDetect(out RankInfo? info)
            ? $"rank {info.Rank} of {info.Size}, local {info.LocalRank}, by {info.Launcher}"
            : "no rank");
        foreach (string word in words)
        {
            string[] parts = word.Split('=');
            switch (parts[0])
            {
                case "sleep":
                    Thread.Sleep(TimeSpan.FromSeconds(double.Parse(parts[1], CultureInfo.InvariantCulture)));
                    break;
                case "exit":
                    return int.Parse(parts[1], CultureInfo.InvariantCulture);
                case "pid":
                    Lines.Say($"pid {Environment.ProcessId}");
                    break;

                // "only=1" ends all ranks but that one here.
                case "only" when info?.Rank != int.Parse(parts[1], CultureInfo.InvariantCulture):
                    return 0;
                default:
                    break;
            }
        }

        return 0;
    }
}
