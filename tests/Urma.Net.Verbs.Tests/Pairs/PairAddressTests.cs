namespace Urma.Net.Verbs.Tests.Pairs;

public sealed class PairAddressTests
{
    [Fact]
    public void Written_as_the_ping_pong_program_does()
    {
        var address = new VerbsPairAddress(0x11, 0x9C53AB, Eid.Parse("192.168.77.1"), 0x1F);

        Assert.Equal("001f:000011:9c53ab:00000000000000000000ffffc0a84d01", address.ToString());
        Assert.Equal(VerbsPairAddress.TextLength, address.ToString().Length);
        Assert.Equal(address, VerbsPairAddress.Parse(address.ToString()));
        Assert.Equal(address, VerbsPairAddress.Parse(address.ToString().ToUpperInvariant()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("001f:000011:9c53ab:00000000000000000000ffffc0a84d0")]
    [InlineData("001f:000011:9c53ab:00000000000000000000ffffc0a84d011")]
    [InlineData("001f-000011:9c53ab:00000000000000000000ffffc0a84d01")]
    [InlineData("001f:00001g:9c53ab:00000000000000000000ffffc0a84d01")]
    [InlineData("001f:000011:9c53ab:0000000000000000:000ffffc0a84d01")]
    [InlineData(" 01f:000011:9c53ab:00000000000000000000ffffc0a84d01")]
    public void Anything_else_is_none(string text)
    {
        Assert.False(VerbsPairAddress.TryParse(text, null, out _));
        Assert.Throws<FormatException>(() => VerbsPairAddress.Parse(text));
    }
}
