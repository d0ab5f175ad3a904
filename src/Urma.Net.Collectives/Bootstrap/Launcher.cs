namespace Urma.Net.Collectives.Bootstrap;

/// <summary>A program that starts ranks, and the variables by which it tells them.</summary>
internal sealed class Launcher
{
    private const int FirstPort = 20_000;
    private const uint Ports = 20_000;

    private readonly string[] _signs;
    private readonly Func<LauncherVariables, int, UniqueId?> _makeId;

    private Launcher(string name, string[] signs, string[] rank, string[] size, string[] localRank, Func<LauncherVariables, int, UniqueId?> makeId) =>
        (Name, _signs, Rank, Size, LocalRank, _makeId) = (name, signs, rank, size, localRank, makeId);

    /// <summary>All that are known, the most special first: one often runs inside of another.</summary>
    public static Launcher[] All { get; } =
    [
        new("urma launch", ["URMA_RANK"], ["URMA_RANK"], ["URMA_SIZE"], ["URMA_LOCAL_RANK"], static (_, _) => null),
        new("Open MPI", ["OMPI_COMM_WORLD_RANK"], ["OMPI_COMM_WORLD_RANK"], ["OMPI_COMM_WORLD_SIZE"], ["OMPI_COMM_WORLD_LOCAL_RANK"], OpenMpi),
        new("PMI", ["PMI_RANK"], ["PMI_RANK"], ["PMI_SIZE"], ["MPI_LOCALRANKID", "SLURM_LOCALID"], Pmi),
        new("PMIx", ["PMIX_RANK"], ["PMIX_RANK"], ["PMIX_SIZE", "SLURM_NTASKS"], ["PMIX_LOCAL_RANK", "SLURM_LOCALID"], Pmix),

        // A batch script has a SLURM_PROCID, too, but is no rank.
        new("SLURM", ["SLURM_PROCID", "SLURM_STEP_ID"], ["SLURM_PROCID"], ["SLURM_STEP_NUM_TASKS", "SLURM_NTASKS", "SLURM_NPROCS"], ["SLURM_LOCALID"], Slurm),
        new("torchrun", ["RANK", "WORLD_SIZE", "MASTER_ADDR"], ["RANK"], ["WORLD_SIZE"], ["LOCAL_RANK"], Torchrun),
    ];

    /// <summary>For messages.</summary>
    public string Name { get; }

    /// <summary>The variables with the rank; the first that is set counts.</summary>
    public string[] Rank { get; }

    /// <summary>Those with the number of ranks.</summary>
    public string[] Size { get; }

    /// <summary>Those with the place among the ranks of a host.</summary>
    public string[] LocalRank { get; }

    /// <summary>Whether it started this process.</summary>
    public bool IsPresent(LauncherVariables all) => Array.TrueForAll(_signs, sign => all.Text(sign) is not null);

    /// <summary>How its ranks find each other where the user has not said it.</summary>
    /// <exception cref="CollectiveException">Its variables do not tell.</exception>
    public UniqueId MakeId(LauncherVariables all, int size) => _makeId(all, size) ?? throw LauncherVariables.Error(
        $"{Name} does not tell how its ranks find each other: set URMA_JOB to a name that only they have if all of them are on one host, and URMA_COMM_ID to 'host:port' of rank 0 if not.");

    private static UniqueId? OpenMpi(LauncherVariables all, int size) =>
        all.Text("PMIX_NAMESPACE", "OMPI_MCA_ess_base_jobid") is { } job && IsOneHost(all, size, "OMPI_COMM_WORLD_LOCAL_SIZE") ? UniqueId.FromName($"ompi {job}") : null;

    private static UniqueId? Pmi(LauncherVariables all, int size) =>
        all.Text("SLURM_STEP_ID") is not null ? Slurm(all, size)
        : all.Text("PMI_JOBID") is { } job && IsOneHost(all, size, "MPI_LOCALNRANKS") ? UniqueId.FromName($"pmi {job}")
        : null;

    private static UniqueId? Pmix(LauncherVariables all, int size) =>
        all.Text("SLURM_STEP_ID") is not null ? Slurm(all, size)
        : all.Text("PMIX_NAMESPACE") is { } job && IsOneHost(all, size, "PMIX_LOCAL_SIZE") ? UniqueId.FromName($"pmix {job}")
        : null;

    private static UniqueId? Slurm(LauncherVariables all, int size)
    {
        string job = $"slurm {all.Text("SLURM_JOB_ID", "SLURM_JOBID")}.{all.Text("SLURM_STEP_ID")}";
        if ((all.Number("SLURM_STEP_NUM_NODES", "SLURM_NNODES")?.Value ?? 1) == 1)
        {
            return UniqueId.FromName(job);
        }

        // Rank 0 is on the step's first host; srun was called on the launching one, which is the same in a batch script.
        string? host = all.Text("SLURM_STEP_NODELIST", "SLURM_NODELIST") is { } list ? FirstHost(list) : all.Text("SLURM_LAUNCH_NODE_IPADDR");
        return host is null ? null : UniqueId.FromEndpoint(host, PortOf(job), job);
    }

    private static UniqueId? Torchrun(LauncherVariables all, int size)
    {
        string? port = all.Text("MASTER_PORT");
        string job = $"torchrun {all.Text("TORCHELASTIC_RUN_ID")} {all.Text("TORCHELASTIC_RESTART_COUNT")} {all.Text("MASTER_ADDR")} {port}";
        if (IsOneHost(all, size, "LOCAL_WORLD_SIZE") && all.Text("LOCAL_WORLD_SIZE") is not null)
        {
            return UniqueId.FromName(job);
        }

        // The launcher itself listens at the port.
        return all.Number("MASTER_PORT") is { Value: > 0 and < ushort.MaxValue } number ? UniqueId.FromEndpoint(all.Text("MASTER_ADDR")!, number.Value + 1, job)
            : port is null ? null
            : throw LauncherVariables.Error($"MASTER_PORT is {port}: ports are from 1 to 65534, because the ranks use the next one.");
    }

    // A launcher that does not say how many ranks this host has started them all here, as far as anyone can know.
    private static bool IsOneHost(LauncherVariables all, int size, string localSize) => (all.Number(localSize)?.Value ?? size) == size;

    // The first of "node[03-07,12],other": node03.
    private static string FirstHost(string list)
    {
        int end = list.IndexOfAny([',', '[']);
        if (end < 0 || list[end] == ',')
        {
            return end < 0 ? list : list[..end];
        }

        int stop = list.IndexOfAny([',', '-', ']'], end);
        int behind = list.IndexOf(']', end);
        int next = behind < 0 ? -1 : list.IndexOf(',', behind);
        string suffix = behind < 0 ? string.Empty : next < 0 ? list[(behind + 1)..] : list[(behind + 1)..next];
        return list[..end] + (stop < 0 ? string.Empty : list[(end + 1)..stop]) + suffix;
    }

    private static int PortOf(string job)
    {
        Span<byte> hash = stackalloc byte[Sha256.Size];
        Sha256.Hash(System.Text.Encoding.UTF8.GetBytes(job), hash);
        return FirstPort + (int)(BitConverter.ToUInt32(hash) % Ports);
    }
}
