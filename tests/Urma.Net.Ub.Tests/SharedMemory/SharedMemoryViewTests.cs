namespace Urma.Net.Ub.Tests.SharedMemory;

/// <summary>Views, and what one process can do with its own memory.</summary>
public class SharedMemoryViewTests
{
    private const long Length = UbSharedMemory.Granule;
    private static readonly long Page = UbSharedMemory.OwnershipGranule;

    [SkippableFact]
    public void A_view_has_the_rights_that_are_held()
    {
        using UbSharedMemory memory = Export();
        Assert.Equal(UrmaStatus.OperationNotPermitted, Assert.Throws<UrmaException>(() => memory.Map(0, 8).Dispose()).Status);
        memory.SetOwnership(0, 2 * Page, Ownership.Read);
        memory.SetOwnership(0, Page, Ownership.Write);
        using (SegmentView view = memory.Map(0, Page))
        {
            Assert.True(view.IsWritable);
            view.Bytes(0, 4).Fill(7);
        }

        using (SegmentView view = memory.Map(Page - 8, 16))
        {
            Assert.False(view.IsWritable);
        }

        Assert.Throws<UrmaException>(() => memory.Map(Page, Page + 1).Dispose());
        Assert.Throws<UrmaException>(() =>
        {
            using SegmentView view = memory.Map(Page, 8);
            view.StoreRelease(0, 1UL);
        });
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Map(Length, 1).Dispose());
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Map(-1, 1).Dispose());
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Map(0, 0).Dispose());
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Map(1, long.MaxValue).Dispose());
    }

    [SkippableFact]
    public void Rights_that_a_view_needs_are_not_given_up()
    {
        using UbSharedMemory memory = Export();
        memory.SetOwnership(0, Length, Ownership.Write);
        SegmentView written = memory.Map(Page, 1);
        UbOwnershipChange[] changes =
        [
            new(0, Page, Ownership.None), new(Page, Page, Ownership.Read), new(2 * Page, Page, Ownership.Read), new(3 * Page, Page, Ownership.Write),
        ];
        var results = new UbOwnershipResult[changes.Length];
        Assert.Equal(3, memory.SetOwnership(changes, results));
        Assert.Equal(UbOwnershipStatus.InUse, results[1].Status);
        written.Bytes(0, 1)[0] = 3;
        Assert.Throws<InvalidOperationException>(memory.Close);
        written.Dispose();

        SegmentView read = memory.Map(2 * Page, 1);
        memory.SetOwnership(Page, 2 * Page, Ownership.Write);
        Assert.Throws<UrmaException>(() => memory.SetOwnership(0, Length, Ownership.None));
        memory.SetOwnership(2 * Page, Page, Ownership.Read);
        memory.Dispose();
        Assert.Equal(0, read.ReadOnlyBytes(0, 1)[0]);
        Assert.True(File.Exists(memory.NodePath));
        read.Dispose();
        Assert.False(File.Exists(memory.NodePath));
    }

    [SkippableFact]
    public void A_process_may_stand_for_two_hosts()
    {
        using UbSharedMemory exported = Export();
        using UbSharedMemory imported = UbSharedMemory.Import(exported.Descriptor);
        Assert.NotEqual(exported.MemoryId, imported.MemoryId);
        exported.SetOwnership(0, Page, Ownership.Write);
        Assert.Equal(UrmaStatus.TryAgain, Assert.Throws<UrmaException>(() => imported.SetOwnership(0, Page, Ownership.Read)).Status);
        imported.SetOwnership(Page, Page, Ownership.Write);
        exported.SetOwnership(0, Page, Ownership.Read);
        imported.SetOwnership(0, Page, Ownership.Read);
        imported.Close();
    }

    [SkippableFact]
    public void Lengths_and_ranges_are_checked()
    {
        SoftwareObmm.Use();
        Assert.Throws<ArgumentOutOfRangeException>(() => UbSharedMemory.Export(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => UbSharedMemory.Export(4096));
        Assert.Throws<ArgumentOutOfRangeException>(() => UbSharedMemory.Export(Length, new UbExportOptions { NumaNode = 16 }));
        Assert.Throws<UrmaException>(() => UbSharedMemory.Export(Length, new UbExportOptions { NumaNode = 15 }));
        Assert.Equal(UrmaStatus.OutOfMemory, Assert.Throws<UrmaException>(() => UbSharedMemory.Export(1L << 60)).Status);
        using UbSharedMemory memory = Export();
        Assert.Throws<ArgumentException>(() => memory.SetOwnership(1, Page, Ownership.Read));
        Assert.Throws<ArgumentException>(() => memory.SetOwnership(0, 0, Ownership.Read));
        Assert.Throws<ArgumentException>(() => memory.SetOwnership(0, Length + Page, Ownership.Read));
        Assert.Throws<ArgumentException>(() => memory.SetOwnership(0, Page, (Ownership)3));
        Assert.Throws<ArgumentException>(() => memory.SetOwnership(new UbOwnershipChange[2], new UbOwnershipResult[1]));
    }

    [SkippableFact]
    public void A_batch_allocates_nothing_the_second_time()
    {
        using UbSharedMemory memory = Export();
        UbOwnershipChange[] changes = [.. Enumerable.Range(0, 100).Select(static i => new UbOwnershipChange(2 * i * Page, Page, Ownership.Write))];
        var results = new UbOwnershipResult[changes.Length];
        Assert.Equal(changes.Length, memory.SetOwnership(changes, results));
        long before = GC.GetAllocatedBytesForCurrentThread();
        int granted = memory.SetOwnership(changes, results);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((changes.Length, 0), (granted, allocated));
    }

    private static UbSharedMemory Export()
    {
        SoftwareObmm.Use();
        return UbSharedMemory.Export(Length);
    }
}
