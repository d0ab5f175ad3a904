using System.Globalization;

namespace Urma.Net.Tool.Doctor;

/// <summary>Limits of this process and of its control group.</summary>
internal static class LimitChecks
{
    private const long Mebibyte = 1 << 20;
    private const long LittleMemory = 64 * Mebibyte;
    private const long ModestMemory = 512 * Mebibyte;

    public static IEnumerable<Finding> All() => [Descriptors(), Maps(), Memory(), Overcommit(), LockedMemory(), SharedMemoryFolder(), HugePages()];

    private static Finding Descriptors()
    {
        const long Few = 256, Comfortable = 8192;
        long? soft = SystemFacts.SoftLimit("Max open files"), hard = SystemFacts.HardLimit("Max open files");
        string text = $"{Number(soft)} (hard limit {Number(hard)}); every segment and every peer takes a few descriptors";
        const string Fix = "ulimit -n 65536 before starting, or LimitNOFILE=65536 in the service unit";
        return soft switch
        {
            < Few => new Finding("open files", CheckState.Failure, text, Fix),
            < Comfortable => new Finding("open files", CheckState.Warning, text, Fix),
            _ => new Finding("open files", CheckState.Ok, text),
        };
    }

    private static Finding Maps()
    {
        const long Few = 1024, Comfortable = 65530;
        long? limit = SystemFacts.Number("/proc/sys/vm/max_map_count");
        string text = $"{Number(limit)} mappings per process; every segment, imported segment and lane is one";
        const string Fix = "sysctl -w vm.max_map_count=262144";
        return limit switch
        {
            null => new Finding("max_map_count", CheckState.Note, "cannot be read here"),
            < Few => new Finding("max_map_count", CheckState.Failure, text, Fix),
            < Comfortable => new Finding("max_map_count", CheckState.Warning, text, Fix),
            _ => new Finding("max_map_count", CheckState.Ok, text),
        };
    }

    private static Finding Memory()
    {
        (long? headroom, string where) = ControlGroup.MemoryHeadroom();
        long? available = Kilobytes(SystemFacts.Value("/proc/meminfo", "MemAvailable"));
        long? room = headroom is { } inside && available is { } machine ? Math.Min(inside, machine) : headroom ?? available;
        string text = headroom is null
            ? $"no control-group limit; {Mega(available)} available on the machine"
            : $"{Mega(headroom)} below the limit of {where}; {Mega(available)} available on the machine";
        const string Fix = "raise memory.max (docker run --memory, MemoryMax= in the unit), or free memory: a full group is killed, not refused";
        return room switch
        {
            < LittleMemory => new Finding("memory headroom", CheckState.Failure, text, Fix),
            < ModestMemory => new Finding("memory headroom", CheckState.Warning, text, Fix),
            _ => new Finding("memory headroom", CheckState.Ok, text),
        };
    }

    private static Finding Overcommit()
    {
        if (SystemFacts.Number("/proc/sys/vm/overcommit_memory") != 2)
        {
            return new Finding("overcommit", CheckState.Ok, "not strict: address space may exceed memory");
        }

        long? limit = Kilobytes(SystemFacts.Value("/proc/meminfo", "CommitLimit"));
        long? used = Kilobytes(SystemFacts.Value("/proc/meminfo", "Committed_AS"));
        long? left = limit - used;
        return new Finding(
            "overcommit",
            left < LittleMemory ? CheckState.Failure : CheckState.Warning,
            $"strict (vm.overcommit_memory=2); {Mega(left)} may still be committed, and every segment counts in full",
            "sysctl -w vm.overcommit_memory=0, or raise vm.overcommit_ratio");
    }

    private static Finding LockedMemory()
    {
        long? soft = SystemFacts.SoftLimit("Max locked memory");
        string text = $"{(soft is null ? "unlimited" : Mega(soft))}; the loopback provider locks nothing, UB and RDMA devices lock every registered page";
        return soft < ModestMemory
            ? new Finding("memlock", CheckState.Note, text, "for devices: ulimit -l unlimited, or LimitMEMLOCK=infinity in the unit")
            : new Finding("memlock", CheckState.Ok, text);
    }

    private static Finding SharedMemoryFolder()
    {
        string size;
        try
        {
            size = Mega(new DriveInfo("/dev/shm").TotalSize);
        }
        catch (Exception error) when (error is IOException or ArgumentException or UnauthorizedAccessException)
        {
            size = "not mounted";
        }

        return new Finding("/dev/shm", CheckState.Ok, $"{size}; irrelevant: segments are memfds, which that limit does not touch");
    }

    private static Finding HugePages()
    {
        long? total = Plain(SystemFacts.Value("/proc/meminfo", "HugePages_Total")), free = Plain(SystemFacts.Value("/proc/meminfo", "HugePages_Free"));
        return total is > 0
            ? new Finding("huge page pool", CheckState.Ok, $"{free} of {total} pages free for segments with MemoryPages.Huge2M")
            : new Finding(
                "huge page pool", CheckState.Note, "empty: MemoryPages.Huge2M will be refused; the default pages do not need it",
                "sysctl -w vm.nr_hugepages=512 gives 1 GiB of them");
    }

    private static string Number(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "unlimited";

    private static string Mega(long? bytes) => bytes is null ? "an unknown amount" : $"{bytes / Mebibyte} MiB";

    private static long? Plain(string? text) => long.TryParse(text, CultureInfo.InvariantCulture, out long value) ? value : null;

    private static long? Kilobytes(string? text) => Plain(text?.Split(' ')[0]) * 1024;
}
