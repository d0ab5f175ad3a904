using Urma.Net.Internal;
using Urma.Net.Interop.Libc;
using Urma.Net.Providers.Loopback;
using Xunit;

namespace Urma.Net.Tests.Control;

public sealed unsafe class ContextPageTests : IDisposable
{
    private const uint StatxBlocks = 0x0400;
    private const long BytesPerBlock = 512;

    // With larger pages the first words lie in one that is there already.
    private const long PageWithPeers = 4096;

    private readonly LoopbackContextPage _page = new();

    public void Dispose() => _page.Dispose();

    [Fact]
    public void Words_of_segments_take_memory_when_there_are_such_segments()
    {
        long before = Bytes();
        Assert.True(before < LoopbackContextPage.PeersLength, $"{before} bytes");

        _page.ReserveEpoch(0);
        long first = Bytes();
        _page.ReserveEpoch(1);
        Assert.Equal(first, Bytes());
        for (uint index = 2; index <= 1024; index++)
        {
            _page.ReserveEpoch(index);
        }

        long second = Bytes();
        Assert.InRange(first, before, before + PageSize.Bytes);
        Assert.True(PageSize.Bytes > PageWithPeers || first > before, $"{first} bytes, as before");
        Assert.InRange(second, first, first + PageSize.Bytes);

        // Writing to what was reserved takes no more.
        _page.Epochs[0] = 1;
        _page.Epochs[1024] = 1;
        Assert.Equal(second, Bytes());
    }

    private long Bytes()
    {
        Statx status;
        byte empty = 0;
        Assert.Equal(0, Libc.Statx(_page.Descriptor, &empty, Libc.AT_EMPTY_PATH, StatxBlocks, &status));
        return (long)status.stx_blocks * BytesPerBlock;
    }
}
