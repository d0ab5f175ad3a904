using System.Diagnostics;
using System.Globalization;
using System.Text;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.ControlPeer;

/// <summary>An engine that echoes requests and does what standard input says.</summary>
internal sealed class EnginePeer : IControlHandler, IDisposable
{
    /// <summary>A request that begins with this byte is never answered.</summary>
    private const byte Hang = 255;

    private const int PageLength = 8192;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private readonly MemoryFile _page;
    private readonly ControlPlane _plane;

    internal EnginePeer(LoopbackFabric fabric, string label, uint? uasid)
    {
        _page = MemoryFile.Create("urma-test-page", PageLength, new MemoryFileOptions { ReadOnlyForOthers = true });
        var options = new UrmaContextOptions { Label = label, Uasid = uasid };
        _plane = new ControlPlane(fabric, fabric.Eid, options, _page.Descriptor, PageLength, this);
    }

    internal void Run()
    {
        Say($"ready {_plane.Uasid}");
        while (Console.ReadLine() is { } line)
        {
            string[] words = line.Split(' ');
            try
            {
                Do(words);
            }
            catch (UrmaException error)
            {
                Say($"error {error.Status} {error.Message}");
            }
        }
    }

    public void OnRequest(LoopbackPeer peer, in ControlRequest request, ControlReply reply)
    {
        if (request.Payload is [Hang, ..])
        {
            Say("hanging");
            Thread.Sleep(Timeout.Infinite);
        }

        reply.Write(request.Payload);
    }

    public void OnNotice(LoopbackPeer peer, in ControlRequest notice) => Say($"notice {notice.Type}");

    public void OnPeerLost(LoopbackPeer peer) => Say($"lost {peer.Fault}");

    public TimeSpan OnTick() => Timeout.InfiniteTimeSpan;

    public void Dispose()
    {
        _plane.Dispose();
        _page.Dispose();
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }

    private void Do(string[] words)
    {
        switch (words[0])
        {
            case "connect":
                uint uasid = uint.Parse(words[1], CultureInfo.InvariantCulture);
                Say($"connected {_plane.GetPeer(_plane.Eid, uasid, Soon).Label}");
                break;
            case "publish":
                _plane.Publish(words[1], Encoding.UTF8.GetBytes(words[2]));
                Say("published");
                break;
            case "lookup":
                Say($"found {Encoding.UTF8.GetString(_plane.Lookup(words[1], Soon))}");
                break;
            case "close":
                _plane.Dispose();
                Say("closed");
                break;
            case "child":
                Say($"child {StartChildWithOurSockets()}");
                break;
            default:
                Say($"error {words[0]} is not a command");
                break;
        }
    }

    // What a program does that forks without closing, or clears the flag by mistake.
    private static int StartChildWithOurSockets()
    {
        foreach (string entry in Directory.GetFiles("/proc/self/fd"))
        {
            int descriptor = int.Parse(Path.GetFileName(entry), CultureInfo.InvariantCulture);
            if (File.ResolveLinkTarget(entry, false)?.Name.StartsWith("socket:", StringComparison.Ordinal) == true)
            {
                _ = Libc.Fcntl(descriptor, Libc.F_SETFD, 0);
            }
        }

        using Process child = Process.Start("/bin/sleep", "600");
        return child.Id;
    }
}
