namespace Urma.Net.Collectives.Tests.Bootstrap;

public sealed class RankEnvironmentTests
{
    // What each launcher sets, and what is made of it.
    public static TheoryData<string, string, int, int, int, UniqueId> Known => new()
    {
        { "URMA_RANK=1 URMA_SIZE=4 URMA_LOCAL_RANK=0 URMA_JOB=j", "urma launch", 1, 4, 0, UniqueId.FromName("j") },
        { "URMA_RANK=1 URMA_SIZE=4 URMA_JOB=j URMA_LOCAL_RANK=", "urma launch", 1, 4, -1, UniqueId.FromName("j") },
        { "URMA_RANK=0 URMA_SIZE=1 URMA_COMM_ID=node1:4000", "urma launch", 0, 1, -1, UniqueId.FromEndpoint("node1", 4000) },
        { "URMA_RANK=0 URMA_SIZE=1 URMA_COMM_ID=[fd00::1]:4000 URMA_JOB=s", "urma launch", 0, 1, -1, UniqueId.FromEndpoint("fd00::1", 4000, "s") },
        { "URMA_RANK=0 URMA_SIZE=1 URMA_COMM_ID=here", "urma launch", 0, 1, -1, UniqueId.FromName("here") },
        { $"URMA_RANK=0 URMA_SIZE=1 URMA_COMM_ID={UniqueId.FromName("passed on")}", "urma launch", 0, 1, -1, UniqueId.FromName("passed on") },
        { "OMPI_COMM_WORLD_RANK=2 OMPI_COMM_WORLD_SIZE=3 OMPI_COMM_WORLD_LOCAL_RANK=2 OMPI_COMM_WORLD_LOCAL_SIZE=3 PMIX_NAMESPACE=99 PMIX_RANK=2", "Open MPI", 2, 3, 2, UniqueId.FromName("ompi 99") },
        { "OMPI_COMM_WORLD_RANK=2 OMPI_COMM_WORLD_SIZE=3 OMPI_MCA_ess_base_jobid=98", "Open MPI", 2, 3, -1, UniqueId.FromName("ompi 98") },
        { "OMPI_COMM_WORLD_RANK=2 OMPI_COMM_WORLD_SIZE=3 OMPI_COMM_WORLD_LOCAL_SIZE=1 URMA_COMM_ID=a:5", "Open MPI", 2, 3, -1, UniqueId.FromEndpoint("a", 5) },
        { "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2 PMIX_NAMESPACE=9 SLURM_PROCID=0 SLURM_STEP_ID=0 SLURM_NTASKS=1", "Open MPI", 1, 2, -1, UniqueId.FromName("ompi 9") },
        { "PMI_RANK=1 PMI_SIZE=2 PMI_JOBID=7 MPI_LOCALRANKID=1 MPI_LOCALNRANKS=2", "PMI", 1, 2, 1, UniqueId.FromName("pmi 7") },
        { "PMI_RANK=1 PMI_SIZE=2 URMA_JOB=mine", "PMI", 1, 2, -1, UniqueId.FromName("mine") },
        { "PMI_RANK=1 PMI_SIZE=2 PMI_JOBID=5.0 SLURM_JOB_ID=5 SLURM_STEP_ID=0 SLURM_NNODES=1 SLURM_LOCALID=1", "PMI", 1, 2, 1, UniqueId.FromName("slurm 5.0") },
        { "PMIX_RANK=1 PMIX_NAMESPACE=slurm.5.0 SLURM_NTASKS=2 SLURM_JOB_ID=5 SLURM_STEP_ID=0 SLURM_NNODES=1", "PMIx", 1, 2, -1, UniqueId.FromName("slurm 5.0") },
        { "PMIX_RANK=1 PMIX_SIZE=2 PMIX_NAMESPACE=n", "PMIx", 1, 2, -1, UniqueId.FromName("pmix n") },
        { "SLURM_PROCID=3 SLURM_NTASKS=4 SLURM_LOCALID=3 SLURM_JOB_ID=5 SLURM_STEP_ID=2 SLURM_STEP_NUM_NODES=1 SLURM_NNODES=2", "SLURM", 3, 4, 3, UniqueId.FromName("slurm 5.2") },
        { "RANK=1 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=29500", "torchrun", 1, 2, -1, UniqueId.FromEndpoint("a", 29501, "torchrun   a 29500") },
        { "RANK=1 WORLD_SIZE=2 LOCAL_RANK=1 LOCAL_WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=29500 TORCHELASTIC_RUN_ID=r TORCHELASTIC_RESTART_COUNT=0", "torchrun", 1, 2, 1, UniqueId.FromName("torchrun r 0 a 29500") },
    };

