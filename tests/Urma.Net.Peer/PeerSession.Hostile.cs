using System.Globalization;
using System.Runtime.InteropServices;

namespace Urma.Net.Peer;

/// <content>Verbs of a peer that dies strangely, runs out of things, or means harm.</content>
internal sealed partial class PeerSession
{
    private Thread? _scribbler;
    private volatile bool _scribbling;

    /// <summary>
    /// Forks a child that inherits every descriptor and only sleeps. The child never returns to managed code that could
    /// meet the runtime: both calls go through bare function pointers without a transition.
    /// </summary>
    private static unsafe string Fork()
    {
        nint libc = NativeLibrary.Load("libc");
        var fork = (delegate* unmanaged[SuppressGCTransition]<int>)NativeLibrary.GetExport(libc, "fork");
        var sleep = (delegate* unmanaged[SuppressGCTransition]<uint, uint>)NativeLibrary.GetExport(libc, "sleep");
        var exit = (delegate* unmanaged[SuppressGCTransition]<int, void>)NativeLibrary.GetExport(libc, "_exit");
        int child = fork();
        if (child == 0)
        {
            sleep(60);
            exit(0);
        }

        return Ok($"child={child}");
    }

    /// <summary>
    /// Scribbles over every page this process shares with others and may write, in the background until told to stop:
    /// whatever the layout, each field is hit sooner or later.
    /// </summary>
    private string StartGarbage(Command command)
    {
        List<(nint Start, long Length, string Name)> areas = SharedWritableAreas(command.Text("only", string.Empty), command.Text("except", "none"));
        if (areas.Count == 0)
        {
            throw new InvalidOperationException("This process shares nothing it can write.");
        }

        var random = new Random(command.Int("seed"));
        bool onlyForge = command.Has("forge");
        _scribbling = true;
        _scribbler = new Thread(() =>
        {
            while (_scribbling)
            {
                for (int i = 0; i < 200; i++)
                {
                    Scribble(random, areas[random.Next(areas.Count)], onlyForge);
                }

                // Some of the garbage must stay long enough to be believed.
                Thread.SpinWait(random.Next(2000));
            }
        })
        { IsBackground = true };
        _scribbler.Start();
        return Ok($"areas={areas.Count} names={string.Join(',', areas.Select(area => area.Name).Distinct())}");
    }

    private string StopGarbage()
    {
        _scribbling = false;
        _scribbler?.Join();
        return "ok";
    }

    private static unsafe void Scribble(Random random, (nint Start, long Length, string Name) area, bool onlyForge)
    {
        if ((onlyForge || random.Next(2) == 0) && (Forger.TryForge(random, area.Name, (byte*)area.Start, area.Length) || onlyForge))
        {
            return;
        }

        // The head of an area holds the fields, its bulk holds entries: half of the hits go to either.
        long reach = random.Next(2) == 0 ? Math.Min(area.Length, 512) : area.Length;
        nint place = area.Start + (nint)(random.NextInt64(0, reach - 8) & ~3L);
        ulong value = random.Next(8) switch
        {
            0 => 0,
            1 => ulong.MaxValue,
            2 => 1,
            3 => 1UL << random.Next(64),
            4 => (ulong)random.Next(0, 256),
            5 => *(ulong*)place + (ulong)random.Next(-2, 3),
            6 => *(ulong*)place ^ (1UL << random.Next(64)),
            _ => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
        };
        if (random.Next(2) == 0)
        {
            *(uint*)place = (uint)value;
        }
        else
        {
            *(ulong*)place = value;
        }
    }

