namespace Urma.Net.Tests.Global;

/// <summary>Text form and arithmetic of global addresses.</summary>
public sealed class GlobalAddressTests
{
    private static readonly Eid Node = Eid.Parse("fd00::1");

    [Theory]
    [InlineData(0u, 0ul, "[fd00::1]:000000+0x0")]
    [InlineData(42u, 0x7f0000001000ul, "[fd00::1]:00002a+0x7f0000001000")]
    [InlineData(GlobalAddress.MaxUasid, ulong.MaxValue, "[fd00::1]:ffffff+0xffffffffffffffff")]
    public void Text_and_value_are_one(uint uasid, ulong address, string text)
    {
        var value = new GlobalAddress(Node, uasid, address);
        Assert.Equal(text, value.ToString());
        Assert.Equal(value, GlobalAddress.Parse(text));
        Assert.True(value.TryFormat(new char[80], out int written));
        Assert.Equal(text.Length, written);
        Assert.False(value.TryFormat(new char[text.Length - 1], out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("fd00::1:00002a+0x10")]
    [InlineData("[]:1+0x10")]
    [InlineData("[fd00::1]:+0x10")]
    [InlineData("[fd00::1]:1000000+0x10")]
    [InlineData("[fd00::1]:2a+10")]
    [InlineData("[fd00::1]:2a+0x")]
    [InlineData("[fd00::1]:2a+0x10000000000000000")]
    [InlineData("[fd00::1]2a+0x10")]
    [InlineData("[fd00::1]:-1+0x10")]
    [InlineData("[zz]:2a+0x10")]
    public void Other_text_is_refused(string text)
    {
        Assert.False(GlobalAddress.TryParse(text, null, out _));
        Assert.Throws<FormatException>(() => GlobalAddress.Parse(text));
    }

    [Fact]
    public void A_uasid_has_24_bits() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new GlobalAddress(Node, GlobalAddress.MaxUasid + 1, 0));

    [Theory]
    [InlineData(16ul, 8L, 24ul)]
    [InlineData(16ul, -16L, 0ul)]
    [InlineData(0ul, long.MaxValue, (ulong)long.MaxValue)]
    [InlineData(1ul << 63, long.MinValue, 0ul)]
    [InlineData(ulong.MaxValue - 1, 1L, ulong.MaxValue)]
    public void Addition_moves(ulong from, long offset, ulong to)
    {
        GlobalAddress moved = new GlobalAddress(Node, 7, from) + offset;
        Assert.Equal(new GlobalAddress(Node, 7, to), moved);
        if (offset != long.MinValue)
        {
            Assert.Equal(from, (moved - offset).VirtualAddress);
        }
    }

    [Theory]
    [InlineData(ulong.MaxValue, 1L)]
    [InlineData(0ul, -1L)]
    [InlineData(5ul, long.MinValue)]
    public void Leaving_the_address_space_is_an_error(ulong from, long offset) =>
        Assert.Throws<OverflowException>(() => new GlobalAddress(Node, 7, from) + offset);

    [Fact]
    public void Distances_exist_within_a_space_only()
    {
        var low = new GlobalAddress(Node, 7, 100);
        Assert.Equal(50, new GlobalAddress(Node, 7, 150) - low);
        Assert.Equal(-50, low - new GlobalAddress(Node, 7, 150));
        Assert.Throws<OverflowException>(() => new GlobalAddress(Node, 7, ulong.MaxValue) - low);
        Assert.Throws<InvalidOperationException>(() => new GlobalAddress(Node, 8, 150) - low);
        Assert.Throws<InvalidOperationException>(() => new GlobalAddress(Eid.Parse("fd00::2"), 7, 150) - low);
    }
}
