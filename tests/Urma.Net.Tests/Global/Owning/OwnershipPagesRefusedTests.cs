using Urma.Net.Interop.Libc;

namespace Urma.Net.Tests.Global.Owning;

/// <summary>The kernel refuses to change pages.</summary>
public sealed unsafe class OwnershipPagesRefusedTests
{
    private const int G = 4096;

    [Fact]
    public void All_or_nothing_takes_nothing_when_the_pages_of_one_range_cannot_be_changed()
    {
        using var two = new TwoMembers(new OwnershipDomainOptions { Enforcement = OwnershipEnforcement.PageProtection });
        var results = new OwnershipResult[2];
        two.Joiner.SetOwnership(new OwnershipChange(two.Theirs, 0, G, Ownership.Read));
        nint missing = two.Theirs.Address + (2 * G);
        Assert.Equal(0, Libc.Munmap((void*)missing, G));
        try
        {
            Assert.Throws<UrmaException>(() => two.Joiner.SetOwnership(
                [new(two.Theirs, 0, G, Ownership.Write), new(two.Theirs, 2 * G, G, Ownership.Write)], results));
        }
        finally
        {
            Assert.Equal(missing, Libc.Mmap((void*)missing, G, Libc.PROT_NONE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_FIXED, -1, 0));
        }

        Assert.DoesNotContain(results, r => r.IsGranted);
        Assert.Equal(Ownership.Read, two.Theirs.GetOwnership(0, G));
        Assert.Equal(Ownership.None, two.Theirs.GetOwnership(2 * G, G));
        Assert.Contains("r--s", File.ReadLines("/proc/self/maps").First(l => l.StartsWith($"{two.Theirs.Address:x}-", StringComparison.Ordinal)), StringComparison.Ordinal);
        two.Mine.AcquireWrite(0, G).Dispose();
    }
}
