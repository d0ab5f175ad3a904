using Urma.Net.Internal;

namespace Urma.Net.Tests.Linux;

public sealed class CpuAffinityTests
{
    [Fact]
    public void A_thread_can_be_bound_and_freed() => OwnThread.Run(() =>
    {
        int[] all = CpuAffinity.GetCurrentThread();
        Assert.NotEmpty(all);
        Assert.Empty(all.Except(CpuAffinity.Online()));

        CpuAffinity.SetCurrentThread(all[^1]);
        Assert.Equal([all[^1]], CpuAffinity.GetCurrentThread());

        CpuAffinity.SetCurrentThread(all);
        Assert.Equal(all, CpuAffinity.GetCurrentThread());
    });

    [TwoProcessorsFact]
    public void A_bound_thread_can_follow_the_first_one() => OwnThread.Run(() =>
    {
        int[] first = CpuAffinity.ParseList(
            File.ReadLines("/proc/self/status").First(l => l.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal))["Cpus_allowed_list:".Length..]);
        CpuAffinity.SetCurrentThread(first[^1]);
        CpuAffinity.FollowFirstThread();
        Assert.Equal(first, CpuAffinity.GetCurrentThread());
    });

    [Fact]
    public void Processors_that_do_not_exist_are_named() => OwnThread.Run(() =>
    {
        var error = Assert.Throws<UrmaException>(() => CpuAffinity.SetCurrentThread(8191));
        Assert.Contains("8191", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => CpuAffinity.SetCurrentThread(8192));
        Assert.Throws<ArgumentOutOfRangeException>(() => CpuAffinity.SetCurrentThread(-1));
    });

    [Theory]
    [InlineData("0", new[] { 0 })]
    [InlineData("0-3", new[] { 0, 1, 2, 3 })]
    [InlineData("0-1,4,6-7\n", new[] { 0, 1, 4, 6, 7 })]
    [InlineData("", new int[0])]
    public void The_kernels_lists_are_understood(string text, int[] expected) =>
        Assert.Equal(expected, CpuAffinity.ParseList(text));
}
