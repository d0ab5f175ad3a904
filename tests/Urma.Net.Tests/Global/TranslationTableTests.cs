using Urma.Net.Global;

namespace Urma.Net.Tests.Global;

/// <summary>The table against a list that is simply searched: overlapping ranges, rights, several spaces, ranges that come and go.</summary>
public sealed unsafe class TranslationTableTests
{
    private static readonly Eid Node = Eid.Parse("fd00::1");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_finds_what_a_search_finds(int seed)
    {
        var random = new Random(seed);
        var table = new TranslationTable();
        List<TranslationRange> all = [];
        for (int step = 0; step < 20_000; step++)
        {
            int what = random.Next(10);
            if (what == 0 && all.Count < 60)
            {
                TranslationRange range = Make((uint)random.Next(3), (ulong)random.Next(1000), 1 + random.Next(random.Next(4) == 0 ? 400 : 20), random.Next(3) == 0);
                table.Add(range);
                all.Add(range);
            }
            else if (what == 1 && all.Count > 0)
            {
                TranslationRange gone = all[random.Next(all.Count)];
                all.Remove(gone);
                table.Remove(gone);
                table.Remove(gone);
            }
            else if (what == 2 && all.Count > 0 && random.Next(5) == 0)
            {
                table.MarkLost(all[random.Next(all.Count)]);
            }
            else
            {
                Compare(table, all, new GlobalAddress(Node, (uint)random.Next(4), (ulong)random.Next(1500)), random.Next(2) == 0);
            }
        }
    }

    [Fact]
    public void A_range_at_the_end_of_the_address_space_is_found()
    {
        var table = new TranslationTable();
        table.Add(Make(1, ulong.MaxValue - 15, 16, readOnly: false));
        table.Add(Make(1, 0, 16, readOnly: false));
        Assert.NotNull(table.Find(new GlobalAddress(Node, 1, ulong.MaxValue), SegmentAccess.Read, out _));
        Assert.NotNull(table.Find(new GlobalAddress(Node, 1, 0), SegmentAccess.Read, out _));
        Assert.Null(table.Find(new GlobalAddress(Node, 1, 16), SegmentAccess.Read, out GlobalMemoryStatus fault));
        Assert.Equal(GlobalMemoryStatus.Unmapped, fault);
    }

    private static void Compare(TranslationTable table, List<TranslationRange> all, GlobalAddress address, bool forWriting)
    {
        SegmentAccess need = forWriting ? SegmentAccess.Write : SegmentAccess.Read;
        TranslationRange? found = table.Find(address, need, out GlobalMemoryStatus fault);
        List<TranslationRange> here = [.. all.Where(r => r.Uasid == address.Uasid && address.VirtualAddress >= r.Start && address.VirtualAddress < r.Start + (ulong)r.Length)];
        bool expected = here.Any(r => r.IsCurrent && (r.Access & need) == need);
        Assert.Equal(expected, found is not null);
        Assert.Equal(expected, fault == GlobalMemoryStatus.Success);
        if (found is not null)
        {
            Assert.Contains(found, here);
            Assert.True(found.IsCurrent && (found.Access & need) == need);
        }
        else if (here.Count == 0)
        {
            Assert.Equal(all.Exists(r => r.Uasid == address.Uasid) ? GlobalMemoryStatus.Unmapped : GlobalMemoryStatus.UnknownSpace, fault);
        }
        else
        {
            Assert.True(fault is GlobalMemoryStatus.OwnerLost or GlobalMemoryStatus.AccessDenied);
        }
    }

    private static TranslationRange Make(uint uasid, ulong start, long length, bool readOnly) => new()
    {
        Eid = Node,
        Uasid = uasid,
        Start = start,
        Length = length,
        Memory = null,
        Access = readOnly ? SegmentAccess.Read : SegmentAccess.All,
        Owner = new object(),
    };
}
