using System.Reflection;

namespace Urma.Net.Loopback.Tests.Processes;

/// <summary>Users are kept apart by the kernel's word, in both directions.</summary>
public sealed class OtherUserTests : ProcessTest
{
    private const string Nobody = "65534";

    [SkippableFact]
    public void A_process_of_another_user_gets_nothing()
    {
        Skip.IfNot(Posix.IsRoot, "Starting a process as another user needs root.");
        using var copy = new ReadableCopy();
        UrmaContext context = OpenHere();
        using Segment segment = context.AllocateSegment(4096);
        segment.AsSpan().Fill(1);
        using var endpoint = new Endpoint(context);
        using IDisposable name = context.Publish("secret", [1, 2, 3]);
        using PeerProcess stranger = copy.StartAs(Nobody);
        stranger.Ask($"open on={Fabric} label=stranger timeout=2000");
        int lost = 0;
        context.PeerLost += (_, _) => lost++;

        PeerReply import = stranger.Try($"import id=t descriptor={Hex(segment.Descriptor)} token={segment.Token.Value}");
        Assert.StartsWith("error UrmaException", import.Line, StringComparison.Ordinal);
        Assert.Contains("user", import.Line, StringComparison.OrdinalIgnoreCase);
        PeerReply reach = stranger.Try($"reach id=t descriptor={Hex(endpoint.Jetty.Descriptor)} token={endpoint.Jetty.Token.Value}");
        Assert.StartsWith("error UrmaException", reach.Line, StringComparison.Ordinal);
        PeerReply lookup = stranger.Try("lookup name=secret seconds=1");
        Assert.StartsWith("error UrmaException", lookup.Line, StringComparison.Ordinal);

        Assert.Equal(-1, segment.AsSpan().IndexOfAnyExcept((byte)1));
    }

    [SkippableFact]
    public void Nothing_of_another_user_is_trusted()
    {
        Skip.IfNot(Posix.IsRoot, "Starting a process as another user needs root.");
        using var copy = new ReadableCopy();
        UrmaContext context = OpenHere(new UrmaContextOptions { ControlTimeout = TimeSpan.FromSeconds(2) });
        using PeerProcess stranger = copy.StartAs(Nobody);
        stranger.Ask($"open on={Fabric} label=stranger");
        PeerReply segment = stranger.Ask("segment id=s length=4096");
        PeerReply jetty = stranger.Ask("jetty id=j");
        stranger.Ask("publish name=lure value=01");

        UrmaException error = Assert.Throws<UrmaException>(() => context.ImportSegment(segment.Segment(), segment.Token()));
        Assert.Contains("user", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Throws<UrmaException>(() => context.ImportJetty(jetty.Jetty(), jetty.Token()));
        Assert.Throws<UrmaException>(() => context.Lookup("lure", TimeSpan.FromSeconds(1)));
        stranger.Ask("ping");
    }

    /// <summary>The peer's program in a place every user may read, wherever this repository lies.</summary>
    private sealed class ReadableCopy : IDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("urma-peer-");
        private readonly string _program;

        public ReadableCopy()
        {
            File.SetUnixFileMode(_directory.FullName, (UnixFileMode)0b111_101_101);
            string original = typeof(PeerProcess).Assembly
                .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "PeerAssembly").Value!;
            foreach (string file in Directory.EnumerateFiles(Path.GetDirectoryName(original)!))
            {
                string target = Path.Combine(_directory.FullName, Path.GetFileName(file));
                File.Copy(file, target);
                File.SetUnixFileMode(target, (UnixFileMode)0b110_100_100);
            }

            _program = Path.Combine(_directory.FullName, Path.GetFileName(original));
        }

        public PeerProcess StartAs(string user) =>
            PeerProcess.StartProgram(_program, "setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups");

        public void Dispose() => _directory.Delete(recursive: true);
    }
}
