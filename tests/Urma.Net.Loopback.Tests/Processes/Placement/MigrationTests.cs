namespace Urma.Net.Loopback.Tests.Processes.Placement;

/// <summary>Placed memory moves between processes while others read and write it, and survives whoever dies on the way.</summary>
public sealed class MigrationTests(Xunit.Abstractions.ITestOutputHelper output) : ProcessTest
{
    private const int Granule = 512;
    private const long Length = 256 << 10;
    private const string Name = "placed";

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Four_processes_read_and_write_while_the_data_moves_back_and_forth()
    {
        const int Moves = 60;
        UrmaContext context = OpenHere();
        PeerProcess[] peers = [OpenPeer("first"), OpenPeer("second"), OpenPeer("third")];
        (SegmentDescriptor, Token)[] places = [MakePlace(peers[0]), MakePlace(peers[1]), MakePlace(peers[2])];
        peers[0].Ask($"placed-create name={Name} segment=s granule={Granule}");
        foreach (PeerProcess peer in peers[1..])
        {
            peer.Ask($"placed-join name={Name}");
        }

        using PlacedMemory here = PlacedMemory.Join(context, Name, Bound);
        byte[] record = new byte[Granule];
        for (long index = 0; index < Length / Granule; index++)
        {
            Peer.PlacedRecords.Fill(record, index, 0);
            here.Write(index * Granule, record);
        }

        peers[0].Ask("placed-work");
        peers[1].Ask("placed-work writer=0 writers=2");
        peers[2].Ask("placed-work writer=1 writers=2");
        var pauses = new List<double>();
        using (var reader = new Peer.PlacedRecords(here, -1, 1))
        {
            for (int move = 1; move <= Moves; move++)
            {
                (SegmentDescriptor descriptor, Token token) = places[move % places.Length];
                MigrationResult result = await here.MigrateAsync(descriptor, token);
                Assert.Equal(MigrationStatus.Moved, result.Status);
                Assert.Equal(move, here.Moves);
                Assert.Equal(descriptor.Uasid, here.Query()[0].Address.Uasid);
                pauses.Add(result.Pause.TotalMicroseconds);
            }

            reader.Dispose();
            Assert.Equal((0, 0, 0), (reader.Torn, reader.Stale, reader.Failed));
            Assert.True(reader.Operations > 0);
        }

        PeerReply readers = peers[0].Ask("placed-stop");
        PeerReply[] writers = [peers[1].Ask("placed-stop"), peers[2].Ask("placed-stop")];
        Assert.Equal((0, 0, 0), (readers.Number("torn"), readers.Number("stale"), readers.Number("failed")));
        Assert.True(readers.Number("operations") > 0);
        Assert.All(writers, static w => Assert.Equal(0, w.Number("failed")));
        for (long index = 0; index < Length / Granule; index++)
        {
            // A writer stops in the middle of a round.
            here.Read(index * Granule, record);
            Assert.True(Peer.PlacedRecords.IsWhole(record, index));
            long last = writers[index % 2].Number("last");
            Assert.InRange(BitConverter.ToInt64(record), last - 1, last);
        }

        pauses.Sort();
        output.WriteLine($"{Moves} moves of {Length} bytes: pause p50 {pauses[Moves / 2]:F0} us, longest {pauses[^1]:F0} us; reads {readers.Number("operations")}, writes {writers.Sum(static w => w.Number("operations"))}");
    }

    [Fact]
    public async Task A_target_that_dies_midway_leaves_the_source_valid()
    {
        // Slow enough that the copy is under way for ten seconds, unless the target dies.
        UrmaContext mover = OpenHere(new UrmaContextOptions
        {
            FabricProfile = new FabricProfile("test", [new FabricRule(new FabricModel("slow", 1000, 1e6)) { Label = "target" }]),
        });
        PeerProcess target = OpenPeer("target");
        (SegmentDescriptor descriptor, Token token) = MakePlace(target, 10 << 20);
        using Segment memory = mover.AllocateSegment(10 << 20);
        memory.AsSpan().Fill(7);
        using PlacedMemory placed = PlacedMemory.Create(mover, Name, memory);
        Task<MigrationResult> migration = placed.MigrateAsync(descriptor, token);
        Threads.Until(() => placed.Query().Count == 1 && !migration.IsCompleted, "the migration runs");
        await Task.Delay(50);
        target.Kill();
        MigrationResult result = await migration.WaitAsync(Bound);
        Assert.Equal(MigrationStatus.TargetLost, result.Status);
        byte[] read = new byte[4096];
        placed.Read(5 << 20, read);
        Assert.Equal(-1, read.AsSpan().IndexOfAnyExcept((byte)7));
        placed.Write(0, read);
        Assert.Equal(0, placed.Moves);
        using Segment other = mover.AllocateSegment(10 << 20);
        Assert.Equal(MigrationStatus.Moved, (await placed.MigrateAsync(other.Descriptor, other.Token)).Status);
        placed.Read(5 << 20, read);
        Assert.Equal(-1, read.AsSpan().IndexOfAnyExcept((byte)7));
    }

