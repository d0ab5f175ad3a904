using System.Globalization;
using Urma.Net.Measurement;
using Urma.Net.Tool.Doctor;

namespace Urma.Net.Tool.Peers;

/// <summary>The two processors a measurement runs on.</summary>
/// <param name="Client">Where the side that measures runs.</param>
/// <param name="Peer">Where its peer runs.</param>
internal readonly record struct ProcessorPair(int Client, int Peer)
{
    public int[] ToArray() => [Client, Peer];

    public override string ToString() => $"{Client},{Peer}";

    /// <summary>Reads <c>a,b</c>, or chooses two processors that are not threads of one core where there are such.</summary>
    /// <param name="text">What the user gave; null to choose.</param>
    public static ProcessorPair Parse(string? text)
    {
        int[] allowed = CpuPinning.GetAllowedProcessors();
        if (text is null)
        {
            string? siblings = SystemFacts.Read($"/sys/devices/system/cpu/cpu{allowed[0]}/topology/thread_siblings_list");
            int other = allowed.Skip(1).Cast<int?>().FirstOrDefault(cpu => !Contains(siblings, cpu!.Value)) ?? allowed[^1];
            return new ProcessorPair(allowed[0], other);
        }

        string[] parts = text.Split(',');
        int[] chosen = new int[2];
        if (parts.Length is < 1 or > 2 || !parts.Select((part, i) => int.TryParse(part, CultureInfo.InvariantCulture, out chosen[i])).All(ok => ok))
        {
            throw new ToolException($"'--cpu {text}' is not understood: give one or two processor numbers, such as 0,1.");
        }

        if (parts.Length == 1)
        {
            chosen[1] = chosen[0];
        }

        foreach (int cpu in chosen.Where(cpu => !allowed.Contains(cpu)))
        {
            throw new ToolException($"Processor {cpu} is not available to this process; available: {string.Join(",", allowed)}.");
        }

        return new ProcessorPair(chosen[0], chosen[1]);
    }

    private static bool Contains(string? list, int cpu)
    {
        foreach (string part in (list ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] range = part.Split('-');
            int first = int.Parse(range[0], CultureInfo.InvariantCulture), last = int.Parse(range[^1], CultureInfo.InvariantCulture);
            if (cpu >= first && cpu <= last)
            {
                return true;
            }
        }

        return false;
    }
}
