using System.Diagnostics;
using Urma.Net.Loopback.Tests.Processes;

namespace Urma.Net.Loopback.Tests.Owning;

/// <summary>Whatever a member writes into the directory, the others neither crash nor hang.</summary>
public sealed class OwnershipGarbageTests : OwnershipProcessTest
{
    [Theory]
    [InlineData(OwnershipEnforcement.Checked, 1)]
    [InlineData(OwnershipEnforcement.Checked, 2)]
    [InlineData(OwnershipEnforcement.PageProtection, 3)]
    public void Garbage_in_the_directory_ends_in_errors_only(OwnershipEnforcement enforcement, int seed)
    {
        Create(new OwnershipDomainOptions { Enforcement = enforcement, MaxRanges = 16, MaxRegions = 16, Capacity = 64 * G });
        PeerProcess victim = Join(timeout: 100);
        PeerProcess hostile = Join();
        hostile.Ask($"garbage seed={seed} only=urma-segment");
        long begin = Stopwatch.GetTimestamp();
        var random = new Random(seed);
        var changes = new OwnershipChange[4];
        TimeSpan limit = TimeSpan.FromMilliseconds(50);
        int calls = 0;
        while (Stopwatch.GetElapsedTime(begin) < TimeSpan.FromSeconds(4))
        {
            victim.Tell($"own-set region=r ranges={random.Next(32) * G}:{random.Next(1, 16) * G}:{"wrn"[random.Next(3)]}");
            calls++;
            for (int i = 0; i < changes.Length; i++)
            {
                changes[i] = new OwnershipChange(Region, random.Next(64) * G, G, Ownership.Write);
            }

            Ignoring(() => Domain.SetOwnership(changes, new OwnershipResult[4], new SetOwnershipOptions { PerItem = random.Next(2) == 0, Timeout = limit }));
            Ignoring(() => Region.AcquireWrite(random.Next(32) * G, random.Next(1, 16) * G, limit).Dispose());
            Ignoring(() => Domain.OpenRegion("r"));
            _ = victim.TryAwait(out _);
        }

        hostile.Kill();
        Assert.False(victim.HasExited, "The other member crashed.");
        victim.Try("own-leave");
        victim.Ask("ping");

        // A new domain of the same processes is as good as any.
        using OwnershipDomain second = OwnershipDomain.Create(OpenHere(), "second");
        second.CreateRegion("s", 8 * G);
        victim.Ask($"own-join name=second token={second.Token.Value}");
        victim.Ask($"own-set region=s ranges=0:{8 * G}:w");
        second.OpenRegion("s").AcquireWrite(0, 8 * G).Dispose();
    }

    [Fact]
    public void Another_version_and_a_damaged_directory_are_refused_by_name()
    {
        Create();
        UrmaContext other = OpenHere();
        using Segment fake = other.AllocateSegment(8192, new SegmentOptions { Token = new Token(7) });
        using IDisposable published = other.Publish("ownership.fake", fake.Descriptor.ToArray());
        Assert.Contains("no directory", Assert.Throws<UrmaException>(() => OwnershipDomain.Join(OpenHere(), "fake", new Token(7), Bound)).Message, StringComparison.Ordinal);
        BitConverter.TryWriteBytes(fake.AsSpan(), 0x024E_574F_414D_5255ul);
        Assert.Contains("version 2", Assert.Throws<UrmaException>(() => OwnershipDomain.Join(OpenHere(), "fake", new Token(7), Bound)).Message, StringComparison.Ordinal);
        BitConverter.TryWriteBytes(fake.AsSpan(), 0x014E_574F_414D_5255ul);
        Assert.Contains("sizes", Assert.Throws<UrmaException>(() => OwnershipDomain.Join(OpenHere(), "fake", new Token(7), Bound)).Message, StringComparison.Ordinal);
        Assert.Equal(UrmaStatus.OperationNotPermitted, Assert.Throws<UrmaException>(() => OwnershipDomain.Join(OpenHere(), "domain", new Token(Domain.Token.Value + 1), Bound)).Status);
    }

    private static void Ignoring(Action call)
    {
        long begin = Stopwatch.GetTimestamp();
        try
        {
            call();
        }
        catch (UrmaException)
        {
        }
        catch (ArgumentException)
        {
        }

        Assert.True(Stopwatch.GetElapsedTime(begin) < TimeSpan.FromSeconds(20), "A call with a limit of 50 ms took 20 s.");
    }
}
