using Urma.Net.Internal;

namespace Urma.Net.Tests.Linux;

/// <summary>Headroom is measured on invented machines: a directory tree with the kernel's files in it.</summary>
public sealed class MemoryHeadroomTests : IDisposable
{
    private const long Megabyte = 1L << 20;

    private readonly string _root = Directory.CreateTempSubdirectory("urma-test-").FullName + "/";

    public MemoryHeadroomTests() => Write("proc/meminfo", "MemTotal: 8388608 kB\nMemFree: 1 kB\nMemAvailable: 4194304 kB\n");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Without_cgroups_the_machine_is_the_limit()
    {
        MemoryHeadroom headroom = MemoryHeadroom.Measure(_root);

        Assert.Equal(4096 * Megabyte, headroom.Available);
        Assert.Equal(8192 * Megabyte, headroom.Limit);
        Assert.EndsWith("proc/meminfo (MemAvailable)", headroom.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tightest_version_2_ancestor_counts()
    {
        Version2("/", "0::/outer/inner");
        Cgroup("sys/fs/cgroup/outer", "104857600", "52428800", "inactive_file 0\n");
        Cgroup("sys/fs/cgroup/outer/inner", "max", "41943040", "inactive_file 0\n");

        MemoryHeadroom headroom = MemoryHeadroom.Measure(_root);

        Assert.Equal(50 * Megabyte, headroom.Available);
        Assert.Equal(100 * Megabyte, headroom.Limit);
        Assert.EndsWith("sys/fs/cgroup/outer/memory.max", headroom.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_cache_counts_as_available()
    {
        Version2("/", "0::/a");
        Cgroup(
            "sys/fs/cgroup/a", "104857600", "104857600", "anon 1\ninactive_anon 5\ninactive_file 10485760\nactive_file 5242880\n");

        Assert.Equal(15 * Megabyte, MemoryHeadroom.Measure(_root).Available);
    }

    [Fact]
    public void Version_1_is_read_with_its_hierarchical_counters()
    {
        Write("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/job\n0::/\n");
        Write(
            "proc/self/mountinfo",
            "30 20 0:25 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
            + "31 20 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
            + "32 20 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
        Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        Write("sys/fs/cgroup/memory/memory.usage_in_bytes", "1\n");
        Write("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "20971520\n");
        Write("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "15728640\n");
        Write("sys/fs/cgroup/memory/job/memory.stat", "inactive_file 1\ntotal_inactive_file 1048576\ntotal_active_file 1048576\n");

        MemoryHeadroom headroom = MemoryHeadroom.Measure(_root);

        Assert.Equal(7 * Megabyte, headroom.Available);
        Assert.EndsWith("job/memory.limit_in_bytes", headroom.Source, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/docker/abc", "0::/docker/abc/leaf", "leaf")]
    [InlineData("/docker/abc", "0::/docker/abc", "")]
    [InlineData("/docker/abc", "0::/", "")]
    [InlineData("/docker/abc", "0::/docker/abcdef", "")]
    [InlineData("/", "0::/../sibling", "")]
    public void A_containers_view_of_the_hierarchy_is_understood(string mountRoot, string membership, string directory)
    {
        Version2(mountRoot, membership);
        Cgroup(Path.Join("sys/fs/cgroup", directory), "10485760", "1048576", "");

        Assert.Equal(9 * Megabyte, MemoryHeadroom.Measure(_root).Available);
    }

    [Fact]
    public void Escaped_mount_points_and_optional_fields_are_understood()
    {
        Write("proc/self/cgroup", "0::/a\n");
        Write("proc/self/mountinfo", "30 20 0:25 / /my\\040cgroups rw,nosuid shared:9 master:1 - cgroup2 cgroup2 rw\n");
        Cgroup("my cgroups/a", "10485760", "0", "");

        Assert.Equal(10 * Megabyte, MemoryHeadroom.Measure(_root).Available);
    }

    [Fact]
    public void Usage_above_the_limit_leaves_nothing()
    {
        Version2("/", "0::/a");
        Cgroup("sys/fs/cgroup/a", "1048576", "2097152", "");

        Assert.Equal(0, MemoryHeadroom.Measure(_root).Available);
    }

    [Fact]
    public void Broken_files_are_no_limit()
    {
        Write("proc/self/cgroup", "nonsense\n::\n0::/a\n");
        Write("proc/self/mountinfo", "\n1 2\n30 20 0:25 / /c rw - cgroup2\n31 20 0:25 / /c rw - cgroup2 cgroup2 rw\n");
        Cgroup("c/a", "garbage", "-5", "inactive_file\n\n");

        Assert.Equal(4096 * Megabyte, MemoryHeadroom.Measure(_root).Available);
    }

    [Fact]
    public void This_machine_has_some_headroom()
    {
        MemoryHeadroom headroom = MemoryHeadroom.Measure();

        Assert.InRange(headroom.Available, 1, headroom.Limit);
    }

    private void Version2(string mountRoot, string membership)
    {
        Write("proc/self/cgroup", membership + "\n");
        Write("proc/self/mountinfo", $"30 20 0:25 {mountRoot} /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n");
    }

    private void Cgroup(string directory, string limit, string usage, string statistics)
    {
        Write(Path.Join(directory, "memory.max"), limit + "\n");
        Write(Path.Join(directory, "memory.current"), usage + "\n");
        Write(Path.Join(directory, "memory.stat"), statistics);
    }

    private void Write(string path, string text)
    {
        string full = Path.Join(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
