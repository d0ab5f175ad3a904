using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs.Tests.Control;

/// <summary>Names, kept by whoever listens at the rendezvous.</summary>
public sealed class NameTests
{
    private readonly RendezvousEndpoint _endpoint = new("127.0.0.1", Ports.Free(), "tests");

    [Theory]
    [InlineData(0)]
    [InlineData(4097)]
    [InlineData(32 << 10)]
    public void What_is_published_can_be_looked_up(int length)
    {
        using Engine owner = Open();
        using Engine other = Open();
        byte[] value = new byte[length];
        new Random(1).NextBytes(value);
        using IDisposable name = owner.Plane.Publish("a-Name_1.x", value, Engine.Bound);
        Assert.Equal(value, other.Plane.Lookup("a-Name_1.x", Engine.Bound));
        Assert.Equal(value, owner.Plane.Lookup("a-Name_1.x", Engine.Bound));
    }

    [Fact]
    public void A_lookup_waits_for_the_name_and_ends_when_cancelled()
    {
        using Engine owner = Open();
        using Engine other = Open();
        Task<byte[]> waiting = Task.Run(() => other.Plane.Lookup("later", Engine.Bound));
        Thread.Sleep(100);
        Assert.False(waiting.IsCompleted);
        using IDisposable name = owner.Plane.Publish("later", [1], Engine.Bound);
        Assert.Equal([1], waiting.Result);

        Assert.Equal(
            UrmaStatus.TimedOut,
            Assert.Throws<UrmaException>(() => other.Plane.Lookup("never", TimeSpan.FromMilliseconds(50))).Status);
        using var cancel = new CancellationTokenSource(50);
        Assert.ThrowsAny<OperationCanceledException>(() => other.Plane.Lookup("never", Engine.Bound, cancel.Token));
    }

    [Fact]
    public void A_name_has_one_owner_until_it_is_given_back()
    {
        using Engine owner = Open();
        using Engine other = Open();
        IDisposable name = owner.Plane.Publish("mine", [1], Engine.Bound);
        Assert.Equal(UrmaStatus.Exists, Assert.Throws<UrmaException>(() => other.Plane.Publish("mine", [2], Engine.Bound)).Status);
        Assert.Equal(UrmaStatus.Exists, Assert.Throws<UrmaException>(() => owner.Plane.Publish("mine", [2], Engine.Bound)).Status);
        name.Dispose();
        name.Dispose();
        using IDisposable again = other.Plane.Publish("mine", [2], Engine.Bound);
        Assert.Equal([2], owner.Plane.Lookup("mine", Engine.Bound));
    }

    [Fact]
    public void Names_go_with_their_engine_and_the_others_outlive_the_one_that_keeps_them()
    {
        Engine keeper = Open();
        using Engine other = Open();
        using Engine third = Open();
        keeper.Plane.Publish("gone", [1], Engine.Bound);
        other.Plane.Publish("stays", [2], Engine.Bound);
        Assert.Equal([2], third.Plane.Lookup("stays", Engine.Bound));

        keeper.Dispose();

        using IDisposable again = third.Plane.Publish("gone", [3], Engine.Bound);
        Assert.Equal([2], third.Plane.Lookup("stays", Engine.Bound));
        Assert.Equal([3], other.Plane.Lookup("gone", Engine.Bound));
    }

    [Fact]
    public void Realms_at_one_endpoint_have_names_of_their_own()
    {
        using Engine one = Open();
        using var other = new Engine(new ControlOptions { Rendezvous = _endpoint with { Realm = "another" } });
        using IDisposable first = one.Plane.Publish("same", [1], Engine.Bound);
        using IDisposable second = other.Plane.Publish("same", [2], Engine.Bound);
        Assert.Equal([1], one.Plane.Lookup("same", Engine.Bound));
        Assert.Equal([2], other.Plane.Lookup("same", Engine.Bound));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("ä")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234")]
    public void Names_that_are_none_are_refused(string name)
    {
        using Engine owner = Open();
        Assert.Equal(UrmaStatus.InvalidArgument, Assert.Throws<UrmaException>(() => owner.Plane.Publish(name, [], Engine.Bound)).Status);
        Assert.Equal(UrmaStatus.InvalidArgument, Assert.Throws<UrmaException>(() => owner.Plane.Lookup(name, Engine.Bound)).Status);
    }

    [Fact]
    public void An_endpoint_of_another_host_is_not_served_here()
    {
        // Of a block that is set aside for documentation. Nobody is there; whether the network says so or is silent, time ends it.
        using var engine = new Engine(new ControlOptions { Rendezvous = _endpoint with { Host = "192.0.2.1" } });
        UrmaException error = Assert.Throws<UrmaException>(() => engine.Plane.Publish("x", [], TimeSpan.FromMilliseconds(300)));
        Assert.Contains("192.0.2.1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_engine_is_no_name_service()
    {
        using var engine = new Engine();
        using var other = new Engine(new ControlOptions { Rendezvous = _endpoint with { Port = (int)engine.Uasid } });
        UrmaException error = Assert.Throws<UrmaException>(() => other.Plane.Publish("x", [], Engine.Bound));
        Assert.Contains("something else", error.Message, StringComparison.Ordinal);
        Engine.Until(() => !engine.Refused.IsEmpty, "the engine says whom it refused");
    }

    [Fact]
    public void The_endpoint_is_the_option_then_the_environment_then_this_hosts()
    {
        var environment = new Dictionary<string, string>();
        RendezvousEndpoint Find(string? given) => RendezvousEndpoint.Find(given, "f", environment.GetValueOrDefault);

        RendezvousEndpoint own = Find(null);
        Assert.Equal("127.0.0.1", own.Host);
        Assert.InRange(own.Port, 20_000, 29_999);
        Assert.Equal(own, Find(null));
        Assert.NotEqual(own, RendezvousEndpoint.Find(null, "g", environment.GetValueOrDefault));

        (environment["MASTER_ADDR"], environment["MASTER_PORT"]) = ("node0", "29500");
        Assert.Equal(new RendezvousEndpoint("node0", 29501, "f"), Find(null));
        environment["URMA_RENDEZVOUS"] = "[fd00::1]:7471";
        Assert.Equal(new RendezvousEndpoint("fd00::1", 7471, "f"), Find(null));
        Assert.Equal(new RendezvousEndpoint("10.0.0.1", 7471, "f"), Find("10.0.0.1:7471"));
        foreach (string wrong in (string[])["", "host", "host:0", "host:65536", "fd00::1:7471x", ":1", "a:b:1"])
        {
            Assert.Equal(UrmaStatus.InvalidArgument, Assert.Throws<UrmaException>(() => Find(wrong)).Status);
        }
    }

    private Engine Open() => new(new ControlOptions { Rendezvous = _endpoint });
}
