using System.Globalization;

namespace Urma.Net.Loopback.Tests.Processes;

/// <summary>A memory cgroup with a limit, of either version, removed with this object.</summary>
internal sealed class MemoryCgroup : IDisposable
{
    private MemoryCgroup(string path)
    {
        Path = path;
    }

    public string Path { get; }

    /// <summary>Makes one; null where that is not allowed.</summary>
    public static MemoryCgroup? TryCreate(long limit)
    {
        string name = $"urma-test-{Environment.ProcessId}";
        (string Root, string Limit)[] kinds = [("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")];
        foreach ((string root, string file) in kinds)
        {
            string path = System.IO.Path.Combine(root, name);
            try
            {
                if (!Directory.Exists(root))
                {
                    continue;
                }

                Directory.CreateDirectory(path);
                if (File.Exists(System.IO.Path.Combine(path, file)))
                {
                    File.WriteAllText(System.IO.Path.Combine(path, file), limit.ToString(CultureInfo.InvariantCulture));
                    return new MemoryCgroup(path);
                }

                Directory.Delete(path);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Not allowed here: try the other kind.
            }
        }

        return null;
    }

    public void Dispose()
    {
        // A group can be removed once its last process is gone, which the kernel may notice a little later.
        for (int i = 0; i < 100; i++)
        {
            try
            {
                Directory.Delete(Path);
                return;
            }
            catch (IOException)
            {
                foreach (string process in File.ReadAllLines(System.IO.Path.Combine(Path, "cgroup.procs")))
                {
                    Posix.Signal(int.Parse(process, CultureInfo.InvariantCulture), Posix.Kill);
                }

                Thread.Sleep(20);
            }
        }
    }
}
