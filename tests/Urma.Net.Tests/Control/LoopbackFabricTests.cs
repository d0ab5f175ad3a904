using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Tests.Control;

public sealed class LoopbackFabricTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("urma-test").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Without_a_name_it_is_called_fabric()
    {
        Assert.Equal("fabric", LoopbackFabric.Parse("").Name);
        Assert.Equal(LoopbackFabric.Parse("fabric").Eid, LoopbackFabric.Parse("").Eid);
        Assert.Equal("@urma/fabric/00002a", LoopbackFabric.Parse("").EngineName(42).Text);
        Assert.Equal("@urma/fabric/name/x", LoopbackFabric.Parse("").NameOf("x").Text);
    }

    [Fact]
    public void A_directory_holds_sockets()
    {
        LoopbackFabric fabric = LoopbackFabric.Parse(_directory);

        Assert.Equal($"{_directory}/engine-00002a.sock", fabric.EngineName(42).Text);
        Assert.Equal($"{_directory}/name-x.sock", fabric.NameOf("x").Text);
    }

    [Fact]
    public void The_eid_tells_fabrics_apart_and_is_the_same_for_all_who_meet()
    {
        Eid eid = LoopbackFabric.Parse("one").Eid;

        Assert.StartsWith("fd75:", eid.ToString(), StringComparison.Ordinal);
        Assert.Equal(eid, LoopbackFabric.Parse("one").Eid);
        Assert.NotEqual(eid, LoopbackFabric.Parse("two").Eid);
        Assert.NotEqual(eid, LoopbackFabric.Parse(_directory).Eid);
        string other = Path.Combine(_directory, "link");
        Directory.CreateSymbolicLink(other, _directory);
        Assert.Equal(LoopbackFabric.Parse(_directory).Eid, LoopbackFabric.Parse(other + "/").Eid);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("@x")]
    [InlineData("123456789012345678901234567890123")]
    public void A_bad_name_is_refused(string name) =>
        Assert.Equal(UrmaStatus.InvalidArgument, Assert.Throws<UrmaException>(() => LoopbackFabric.Parse(name)).Status);

    [Fact]
    public void A_missing_directory_is_refused_with_advice()
    {
        var error = Assert.Throws<UrmaException>(() => LoopbackFabric.Parse(Path.Combine(_directory, "missing")));

        Assert.Contains("create it first", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Engines_meet_in_a_directory()
    {
        LoopbackFabric fabric = LoopbackFabric.Parse(_directory);
        using (var a = new TestEngine(fabric))
        using (var b = new TestEngine(fabric, "in a directory"))
        {
            LoopbackPeer peer = a.Connect(b);
            Assert.Equal("in a directory", peer.Label);
            Assert.Equal([1], a.Ask(peer, 1));
        }

        Assert.Empty(Directory.GetFiles(_directory));
    }
}
