using System.Diagnostics;
using System.Globalization;

namespace Urma.Net.Loopback.Tests.Processes;

/// <summary>
/// A peer of our own user that scribbles over everything it shares with us. The one attacked is a process too: it must not
/// crash, hang, or change a byte of memory it did not grant; and whoever behaves must still be served.
/// </summary>
public sealed class HostilePeerTests : ProcessTest
{
    private const int PrivateLength = 1 << 20;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Garbage_in_all_shared_memory_harms_nobody_else(int seed) => Fuzz(seed, "", rounds: 25);

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Forged_completions_and_receives_harm_nobody_else(int seed) => Fuzz(seed, "", rounds: 25, forge: true);

    [Theory]
    [InlineData("urma-lane")]
    [InlineData("urma-claims")]
    [InlineData("urma-doorbell")]
    [InlineData("urma-jfr")]
    [InlineData("urma-context")]
    [InlineData("urma-segment")]
    public void Garbage_in_one_kind_of_memory_harms_nobody_else(string kind) => Fuzz(kind.Length, kind, rounds: 8);

    // Receives for those who behave are numbered from here on, so that they can be told apart in a shared JFC.
    private const int Honest = 1000;

    private static void Connect(PeerProcess from, PeerProcess to, string prefix, string with = "", int firstNumber = 0)
    {
        PeerReply there = to.Ask($"jetty id={prefix}in receive=32 retry=2 {with}");
        from.Ask($"jetty id={prefix}out retry=2");
        from.Ask($"reach id={prefix}out descriptor={there["descriptor"]} token={there["token"]}");
        from.Ask($"import id={prefix}out descriptor={there["memory"]} token={there["memory-token"]}");
        to.Ask($"offer id={prefix}in count=16 length=4096 base={firstNumber.ToString(CultureInfo.InvariantCulture)}");
    }

    private void Fuzz(int seed, string kind, int rounds, bool forge = false)
    {
        using PeerProcess victim = PeerProcess.Start();
        victim.Ask($"open on={Fabric} label=victim timeout=300");
        using PeerProcess friend = PeerProcess.Open(Fabric, "friend");
        victim.Ask($"segment id=private length={PrivateLength} access=LocalOnly");
        victim.Ask("fill id=private value=5");
        Connect(friend, victim, "friend", firstNumber: Honest);
        Connect(victim, friend, "back");
        PeerProcess? hostile = null;
        int areas = 0;
        try
        {
            for (int round = 0; round < rounds; round++)
            {
                // Who was caught is not listened to any more: begin anew with each round, now and then as another process.
                if (hostile is null || hostile.HasExited || round % 4 == 0)
                {
                    hostile?.Dispose();
                    hostile = PeerProcess.Open(Fabric, "hostile");
                }

                Entangle(hostile, victim, round);

                areas = Math.Max(areas, Attack(hostile, victim, (seed * 1000) + round, round, forge ? "forge only=" : $"only={kind}"));
                AssertUnharmed(victim, friend);
            }
        }
        finally
        {
            hostile?.Dispose();
        }

        Assert.True(areas > 0, $"The hostile peer found nothing to write that is called '{kind}'.");
        AssertUnharmed(victim, friend);
    }

    // Both directions of everything there is, so that every kind of shared memory exists between the two.
    private static void Entangle(PeerProcess hostile, PeerProcess victim, int round)
    {
        string name = Name(round);
        // The hostile peer shares a completion queue, and so a doorbell, with the friend.
        Connect(hostile, victim, name, "with=friendin");
        Connect(victim, hostile, name + "v");
        hostile.Try($"send id={name}out to={name}out length=8 count=3");
        hostile.Try($"send id={name}out to={name}out length=500 count=2");
        victim.Try($"send id={name}vout to={name}vout length=8 count=3");
        victim.Try($"send id={name}vout to={name}vout length=500 count=2");
        victim.Try($"poll id={name}in");
        hostile.Try($"segment id={name}s length=65536");
    }

    private static int Attack(PeerProcess hostile, PeerProcess victim, int seed, int round, string how)
    {
        string name = Name(round);
        PeerReply garbage = hostile.Try($"garbage seed={seed.ToString(CultureInfo.InvariantCulture)} {how}");
        // The victim works with the hostile peer while that writes; how its operations end is not the point.
        long start = Stopwatch.GetTimestamp();
        victim.Try($"batter id={name}vout receive={name}in count=300 seed={seed.ToString(CultureInfo.InvariantCulture)}");
        victim.Try($"drain id={name}vout");
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60), "The victim was kept busy for a minute.");
        // The hostile peer may have died of its own garbage: then it does not answer.
        hostile.Tell("garbage-stop");
        _ = hostile.TryAwait(out _);
        return garbage.IsOk ? (int)garbage.Number("areas") : 0;
    }

    private static string Name(int round) => $"h{round.ToString(CultureInfo.InvariantCulture)}";

    private static void AssertUnharmed(PeerProcess victim, PeerProcess friend)
    {
        Assert.False(victim.HasExited, "The victim crashed.");
        Assert.Equal(5L * PrivateLength, victim.Ask("sum id=private").Number("sum"));
        Assert.Equal("Success", friend.Ask("send id=friendout to=friendout length=40")["status"]);
        PeerReply received = victim.Ask($"receive id=friendin milliseconds=20000 base={Honest}");
        Assert.Equal(("Success", 40L), (received["status"], received.Number("bytes")));
        victim.Ask($"offer id=friendin count=1 length=4096 base={Honest}");
        Assert.Equal("Success", victim.Ask("send id=backout to=backout length=8")["status"]);
        Assert.Equal("Success", friend.Ask("receive id=backin milliseconds=20000")["status"]);
        friend.Ask("offer id=backin count=1 length=4096");
    }
}