    [Theory]
    [InlineData("connect")]
    [InlineData("import")]
    [InlineData(null)]
    public async Task A_target_that_dies_when_it_is_asked_is_a_lost_target(string? crashAt)
    {
        UrmaContext context = OpenHere();
        using Segment memory = context.AllocateSegment(Length);
        using PlacedMemory placed = PlacedMemory.Create(context, Name, memory);
        PeerProcess target = OpenPeer("target", crashAt: crashAt);
        (SegmentDescriptor descriptor, Token token) = MakePlace(target);
        if (crashAt is null)
        {
            target.Kill();
        }

        MigrationResult result = await placed.MigrateAsync(descriptor, token).WaitAsync(Bound);
        Assert.Equal(MigrationStatus.TargetLost, result.Status);
        Assert.Equal(0, placed.Moves);
        placed.Write(0, new byte[8]);
    }

    [Fact]
    public async Task A_mover_that_dies_while_writers_wait_has_moved_nothing()
    {
        UrmaContext context = OpenHere();
        using Segment memory = context.AllocateSegment(Length);
        using Segment other = context.AllocateSegment(Length);
        using PlacedMemory placed = PlacedMemory.Create(context, Name, memory);
        PeerProcess mover = OpenPeer("mover", crashAt: "placed-switch");
        mover.Ask($"placed-join name={Name}");
        mover.Tell($"placed-move descriptor={Hex(other.Descriptor)} token={other.Token.Value}");
        mover.AwaitExit();
        byte[] bytes = new byte[100];
        Array.Fill(bytes, (byte)9);
        placed.Read(0, new byte[100]);
        placed.Write(0, bytes);
        Assert.Equal(9, memory.AsSpan()[99]);
        Assert.Equal(MigrationStatus.Moved, (await placed.MigrateAsync(other.Descriptor, other.Token)).Status);
        Assert.Equal(9, other.AsSpan()[99]);
    }

    [Fact]
    public async Task A_writer_that_dies_with_its_granule_holds_up_nobody()
    {
        UrmaContext context = OpenHere();
        using Segment memory = context.AllocateSegment(Length);
        using Segment other = context.AllocateSegment(Length);
        using PlacedMemory placed = PlacedMemory.Create(context, Name, memory);
        for (int death = 0; death < 3; death++)
        {
            PeerProcess writer = OpenPeer("writer", crashAt: "placed-write");
            writer.Ask($"placed-join name={Name}");
            writer.Tell($"placed-write offset={death * 4096} length=10 value=1");
            writer.AwaitExit();
        }

        placed.Read(0, new byte[8]);
        placed.Write(4096, new byte[8]);
        Assert.Equal(MigrationStatus.Moved, (await placed.MigrateAsync(other.Descriptor, other.Token)).Status);
    }

    [Fact]
    public async Task A_stopped_writer_ends_the_pause_and_the_data_stays()
    {
        UrmaContext context = OpenHere();
        using Segment memory = context.AllocateSegment(Length);
        using Segment other = context.AllocateSegment(Length);
        var options = new PlacedMemoryOptions { LongestPause = TimeSpan.FromMilliseconds(100), AccessTimeout = TimeSpan.FromMilliseconds(100) };
        using PlacedMemory placed = PlacedMemory.Create(context, Name, memory, options);

        // The word of the first granule, as a writer that is stopped leaves it: with the number of a member that lives.
        PeerProcess peer = OpenPeer();
        peer.Ask($"placed-join name={Name}");
        using (Global.SharedDirectory second = Global.SharedDirectory.Join(context, Name, Global.PlacedMemoryLayout.Kind, Bound))
        {
            Hold(second);
            MigrationResult result = await MoveOff(placed, other);
            Assert.Equal(MigrationStatus.WriterTimedOut, result.Status);
            Assert.True(result.Pause >= options.LongestPause);
            Assert.Equal(GlobalMemoryStatus.TimedOut, placed.TryRead(0, new byte[8]));
            Assert.Equal(GlobalMemoryStatus.Success, placed.TryWrite(4096, new byte[8]));
        }

        Assert.Equal(GlobalMemoryStatus.Success, placed.TryRead(0, new byte[8]));
        Assert.Equal(MigrationStatus.Moved, (await MoveOff(placed, other)).Status);
    }