    /// <summary>Works with a peer that may write garbage: every kind of operation, with no regard to how it ends.</summary>
    private string Batter(Command command)
    {
        PeerJetty there = _jetties[command.Text("id")];
        PeerJetty here = _jetties[command.Text("receive")];
        TargetJetty target = _reached[command.Text("id")];
        TargetSegment memory = _targets[command.Text("id")];
        Span<Completion> completions = stackalloc Completion[32];
        Span<ReceiveCompletion> received = stackalloc ReceiveCompletion[32];
        var ended = new SortedDictionary<string, int>();
        var random = new Random(command.Int("seed"));
        for (int i = 0; i < command.Int("count"); i++)
        {
            int length = random.Next(4) switch { 0 => 8, 1 => 33, 2 => 600, _ => 4000 };
            SegmentRange local = there.Memory.Range(0, length);
            WorkRequest request = random.Next(6) switch
            {
                0 => WorkRequest.Write(local, memory.At(random.Next(60_000), length)),
                1 => WorkRequest.Read(local, memory.At(random.Next(60_000), length)),
                2 => WorkRequest.FetchAdd(there.Memory.Range(0, 8), memory.At(random.Next(1000) * 8, 8), 1),
                3 => WorkRequest.WriteImmediate(local, memory.At(0, length), target, 1),
                _ => WorkRequest.Send(target, local),
            };
            _ = there.Jetty.Post(in request);
            foreach (Completion completion in completions[..there.SendJfc.Poll(completions)])
            {
                string status = completion.Status.ToString();
                ended[status] = ended.GetValueOrDefault(status) + 1;
            }

            foreach (ReceiveCompletion completion in received[..here.ReceiveJfc.Poll(received)])
            {
                string status = (completion.Completion.IsReceive ? "R-" : "S-") + completion.Completion.Status;
                ended[status] = ended.GetValueOrDefault(status) + 1;
                here.Jetty.PostReceive(new ReceiveRequest(here.Memory.Range(0, 4096), 1));
            }
        }

        there.SendJfc.Wait(completions, TimeSpan.FromMilliseconds(5));
        return Ok($"ended={string.Join(',', ended.Select(pair => $"{pair.Key}:{pair.Value}"))}");
    }

    private static List<(nint Start, long Length, string Name)> SharedWritableAreas(string only, string except)
    {
        var areas = new List<(nint, long, string)>();
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            // 7f…-7f… rw-s 00000000 00:01 1042  /memfd:name (deleted)
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 6 || words[1] != "rw-s" || !words[5].StartsWith("/memfd:", StringComparison.Ordinal))
            {
                continue;
            }

            string name = words[5]["/memfd:".Length..];
            // The runtime keeps its code heaps in a memfd of its own; that one is nobody else's.
            if (name.StartsWith("doublemapper", StringComparison.Ordinal) || !name.Contains(only, StringComparison.Ordinal) || name.Contains(except, StringComparison.Ordinal))
            {
                continue;
            }

            string[] range = words[0].Split('-');
            nint start = (nint)long.Parse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            nint end = (nint)long.Parse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            areas.Add((start, end - start, name));
        }

        return areas;
    }

    /// <summary>Leaves exactly so many descriptor numbers free below the limit, which is what the kernel goes by.</summary>
    private static string LimitFiles(Command command)
    {
        Native.GetLimit(Native.LimitOfFiles, out Native.Limit limit);
        // Looking needs a descriptor, too, and there may be none left under the present limit.
        SetLimit(Native.LimitOfFiles, limit.Hard);
        HashSet<int> open = [.. Directory.GetFileSystemEntries("/proc/self/fd").Select(entry => int.Parse(Path.GetFileName(entry), CultureInfo.InvariantCulture))];
        // The descriptor of that look itself is closed again: the entry of it cannot be resolved any more.
        open.RemoveWhere(descriptor => new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget is null);
        int spare = command.Int("spare");
        int value = 0;
        for (int free = 0; free <= spare; value++)
        {
            if (!open.Contains(value) && free++ == spare)
            {
                break;
            }
        }

        SetLimit(Native.LimitOfFiles, (ulong)value);
        return Ok($"limit={value}");
    }

    private static string LimitLocked(Command command)
    {
        SetLimit(Native.LimitOfLockedMemory, (ulong)command.Number("bytes"));
        return "ok";
    }

    private static void SetLimit(int resource, ulong soft)
    {
        Native.GetLimit(resource, out Native.Limit limit);
        limit.Soft = Math.Min(soft, limit.Hard);
        if (Native.SetLimit(resource, in limit) != 0)
        {
            throw new InvalidOperationException($"setrlimit: error {Marshal.GetLastPInvokeError()}");
        }
    }

    private static string JoinCgroup(Command command)
    {
        File.WriteAllText(Path.Combine(command.Text("path"), "cgroup.procs"), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return "ok";
    }

    private static string Resources() => Ok($"files={Directory.GetFileSystemEntries("/proc/self/fd").Length - 1} maps={File.ReadLines("/proc/self/maps").Count()} resident={Environment.WorkingSet}");
}
