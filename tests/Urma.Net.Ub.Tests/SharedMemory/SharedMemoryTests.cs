namespace Urma.Net.Ub.Tests.SharedMemory;

/// <summary>Memory of two hosts: this process, and a C program.</summary>
public class SharedMemoryTests
{
    private const long Length = 2 * UbSharedMemory.Granule;
    private static readonly long Page = UbSharedMemory.OwnershipGranule;

    public SharedMemoryTests() => SkipWhereProgramsCountOtherPages();

    // Those of C count pages of 4096 bytes.
    private static void SkipWhereProgramsCountOtherPages() => Skip.If(Page != 4096, "The C program counts pages of 4096 bytes.");

    [SkippableFact]
    public void What_is_written_here_is_read_there_and_the_other_way_round()
    {
        using var other = new OtherHost();
        using UbSharedMemory memory = UbSharedMemory.Export(Length, new UbExportOptions { Controller = new Eid(1, 2) });
        Assert.Equal(0, other.Import(UbSharedMemoryDescriptor.Read(memory.Descriptor.ToArray())));

        memory.SetOwnership(0, Length, Ownership.Write);
        using (SegmentView view = memory.Map(Page, 8))
        {
            Assert.Equal(0UL, view.LoadAcquire<ulong>(0));
            view.StoreRelease(0, 41UL);
        }

        Assert.Equal(16, other.Own(1, 1, Ownership.Read));
        memory.SetOwnership(0, Length, Ownership.None);
        Assert.Equal(0, other.Own(1, 1, Ownership.Write));
        Assert.True(other.Write(1));
        Assert.False(other.Write(2));
        Assert.Equal(UrmaStatus.TryAgain, Assert.Throws<UrmaException>(() => memory.SetOwnership(0, Length, Ownership.Read)).Status);
        Assert.Equal(0, other.Own(1, 1, Ownership.Read));
        memory.SetOwnership(0, Length, Ownership.Read);
        using (SegmentView view = memory.Map(Page, 8))
        {
            Assert.Equal(42UL, view.LoadAcquire<ulong>(0));
        }

        Assert.Equal(0, other.End());
        memory.Close();
        Assert.False(File.Exists(memory.NodePath));
    }

    [SkippableFact]
    public void Memory_of_C_is_imported_and_given_back()
    {
        using var other = new OtherHost();
        UbSharedMemoryDescriptor descriptor = other.Export(Length);
        Assert.Equal(0, other.Own(0, 1, Ownership.Write));
        Assert.True(other.Write(0));
        Assert.Equal(0, other.Own(0, 1, Ownership.None));

        using UbSharedMemory memory = UbSharedMemory.Import(descriptor);
        Assert.Equal((Length, true, descriptor), (memory.Length, memory.IsImport, memory.Descriptor));
        Assert.Equal(Ownership.None, memory.GetOwnership(0, Length));
        memory.SetOwnership(0, Page, Ownership.Write);
        using (SegmentView view = memory.Map(0, Page))
        {
            Assert.Equal(1UL, view.FetchAdd(0, 9UL));
        }

        // Disposing gives the page back.
        memory.Dispose();
        Assert.Equal(0, other.Own(0, 1, Ownership.Read));
        Assert.Equal(10UL, other.Read(0));
        Assert.Equal(0, other.End());
    }

    [SkippableFact]
    public void A_wrong_token_and_memory_that_is_gone_are_refused()
    {
        using var other = new OtherHost();
        UbSharedMemoryDescriptor descriptor = other.Export(Length);
        Assert.Equal(
            UrmaStatus.OperationNotPermitted,
            Assert.Throws<UrmaException>(() => UbSharedMemory.Import(descriptor with { TokenId = descriptor.TokenId ^ 1 })).Status);
        Assert.Equal(0, other.End());
        UrmaException gone = Assert.Throws<UrmaException>(() => UbSharedMemory.Import(descriptor));
        Assert.Contains("exchange the descriptor again", gone.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void An_exporter_that_is_killed_leaves_memory_that_can_only_be_given_up()
    {
        using var other = new OtherHost();
        using UbSharedMemory memory = UbSharedMemory.Import(other.Export(Length));
        memory.SetOwnership(0, Page, Ownership.Write);
        other.Kill();

        var results = new UbOwnershipResult[3];
        int granted = memory.SetOwnership(
            [
                new UbOwnershipChange(Page, Page, Ownership.Read),
                new UbOwnershipChange(0, Page, Ownership.None),
                new UbOwnershipChange(4 * Page, Page, Ownership.Write),
            ],
            results);
        Assert.Equal([UbOwnershipStatus.Lost, UbOwnershipStatus.Granted, UbOwnershipStatus.Lost], results.Select(static r => r.Status));
        Assert.Equal(1, granted);
        memory.Close();
    }

    [SkippableFact]
    public void An_importer_that_is_killed_is_no_longer_in_the_way()
    {
        using var other = new OtherHost();
        using UbSharedMemory memory = UbSharedMemory.Export(Length);
        Assert.Equal(0, other.Import(memory.Descriptor));
        Assert.Equal(0, other.Own(0, 10, Ownership.Write));
        Assert.Equal(UrmaStatus.TryAgain, Assert.Throws<UrmaException>(() => memory.SetOwnership(0, Page, Ownership.Read)).Status);
        other.Kill();
        memory.SetOwnership(0, Page, Ownership.Read);
        memory.Close();
    }

    [SkippableFact]
    public void The_export_ends_after_the_imports()
    {
        using var other = new OtherHost();
        UbSharedMemory memory = UbSharedMemory.Export(Length);
        Assert.Equal(0, other.Import(memory.Descriptor));
        UrmaException refused = Assert.Throws<UrmaException>(memory.Close);
        Assert.Contains("then call Close again", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => memory.SetOwnership(0, Page, Ownership.Read));
        Assert.Equal(0, other.End());
        memory.Close();
        memory.Close();
        memory.Dispose();
    }

    [SkippableFact]
    public void A_batch_tells_of_each_change_what_became_of_it()
    {
        using var other = new OtherHost();
        using UbSharedMemory memory = UbSharedMemory.Export(Length);
        Assert.Equal(0, other.Import(memory.Descriptor));
        Assert.Equal(0, other.Own(5, 1, Ownership.Read));

        UbOwnershipChange[] changes = [.. Enumerable.Range(0, 10).Select(static i => new UbOwnershipChange((9 - i) * Page, Page, Ownership.Write))];
        var results = new UbOwnershipResult[10];
        Assert.Equal(9, memory.SetOwnership(changes, results));
        Assert.Equal(UbOwnershipStatus.Busy, results[4].Status);
        Assert.Equal(9, results.Count(static r => r.IsGranted));
        Assert.Equal((Ownership.Write, Ownership.None), (memory.GetOwnership(0, 5 * Page), memory.GetOwnership(5 * Page, 1)));
        Assert.Equal((16, 0), (other.Own(4, 1, Ownership.Read), other.Own(10, 1, Ownership.Write)));

        // Of the whole memory, only what the other holds is refused.
        var whole = new UbOwnershipResult[2];
        Assert.Equal(1, memory.SetOwnership([new(0, 10 * Page, Ownership.None), new(10 * Page, Length - (10 * Page), Ownership.Read)], whole));
        Assert.Equal((UbOwnershipStatus.Granted, UbOwnershipStatus.Busy), (whole[0].Status, whole[1].Status));
        Assert.Equal(0, other.Own(0, 10, Ownership.Write));
    }
}
