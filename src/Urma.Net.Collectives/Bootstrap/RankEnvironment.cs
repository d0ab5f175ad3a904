using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Urma.Net.Collectives.Bootstrap;

namespace Urma.Net.Collectives;

/// <summary>Reads from the environment which rank a launcher has made this process.</summary>
/// <remarks>
/// Known are, in this order, and the first that is there decides: <c>urma launch</c> (<c>URMA_RANK</c>, <c>URMA_SIZE</c>), Open MPI
/// (<c>OMPI_COMM_WORLD_RANK</c>), PMI (<c>PMI_RANK</c>; MPICH, Intel MPI), PMIx (<c>PMIX_RANK</c>), SLURM (<c>SLURM_PROCID</c> inside of <c>srun</c>)
/// and torchrun (<c>RANK</c>, <c>WORLD_SIZE</c>, <c>MASTER_ADDR</c>). With all of them <c>URMA_COMM_ID</c> says how the ranks find each other, if it is set:
/// <c>host:port</c> of rank 0, the text of a <see cref="UniqueId"/>, or a name on this host; and so does <c>URMA_JOB</c>, a name, which beside a
/// <c>host:port</c> is a secret of the ranks.
/// </remarks>
public static class RankEnvironment
{
    /// <summary>Looks into this process's environment.</summary>
    /// <param name="info">What the launcher said.</param>
    /// <returns>False when there is no launcher that is known.</returns>
    /// <exception cref="CollectiveException">Its variables contradict each other, or do not say how ranks find each other; the message names them.</exception>
    public static bool TryDetect([NotNullWhen(true)] out RankInfo? info)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            variables[(string)entry.Key] = (string?)entry.Value ?? string.Empty;
        }

        info = Detect(variables);
        return info is not null;
    }

    /// <summary>Looks into an environment.</summary>
    /// <param name="variables">All of them; an empty one counts as not set.</param>
    /// <returns>Null when there is no launcher that is known.</returns>
    /// <exception cref="CollectiveException">As <see cref="TryDetect"/>.</exception>
    internal static RankInfo? Detect(IReadOnlyDictionary<string, string> variables)
    {
        var all = new LauncherVariables(variables);
        foreach (Launcher launcher in Launcher.All)
        {
            if (launcher.IsPresent(all))
            {
                return Read(launcher, all);
            }
        }

        return null;
    }

    private static RankInfo Read(Launcher launcher, LauncherVariables all)
    {
        (string rankName, int rank) = all.RequireNumber(launcher.Rank, launcher);
        (string sizeName, int size) = all.RequireNumber(launcher.Size, launcher);
        if (size < 1 || size > ControlLimits.MaximumRanks)
        {
            throw LauncherVariables.Error(string.Create(CultureInfo.InvariantCulture, $"{sizeName} is {size}: there can be 1 to {ControlLimits.MaximumRanks} ranks."));
        }

        if (rank < 0 || rank >= size)
        {
            throw LauncherVariables.Error(string.Create(CultureInfo.InvariantCulture, $"{rankName} is {rank}, but {sizeName} is {size}: ranks are counted from 0."));
        }

        int local = all.Number(launcher.LocalRank) is { } found ? found.Value : -1;
        if (local >= size || (local < 0 && all.Number(launcher.LocalRank) is not null))
        {
            throw LauncherVariables.Error(string.Create(CultureInfo.InvariantCulture, $"{all.Number(launcher.LocalRank)!.Value.Name} is {local}, but {sizeName} is {size}: ranks of a host are counted from 0."));
        }

        return new RankInfo(rank, size, local, GivenId(all) ?? launcher.MakeId(all, size), launcher.Name);
    }

    private static UniqueId? GivenId(LauncherVariables all)
    {
        string? job = all.Text("URMA_JOB");
        if (all.Text("URMA_COMM_ID") is not { } text)
        {
            return job is null ? null : UniqueId.FromName(job);
        }

        if (UniqueId.IsText(text))
        {
            try
            {
                return UniqueId.Parse(text);
            }
            catch (FormatException error)
            {
                throw LauncherVariables.Error($"URMA_COMM_ID: {error.Message}");
            }
        }

        int colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            return UniqueId.FromName(text);
        }

        return colon > 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= ushort.MaxValue
            ? UniqueId.FromEndpoint(text[..colon].Trim('[', ']'), port, job)
            : throw LauncherVariables.Error($"URMA_COMM_ID is '{text}': behind the colon belongs a port, from 1 to 65535.");
    }
}
