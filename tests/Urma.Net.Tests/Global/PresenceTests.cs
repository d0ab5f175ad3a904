using Urma.Net.Global;

namespace Urma.Net.Tests.Global;

/// <summary>Members of shared things see each other come and go.</summary>
public sealed class PresenceTests : IDisposable
{
    private readonly string _fabric = $"loopback://{Guid.NewGuid():n}";
    private readonly UrmaContext _watcher;
    private readonly Presence _own;

    public PresenceTests()
    {
        _watcher = UrmaContext.Open(_fabric);
        _own = new Presence(_watcher);
    }

    public void Dispose()
    {
        _own.Dispose();
        _watcher.Dispose();
    }

    [Fact]
    public void A_member_is_there_until_its_context_closes()
    {
        using UrmaContext member = UrmaContext.Open(_fabric);
        using var presence = new Presence(member);
        using PresenceWatch watch = Watch(presence);
        Assert.False(watch.IsGone);
        Assert.Equal(member.Uasid, watch.Uasid);
        member.Dispose();
        Assert.True(SpinWait.SpinUntil(() => watch.IsGone, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void A_member_that_left_before_the_first_look_is_gone()
    {
        using UrmaContext member = UrmaContext.Open(_fabric);
        var presence = new Presence(member);
        using PresenceWatch watch = Watch(presence);
        presence.Dispose();
        Assert.True(watch.IsGone);
    }

    [Fact]
    public void The_next_engine_of_the_same_number_is_not_the_member()
    {
        UrmaContext member = UrmaContext.Open(_fabric);
        uint uasid = member.Uasid;
        byte[] bytes = Bytes(new Presence(member));
        member.Dispose();
        using UrmaContext next = UrmaContext.Open(_fabric, new UrmaContextOptions { Uasid = uasid });
        using var other = new Presence(next);
        using var watch = new PresenceWatch(_watcher, _own, bytes);
        Assert.True(watch.IsGone);
    }

    [Fact]
    public void Oneself_is_never_gone_and_another_member_of_ones_own_context_is_when_it_leaves()
    {
        using PresenceWatch self = Watch(_own);
        Assert.True(self.IsOwn);
        Assert.False(self.IsGone);
        var other = new Presence(_watcher);
        using PresenceWatch watch = Watch(other);
        Assert.False(watch.IsOwn);
        Assert.False(watch.IsGone);
        other.Dispose();
        Assert.True(SpinWait.SpinUntil(() => watch.IsGone, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Nonsense_proves_nothing()
    {
        using var zeros = new PresenceWatch(_watcher, _own, new byte[Presence.Size]);
        Assert.False(zeros.IsGone);
        using UrmaContext member = UrmaContext.Open(_fabric);
        byte[] bytes = Bytes(new Presence(member));
        bytes[^8] ^= 1;
        using var damaged = new PresenceWatch(_watcher, _own, bytes);
        Assert.False(damaged.IsGone);
    }

    [Fact]
    public void A_watch_that_was_disposed_calls_nobody_gone()
    {
        using UrmaContext member = UrmaContext.Open(_fabric);
        using var presence = new Presence(member);
        PresenceWatch watch = Watch(presence);
        Assert.False(watch.IsGone);
        watch.Dispose();
        Assert.False(watch.IsGone);
        Assert.False(watch.LooksGone);
    }

    private static byte[] Bytes(Presence presence)
    {
        byte[] bytes = new byte[Presence.Size];
        presence.WriteTo(bytes);
        return bytes;
    }

    private PresenceWatch Watch(Presence presence) => new(_watcher, _own, Bytes(presence));
}
