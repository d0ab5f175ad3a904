using System.Globalization;
using System.Text;
using Urma.Net.Collectives.Bootstrap;

namespace Urma.Net.Collectives.Peer;

/// <summary><c>meet</c>: says which place among the others its environment gives it, meets them, and says who is there.</summary>
internal sealed class MeetCommand : IControlListener
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    public static int Run()
    {
        if (!RankEnvironment.TryDetect(out RankInfo? info))
        {
            Lines.Say("no rank");
            return 1;
        }

        Lines.Say($"rank {info.Rank} of {info.Size}, local {info.LocalRank}, by {info.Launcher}");
        using ControlPlane plane = ControlPlane.Connect(info.Id, info.Rank, info.Size, new MeetCommand(), _patience, CancellationToken.None);
        byte[][] all = plane.AllGather(Encoding.UTF8.GetBytes(info.Rank.ToString(CultureInfo.InvariantCulture)), 1, _patience, CancellationToken.None);
        Lines.Say($"with {string.Join(',', all.Select(Encoding.UTF8.GetString))}");
        plane.Leave(_patience);
        return 0;
    }

    public void OnFault(CommunicatorFault fault) => Lines.Say($"fault {fault.Kind} {fault.Rank} {fault.Message}");

    public string DescribeState() => "meeting";
}
