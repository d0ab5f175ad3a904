using System.Globalization;
using System.Runtime.InteropServices;
using Urma.Net.Measurement;

namespace Urma.Net.Tool.Doctor;

/// <summary>The kernel, the processors and the surroundings.</summary>
internal static partial class SystemChecks
{
    private const int GlobalExpedited = 1 << 1;

    public static IEnumerable<Finding> All() =>
    [
        Kernel(), Processors(), Quota(), Governor(), ClockSource(), Membarrier(), PtraceScope(), ShmemHugePages(), User(), Surroundings(), Yardstick(),
    ];

    private static Finding Kernel()
    {
        Version version = Environment.OSVersion.Version;
        return version >= new Version(5, 6)
            ? new Finding("kernel", CheckState.Ok, $"{version.ToString(3)}")
            : new Finding("kernel", CheckState.Failure, $"{version.ToString(3)}: pidfds and write seals are missing or incomplete", "use Linux 5.6 or later");
    }

    private static Finding Processors()
    {
        int[] allowed = CpuPinning.GetAllowedProcessors();
        string text = $"{allowed.Length} usable of {Environment.ProcessorCount} seen by .NET: {SystemFacts.ProcessorModel}";
        return allowed.Length < 2
            ? new Finding(
                "processors", CheckState.Warning, text + "; two sides that poll will take turns on one core, microseconds instead of nanoseconds",
                "give the process at least two processors (taskset, --cpuset-cpus)")
            : new Finding("processors", CheckState.Ok, text);
    }

    private static Finding Quota()
    {
        double? quota = ControlGroup.ProcessorQuota();
        return quota switch
        {
            null => new Finding("processor quota", CheckState.Ok, "none"),
            < 2 => new Finding(
                "processor quota", CheckState.Warning,
                string.Create(CultureInfo.InvariantCulture, $"{quota:0.##} processors; whoever polls is put to sleep when its share is used up"),
                "raise cpu.max (docker run --cpus, CPUQuota= in the unit)"),
            _ => new Finding("processor quota", CheckState.Ok, string.Create(CultureInfo.InvariantCulture, $"{quota:0.##} processors")),
        };
    }

    private static Finding Governor()
    {
        string? governor = SystemFacts.Read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
        return governor is null or "performance"
            ? new Finding("frequency governor", CheckState.Ok, governor ?? "none visible (a virtual machine, or fixed frequency)")
            : new Finding(
                "frequency governor", CheckState.Warning, $"{governor}: the first microseconds after a pause run slowly",
                "cpupower frequency-set -g performance");
    }

    private static Finding ClockSource()
    {
        string? source = SystemFacts.Read("/sys/devices/system/clocksource/clocksource0/current_clocksource");
        return source is null or "tsc" or "kvm-clock" or "arch_sys_counter" or "hyperv_clocksource_tsc_page"
            ? new Finding("clock source", CheckState.Ok, source ?? "unknown")
            : new Finding(
                "clock source", CheckState.Warning, $"{source}: every reading of the clock is a system call, which timeouts and measurements pay",
                "echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource, where the processor allows it");
    }

    private static Finding Membarrier()
    {
        nint number = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => 324,
            Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => 283,
            _ => -1,
        };
        nint commands = number < 0 ? -1 : Syscall(number, 0, 0, 0);
        return commands > 0 && (commands & GlobalExpedited) != 0
            ? new Finding("membarrier", CheckState.Ok, "expedited barriers available: senders need no fence to see a sleeping receiver")
            : new Finding(
                "membarrier", CheckState.Warning, "expedited barriers not available: every send pays a fence (some 10 ns)",
                "allow the membarrier system call in the seccomp profile");
    }

    private static Finding PtraceScope()
    {
        long? scope = SystemFacts.Number("/proc/sys/kernel/yama/ptrace_scope");
        return scope is null or 0
            ? new Finding("ptrace_scope", CheckState.Ok, "processes of one user may copy from each other: Copied segments work")
            : new Finding(
                "ptrace_scope",
                CheckState.Warning,
                $"{scope}: segments of mode Copied can be refused between unrelated processes; allocated and adopted memory is not affected",
                "sysctl -w kernel.yama.ptrace_scope=0, or allocate with AllocateSegment");
    }

    private static Finding ShmemHugePages()
    {
        string? chosen = SystemFacts.Chosen("/sys/kernel/mm/transparent_hugepage/shmem_enabled");
        return chosen is null or "always" or "within_size" or "advise" or "force"
            ? new Finding("huge pages for shmem", CheckState.Ok, chosen ?? "the kernel does not offer them")
            : new Finding(
                "huge pages for shmem", CheckState.Note, $"{chosen}: large segments are mapped in 4 KiB pages, which slows the first touch and wide random access",
                "echo advise > /sys/kernel/mm/transparent_hugepage/shmem_enabled");
    }

    private static Finding User() => new(
        "user", CheckState.Ok, $"{Environment.UserName} (uid {UserId()}); peers of any other user are refused by design");

    private static Finding Surroundings()
    {
        bool container = File.Exists("/.dockerenv") || File.Exists("/run/.containerenv") ||
            Environment.GetEnvironmentVariable("container") is not null || Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is not null;
        return container
            ? new Finding(
                "container", CheckState.Note, "this looks like one: peers in other containers see neither our names (network namespace) nor our process ids",
                "share a folder and use loopback:///that/folder, and run with --pid=container:… or --pid=host")
            : new Finding("container", CheckState.Ok, "none detected");
    }

    private static Finding Yardstick() => Yardsticks.Native is { } native
        ? new Finding("yardsticks", CheckState.Ok, native.Source)
        : new Finding("yardsticks", CheckState.Note, "C#, because " + Yardsticks.NativeAbsenceReason, "install gcc and cmake, then ./build.sh native");

    private static string UserId() => SystemFacts.Value("/proc/self/status", "Uid")?.Split('\t')[0] ?? "unknown";

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Syscall(nint number, nint command, nint flags, nint cpu);
}
