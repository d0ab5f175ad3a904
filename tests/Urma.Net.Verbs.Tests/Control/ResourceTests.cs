using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs.Tests.Control;

/// <summary>Many peers, many threads, and what is left when an engine is closed among them.</summary>
public sealed class ResourceTests
{
    [Fact]
    public void A_thousand_connections_are_served_and_forgotten()
    {
        using var engine = new Engine(new ControlOptions { MaximumSilent = 1000 });
        int before = Descriptors();
        var clients = new List<RawClient>();
        for (int i = 0; i < 1000; i++)
        {
            clients.Add(RawClient.Welcomed(engine));
        }

        clients.ForEach(static c => c.Send(RawClient.Import(1, Engine.Secret)));
        clients.ForEach(static c => Assert.Equal(UrmaStatus.Success, c.ReceiveFrame().Status));
        clients.ForEach(static c => c.Dispose());
        Engine.Until(() => engine.Lost.Count == 1000, "all are lost");
        Engine.Until(() => Descriptors() <= before, "no descriptor is left");
    }

    [Fact]
    public void Engines_import_from_each_other_and_from_themselves_at_once()
    {
        using var one = new Engine();
        using var other = new Engine();
        Engine[] engines = [one, other];
        RunThreads(8, index =>
        {
            Engine importer = engines[index % 2];
            Engine owner = engines[index / 2 % 2];
            for (int i = 0; i < 250; i++)
            {
                Assert.Equal(4096 + i, importer.Import(owner, (uint)i).Length);
            }
        });
        Assert.Equal(2000, one.Importers.Count + other.Importers.Count);
        Assert.Empty(one.Lost);
    }

    [Fact]
    public void Many_engines_import_from_each_other()
    {
        Engine[] engines = [.. Enumerable.Range(0, 32).Select(static _ => new Engine())];
        RunThreads(4, index =>
        {
            for (int i = index; i < engines.Length; i += 4)
            {
                Array.ForEach(engines, owner => engines[i].Import(owner));
            }
        });
        Assert.All(engines, static e => Assert.Equal(32, e.Importers.Count));
        Array.ForEach(engines, static e => e.Dispose());
    }

    [Fact]
    public void Threads_that_want_the_same_engine_share_one_connection()
    {
        using var owner = new Engine();
        using var importer = new Engine();
        ControlPeer?[] found = new ControlPeer?[16];
        RunThreads(16, index => found[index] = importer.Connect(owner));
        Assert.Single(found.Distinct());
        Engine.Until(() => !owner.Heard.IsEmpty, "it is heard of");
        Assert.Single(owner.Heard);
    }

    [Fact]
    public void An_engine_that_is_closed_under_load_ends_every_call_and_leaves_nothing()
    {
        int threads = ControlThreads();
        int descriptors = Descriptors();
        for (int round = 0; round < 10; round++)
        {
            var owner = new Engine();
            var importer = new Engine();
            Engine victim = round % 2 == 0 ? owner : importer;
            RunThreads(5, index =>
            {
                if (index == 4)
                {
                    Thread.Sleep(round * 5);
                    victim.Dispose();
                    return;
                }

                Exception? ended = null;
                for (long end = Environment.TickCount64 + (long)Engine.Bound.TotalMilliseconds;
                    ended is null && Environment.TickCount64 < end;)
                {
                    ended = Record.Exception(() => importer.Import(owner));
                }

                Assert.True(ended is UrmaException or ObjectDisposedException, $"The call ended with {ended}.");
            });
            owner.Dispose();
            importer.Dispose();
        }

        Engine.Until(() => ControlThreads() <= threads, "no thread is left");
        Engine.Until(() => Descriptors() <= descriptors, "no descriptor is left");
    }

    [Fact]
    public void Closing_ends_a_connect_and_a_lookup_that_wait()
    {
        var engine = new Engine(new ControlOptions { Rendezvous = new RendezvousEndpoint("127.0.0.1", Ports.Free(), "tests") });
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        uint port = (uint)((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        Task<Exception?> connecting = Task.Run<Exception?>(() => Record.Exception(() => engine.Plane.GetPeer(engine.Eid, port, TimeSpan.FromMinutes(5))));
        Task<Exception?> looking = Task.Run<Exception?>(() => Record.Exception(() => engine.Plane.Lookup("never", TimeSpan.FromMinutes(5))));
        Thread.Sleep(200);
        engine.Dispose();
        Assert.True(Task.WaitAll([connecting, looking], Engine.Bound));
        Assert.NotNull(connecting.Result);
        Assert.NotNull(looking.Result);
    }

    // Sockets and what waits for them: the runtime opens files whenever it loads or explains something.
    private static int Descriptors() => Directory.GetFiles("/proc/self/fd")
        .Select(static f => new FileInfo(f).LinkTarget ?? string.Empty)
        .Count(static t => t.StartsWith("socket:", StringComparison.Ordinal) || t.StartsWith("anon_inode:", StringComparison.Ordinal));

    private static int ControlThreads()
    {
        int count = 0;
        foreach (string task in Directory.GetDirectories("/proc/self/task"))
        {
            try
            {
                count += File.ReadAllText(Path.Combine(task, "comm")).StartsWith("urma-", StringComparison.Ordinal) ? 1 : 0;
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }

        return count;
    }

    private static void RunThreads(int count, Action<int> body)
    {
        var errors = new Exception?[count];
        Thread[] threads = [.. Enumerable.Range(0, count).Select(i => new Thread(() => errors[i] = Record.Exception(() => body(i))))];
        Array.ForEach(threads, static t => t.Start());
        Array.ForEach(threads, static t => Assert.True(t.Join(TimeSpan.FromSeconds(60))));
        Assert.All(errors, Assert.Null);
    }
}
