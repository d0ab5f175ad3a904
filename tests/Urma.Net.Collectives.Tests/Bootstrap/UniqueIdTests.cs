using System.Net;
using System.Text;
using Urma.Net.Collectives.Bootstrap;

namespace Urma.Net.Collectives.Tests.Bootstrap;

public sealed class UniqueIdTests
{
    private static UniqueId[] Several =>
    [
        UniqueId.FromName("a"),
        UniqueId.FromName(new string('ä', 500)),
        UniqueId.FromEndpoint("host.example", 1),
        UniqueId.FromEndpoint("host.example", 65535, "secret"),
        UniqueId.Make(UniqueIdKind.Listener, 1234, new byte[32], null, [IPAddress.Parse("10.1.2.3"), IPAddress.Parse("fd00::7")]),
    ];

    public static TheoryData<UniqueId> Ids => new(Several);

    [Theory]
    [MemberData(nameof(Ids))]
    public void It_survives_being_passed_on(UniqueId id)
    {
        Assert.Equal(UniqueId.Size, id.ToBytes().Length);
        Assert.Equal(id, UniqueId.Read(id.ToBytes()));
        Assert.Equal(id, UniqueId.Parse(id.ToString()));
        Assert.Equal(id.GetHashCode(), UniqueId.Read(id.ToBytes()).GetHashCode());
    }

    [Fact]
    public void Damage_is_noticed()
    {
        byte[] bytes = UniqueId.FromName("a").ToBytes();
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 1;
            Assert.Throws<FormatException>(() => UniqueId.Read(bytes));
            bytes[i] ^= 1;
        }

        Assert.Throws<FormatException>(() => UniqueId.Read(bytes.AsSpan(1)));
        Assert.Throws<FormatException>(static () => UniqueId.Parse("urma:?"));
        Assert.Throws<FormatException>(static () => UniqueId.Parse("urma:AAAA"));
        Assert.Throws<FormatException>(static () => UniqueId.Parse("name"));
        Assert.Throws<FormatException>(static () => UniqueId.Read(new byte[UniqueId.Size]));
        Assert.True(default(UniqueId).IsEmpty);
    }

    [Fact]
    public void What_is_the_same_makes_the_same_id_and_nothing_else_does()
    {
        UniqueId[] ids = [.. Several, UniqueId.FromName("b"), UniqueId.FromEndpoint("host.example", 2), UniqueId.FromEndpoint("host.example", 1, "")];
        Assert.Equal(UniqueId.FromName("a"), ids[0]);
        Assert.Equal(ids[2], UniqueId.FromEndpoint("host.example", 1));
        Assert.Equal(ids.Length - 1, ids.Distinct().Count());
        Assert.Equal(ids.Length - 1, ids.Select(static id => id.SocketName()).Distinct().Count());

        // Names that differ only behind what an id has room for.
        Assert.NotEqual(UniqueId.FromName(new string('x', 200) + "1"), UniqueId.FromName(new string('x', 200) + "2"));
    }

    [Fact]
    public void Its_description_contains_no_secret()
    {
        UniqueId id = UniqueId.Create(IPAddress.Loopback);
        id.Discard();
        Assert.Contains("127.0.0.1", id.Describe(), StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString(id.Secret[..4]), id.Describe(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToHexString(id.Secret[..4]), id.SocketName(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("host", 0)]
    [InlineData("host", 65536)]
    public void An_impossible_address_is_refused(string host, int port) =>
        Assert.ThrowsAny<ArgumentException>(() => UniqueId.FromEndpoint(host, port));

    // FIPS 180-4 and RFC 4231; the lengths are those at which padding changes.
    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    public void Hashes_are_the_standards(string text, string expected)
    {
        byte[] hash = new byte[Sha256.Size];
        Sha256.Hash(Encoding.ASCII.GetBytes(text), hash);
        Assert.Equal(expected, Convert.ToHexStringLower(hash));
        Sha256.Hmac("Jefe"u8, "what do ya want for nothing?"u8, hash);
        Assert.Equal("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", Convert.ToHexStringLower(hash));
    }

    [Fact]
    public void Hashes_of_every_length_are_the_platforms()
    {
        byte[] data = new byte[300];
        new Random(3).NextBytes(data);
        byte[] hash = new byte[Sha256.Size];
        for (int length = 0; length <= data.Length; length++)
        {
            Sha256.Hash(data.AsSpan(0, length), hash);
            Assert.Equal(System.Security.Cryptography.SHA256.HashData(data.AsSpan(0, length)), hash);
            Sha256.Hmac(data.AsSpan(0, length % 65), data, hash);
            Assert.Equal(System.Security.Cryptography.HMACSHA256.HashData(data.AsSpan(0, length % 65), data), hash);
        }
    }
}