    // What cannot be, and the words of the message that help.
    public static TheoryData<string, string> Contradictions => new()
    {
        { "URMA_RANK=1 URMA_JOB=j", "URMA_SIZE" },
        { "URMA_RANK=4 URMA_SIZE=4 URMA_JOB=j", "URMA_RANK is 4, but URMA_SIZE is 4" },
        { "URMA_RANK=-1 URMA_SIZE=4 URMA_JOB=j", "URMA_RANK is -1" },
        { "URMA_RANK=0 URMA_SIZE=0 URMA_JOB=j", "URMA_SIZE is 0" },
        { "URMA_RANK=x URMA_SIZE=4 URMA_JOB=j", "URMA_RANK is 'x'" },
        { "URMA_RANK=0 URMA_SIZE=4", "set URMA_JOB" },
        { "URMA_RANK=0 URMA_SIZE=4 URMA_LOCAL_RANK=4 URMA_JOB=j", "URMA_LOCAL_RANK is 4" },
        { "URMA_RANK=0 URMA_SIZE=4 URMA_LOCAL_RANK=-1 URMA_JOB=j", "URMA_LOCAL_RANK is -1" },
        { "URMA_RANK=0 URMA_SIZE=4 URMA_COMM_ID=a:b", "behind the colon belongs a port" },
        { "URMA_RANK=0 URMA_SIZE=4 URMA_COMM_ID=a:70000", "behind the colon belongs a port" },
        { "URMA_RANK=0 URMA_SIZE=4 URMA_COMM_ID=urma:x", "URMA_COMM_ID" },
        { "OMPI_COMM_WORLD_RANK=2", "OMPI_COMM_WORLD_SIZE is not set" },
        { "OMPI_COMM_WORLD_RANK=2 OMPI_COMM_WORLD_SIZE=3 OMPI_COMM_WORLD_LOCAL_SIZE=1 PMIX_NAMESPACE=9", "URMA_COMM_ID" },
        { "PMI_RANK=1 PMI_SIZE=2", "URMA_JOB" },
        { "PMIX_RANK=1 PMIX_NAMESPACE=n", "PMIX_SIZE and SLURM_NTASKS are not set" },
        { "RANK=1 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=70000", "MASTER_PORT" },
        { "RANK=1 WORLD_SIZE=2 MASTER_ADDR=a", "URMA_COMM_ID" },
    };

    public static TheoryData<string> None => ["", "RANK=1 WORLD_SIZE=2", "SLURM_PROCID=0 SLURM_NTASKS=4 SLURM_JOB_ID=1", "URMA_RANK=", "URMA_JOB=j"];

    [Theory]
    [MemberData(nameof(Known))]
    public void A_launcher_is_understood(string variables, string launcher, int rank, int size, int local, UniqueId id) =>
        Assert.Equal(new RankInfo(rank, size, local, id, launcher), Detect(variables));

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void A_contradiction_is_named(string variables, string words) =>
        Assert.Contains(words, Assert.Throws<CollectiveException>(() => Detect(variables)).Message, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(None))]
    public void Without_a_launcher_there_is_no_rank(string variables) => Assert.Null(Detect(variables));

    [Theory]
    [InlineData("SLURM_STEP_NODELIST=node[03-07,12],other", "node03")]
    [InlineData("SLURM_STEP_NODELIST=node[3,5]", "node3")]
    [InlineData("SLURM_STEP_NODELIST=node[3-5]-ib,x", "node3-ib")]
    [InlineData("SLURM_STEP_NODELIST=first,second", "first")]
    [InlineData("SLURM_NODELIST=first", "first")]
    [InlineData("SLURM_LAUNCH_NODE_IPADDR=10.0.0.1", "10.0.0.1")]
    public void Ranks_of_several_hosts_meet_at_the_first_one(string variables, string host)
    {
        const string Common = "SLURM_PROCID=3 SLURM_NTASKS=4 SLURM_JOB_ID=5 SLURM_STEP_ID=2 SLURM_NNODES=2 ";
        UniqueId id = Detect(Common + variables)!.Id;
        Assert.Equal(host, id.Text);
        Assert.InRange(id.Port, 20_000, 40_000);
        Assert.NotEqual(id.Port, Detect(Common.Replace("STEP_ID=2", "STEP_ID=3", StringComparison.Ordinal) + variables)!.Id.Port);
    }

    private static RankInfo? Detect(string variables) => RankEnvironment.Detect(variables
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(static v => v.Split('=', 2))
        .ToDictionary(static v => v[0], static v => v[1]));
}
