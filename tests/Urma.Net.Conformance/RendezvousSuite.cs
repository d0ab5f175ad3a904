namespace Urma.Net.Conformance;

/// <summary>Names on the fabric.</summary>
public abstract class RendezvousSuite(ProviderHarness harness) : ConformanceSuite(harness)
{
    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(4097)]
    [InlineData(32 << 10)]
    public void What_is_published_can_be_looked_up(int length)
    {
        (UrmaContext owner, UrmaContext other) = Connect();
        byte[] value = new byte[length];
        Pattern.Fill(value, (ulong)length);
        using IDisposable name = owner.Publish("a-Name_1.x", value);
        Assert.Equal(value, other.Lookup("a-Name_1.x", Bounds.Operation));
        Assert.Equal(value, other.Lookup("a-Name_1.x", Bounds.Operation));
        Assert.Equal(value, owner.Lookup("a-Name_1.x", Bounds.Operation));
    }

    [SkippableFact]
    public void A_lookup_waits_until_the_name_is_there()
    {
        (UrmaContext owner, UrmaContext other) = Connect();
        Threads.Run(
            () => Assert.Equal([1, 2, 3], other.Lookup("later", Bounds.Operation)),
            () =>
            {
                Thread.Sleep(Bounds.UntilAsleep);
                Own(owner.Publish("later", [1, 2, 3]));
            });
    }

    [SkippableFact]
    public void A_lookup_ends_after_its_time_or_when_cancelled()
    {
        (_, UrmaContext other) = Connect();
        UrmaException error = Assert.Throws<UrmaException>(() => other.Lookup("nobody", Bounds.UntilAsleep));
        Assert.Equal(UrmaStatus.TimedOut, error.Status);
        Assert.Contains("nobody", error.Message, StringComparison.Ordinal);
        Assert.Throws<UrmaException>(() => other.Lookup("nobody", TimeSpan.Zero));
        using var cancel = new CancellationTokenSource(Bounds.UntilAsleep);
        Assert.ThrowsAny<OperationCanceledException>(() => other.Lookup("nobody", Bounds.Scenario, cancel.Token));
    }

    [SkippableFact]
    public void A_name_has_one_owner_until_it_is_given_back()
    {
        (UrmaContext owner, UrmaContext other) = Connect();
        IDisposable name = owner.Publish("mine", [1]);
        Assert.Equal(UrmaStatus.Exists, Assert.Throws<UrmaException>(() => other.Publish("mine", [2])).Status);
        Assert.Equal(UrmaStatus.Exists, Assert.Throws<UrmaException>(() => owner.Publish("mine", [2])).Status);
        Assert.Equal([1], other.Lookup("mine", Bounds.Operation));

        name.Dispose();
        name.Dispose();

        Assert.Throws<UrmaException>(() => other.Lookup("mine", TimeSpan.FromMilliseconds(20)));
        using IDisposable again = other.Publish("mine", [2]);
        Assert.Equal([2], owner.Lookup("mine", Bounds.Operation));
    }

    [SkippableFact]
    public void Names_go_with_their_context()
    {
        Skip.IfNot(Harness.SupportsRendezvous, "The provider has no names.");
        UrmaContext owner = Harness.Open();
        UrmaContext other = Open();
        owner.Publish("gone", [1]);
        owner.Dispose();
        Assert.Throws<UrmaException>(() => other.Lookup("gone", TimeSpan.FromMilliseconds(20)));
        using IDisposable again = other.Publish("gone", [2]);
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a\0b")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234")]
    public void Names_that_are_none_are_refused(string name)
    {
        (UrmaContext owner, UrmaContext other) = Connect();
        AssertInvalid(() => owner.Publish(name, [1]).Dispose());
        AssertInvalid(() => other.Lookup(name, TimeSpan.Zero));
    }

    [SkippableFact]
    public void The_longest_name_works()
    {
        (UrmaContext owner, UrmaContext other) = Connect();
        string name = new('n', 64);
        using IDisposable published = owner.Publish(name, [7]);
        Assert.Equal([7], other.Lookup(name, Bounds.Operation));
    }

    [SkippableFact]
    public void Too_much_to_publish_is_refused()
    {
        (UrmaContext owner, _) = Connect();
        AssertInvalid(() => owner.Publish("big", new byte[(32 << 10) + 1]).Dispose());
    }

    [SkippableFact]
    public void Many_may_look_at_once()
    {
        (UrmaContext owner, UrmaContext other) = Connect();
        using IDisposable published = owner.Publish("crowd", [1, 2, 3, 4]);
        Threads.Run(8, index =>
        {
            for (int i = 0; i < 50; i++)
            {
                Assert.Equal([1, 2, 3, 4], (index % 2 == 0 ? other : owner).Lookup("crowd", Bounds.Operation));
            }
        });
    }

    private (UrmaContext Owner, UrmaContext Other) Connect()
    {
        Skip.IfNot(Harness.SupportsRendezvous, "The provider has no names.");
        return (Open(), Open());
    }
}