    [Fact]
    public async Task A_write_that_ends_while_the_mover_looks_at_its_granule_is_moved()
    {
        UrmaContext context = OpenHere();
        using Segment memory = context.AllocateSegment(Length);
        using Segment other = context.AllocateSegment(Length);
        using PlacedMemory placed = PlacedMemory.Create(context, Name, memory);
        using Global.SharedDirectory writer = Global.SharedDirectory.Join(context, Name, Global.PlacedMemoryLayout.Kind, Bound);
        Hold(writer);
        placed.OnBusyGranule = () =>
        {
            using Global.SharedWords view = writer.Map();
            ulong word = view.LoadAcquire<ulong>(Global.PlacedMemoryLayout.Granule(0));
            if ((view.LoadAcquire<ulong>(Global.PlacedMemoryLayout.State) & Global.PlacedMemoryLayout.IsSwitching) != 0)
            {
                memory.AsSpan()[0] = 9;
                view.StoreRelease(Global.PlacedMemoryLayout.Granule(0), Global.PlacedMemoryLayout.AfterWrite(word));
            }
        };
        Assert.Equal(MigrationStatus.Moved, (await MoveOff(placed, other)).Status);
        Assert.Equal(9, other.AsSpan()[0]);
        byte[] read = new byte[1];
        placed.Read(0, read);
        Assert.Equal(9, read[0]);
    }

    [Fact]
    public async Task An_own_segment_that_others_could_not_import_is_no_target()
    {
        UrmaContext context = OpenHere();
        using Segment memory = context.AllocateSegment(Length);
        using Segment local = context.AllocateSegment(Length, new SegmentOptions { Access = SegmentAccess.LocalOnly });
        using Segment readable = context.AllocateSegment(Length, new SegmentOptions { Access = SegmentAccess.Read });
        using Segment good = context.AllocateSegment(Length);
        using PlacedMemory placed = PlacedMemory.Create(context, Name, memory);
        Assert.Equal(GlobalMemoryStatus.AccessDenied, await Fault(local.Descriptor, local.Token));
        Assert.Equal(GlobalMemoryStatus.AccessDenied, await Fault(readable.Descriptor, readable.Token));
        Assert.Equal(GlobalMemoryStatus.Revoked, await Fault(good.Descriptor, new Token(good.Token.Value + 1)));
        (SegmentDescriptor outdated, Token token) = (good.Descriptor, good.Token);
        good.Revoke();
        Assert.Equal(GlobalMemoryStatus.Revoked, await Fault(outdated, token));
        Assert.Equal(0, placed.Moves);
        Assert.Equal(MigrationStatus.Moved, (await MoveOff(placed, good)).Status);

        async Task<GlobalMemoryStatus> Fault(SegmentDescriptor to, Token secret) =>
            (await Assert.ThrowsAsync<GlobalMemoryException>(() => placed.MigrateAsync(to, secret))).Fault;
    }

    [Fact]
    public void The_region_ends_with_the_member_that_made_it()
    {
        UrmaContext context = OpenHere();
        PeerProcess peer = OpenPeer();
        MakePlace(peer);
        peer.Ask($"placed-create name={Name} segment=s granule={Granule}");
        using PlacedMemory placed = PlacedMemory.Join(context, Name, Bound);
        placed.Read(0, new byte[8]);
        peer.Kill();
        Threads.Until(() => placed.TryRead(0, new byte[8]) == GlobalMemoryStatus.OwnerLost, "the loss is seen");
        Assert.Equal(GlobalMemoryStatus.OwnerLost, placed.TryWrite(0, new byte[8]));
    }

    private static void Hold(Global.SharedDirectory member)
    {
        using Global.SharedWords view = member.Map();
        view.StoreRelease(Global.PlacedMemoryLayout.Granule(0), (ulong)member.Member);
    }

    private static Task<MigrationResult> MoveOff(PlacedMemory placed, Segment to) => placed.MigrateAsync(to.Descriptor, to.Token);

    private static (SegmentDescriptor Descriptor, Token Token) MakePlace(PeerProcess peer, long length = Length)
    {
        PeerReply place = peer.Ask($"segment id=s length={length}");
        return (place.Segment(), place.Token());
    }
}
