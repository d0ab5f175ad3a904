using Urma.Net.Internal;

namespace Urma.Net.Tests.Linux;

public sealed unsafe class HugePageTests
{
    private const long Page = 2L << 20;

    [HugePagesFact]
    public void Huge_pages_are_mapped_shared_sent_and_revoked_in_whole_pages()
    {
        using MemoryFile file = MemoryFile.Create("urma-test", Page + 1, new MemoryFileOptions { Pages = MemoryPages.Huge2M });
        using MemoryFile received = MemoryFile.FromPeer(TestMemory.Duplicate(file.Descriptor), Page + 1);
        using SharedMapping owner = file.MapShared(writable: true);
        using SharedMapping peer = received.MapShared(writable: true, prefault: true);

        Assert.True(file.UsesHugePages);
        Assert.True(received.UsesHugePages);
        Assert.Equal(2 * Page, owner.Length);
        Assert.Equal(2 * Page, peer.Length);
        Assert.Equal(0, (long)owner.Pointer % Page);
        TestMemory.Fill(owner.Pointer, owner.Length, 1);
        TestMemory.AssertFilled(peer.Pointer, peer.Length, 1);

        peer.ReplaceWithScratch();
        peer.Pointer[0] = 77;
        TestMemory.AssertFilled(owner.Pointer, owner.Length, 1);
    }

    [HugePagesFact]
    public void Huge_pages_can_be_read_only_for_others()
    {
        using MemoryFile file = MemoryFile.Create(
            "urma-test", Page, new MemoryFileOptions { Pages = MemoryPages.Huge2M, ReadOnlyForOthers = true });
        using SharedMapping owner = file.MapShared(writable: true);
        owner.Pointer[5] = 5;
        using SharedMapping peer = file.MapShared(writable: false);

        Assert.Equal(5, peer.Pointer[5]);
        Assert.Throws<UrmaException>(() => file.MapShared(writable: true));
    }
}
