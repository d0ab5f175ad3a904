using Xunit;

namespace Urma.Net.Tests.Fabric;

public sealed class FabricProfileTests
{
    private const string TwoCabinets = """
        {
          // what the lab has
          "name": "two cabinets",
          "classes": [ { "name": "optics", "latency": "650ns", "bandwidth": "50GB/s", "tier": "rdma" }, { "name": "local", "latency": "100ns" } ],
          "peers": [
            { "label": "near-*", "class": "local" },
            { "label": "*-far-*", "segment": 2, "class": "rdma" },
            { "eid": "fd00::1", "uasid": 42, "class": "optics" },
            { "label": "urma *", "class": "none" },
          ],
          "default": "ub"
        }
        """;

    [Theory]
    [InlineData("near-3", 1, null, 100)]
    [InlineData("nearly", 1, null, 400)]
    [InlineData("a-far-b", 1, 2u, 3000)]
    [InlineData("a-far-b", 1, 1u, 400)]
    [InlineData("a-far-b", 1, null, 400)]
    [InlineData("-far", 1, 2u, 400)]
    [InlineData(null, 42, null, 650)]
    [InlineData("near-3", 42, null, 100)]
    [InlineData("urma peer", 7, null, null)]
    public void The_first_rule_that_holds_says_which_link(string? label, uint uasid, uint? segment, int? nanoseconds)
    {
        FabricProfile profile = FabricProfile.Parse(TwoCabinets);
        FabricModel? link = profile.FindLink(Eid.Parse("fd00::1"), uasid, label, segment);
        Assert.Equal(nanoseconds, link is null ? null : (int)link.Nanoseconds);
        Assert.Equal("two cabinets", profile.Name);
        Assert.Equal(MemoryTier.Rdma, profile.FindLink(Eid.Parse("fd00::1"), 42, null)!.Tier);
        Assert.Equal(400, profile.FindLink(Eid.Parse("fd00::2"), 42, null)!.Nanoseconds);
    }

    [Theory]
    [InlineData("local 1", MemoryTier.Local, 100, 150)]
    [InlineData("cross-numa", MemoryTier.CrossNuma, 200, 300)]
    [InlineData("nvlink-0", MemoryTier.UnifiedBus, 1, 100)]
    [InlineData("anybody", MemoryTier.UnifiedBus, 400, 400)]
    [InlineData("rdma", MemoryTier.Rdma, 2000, 5000)]
    [InlineData("storage", MemoryTier.Storage, 10_000, 10_000)]
    public void The_built_in_profile_holds_the_published_figures(string label, MemoryTier tier, double least, double most)
    {
        FabricModel link = FabricProfile.Published.FindLink(default, 1, label)!;
        Assert.Equal(tier, link.Tier);
        Assert.InRange(link.Nanoseconds, least, most);
    }

    [Theory]
    [InlineData("{\n \"classes\": [\n  { \"name\": 3 } ] }", "line 3", "classes[0].name")]
    [InlineData("{\n \"pers\": [] }", "line 2", "pers")]
    [InlineData("{ \"default\": \"ub\"", "line 1", "")]
    [InlineData("", "line 1", "")]
    [InlineData("null", "", "holds null")]
    [InlineData("{ \"default\": \"fast\" }", "field default", "no class is called 'fast'; there are none, local")]
    [InlineData("{ \"peers\": [ { \"class\": \"ub\" }, { \"label\": \"x\" } ] }", "field peers[1].class", "is missing")]
    [InlineData("{ \"peers\": [ null ] }", "field peers[0].class", "is missing")]
    [InlineData("{ \"peers\": [ { \"eid\": \"x\", \"class\": \"ub\" } ] }", "field peers[0].eid", "'x' is no EID")]
    [InlineData("{ \"peers\": [ { \"uasid\": 16777216, \"class\": \"ub\" } ] }", "field peers[0].uasid", "24 bits")]
    [InlineData("{ \"peers\": [ { \"uasid\": -1, \"class\": \"ub\" } ] }", "line 1", "peers[0].uasid")]
    [InlineData("{ \"classes\": [ { \"name\": \"a\", \"latency\": \"5\" } ] }", "field classes[0]", "'5' is no fabric model")]
    [InlineData("{ \"classes\": [ { \"name\": \"a\" } ] }", "field classes[0].latency", "is missing")]
    [InlineData("{ \"classes\": [ { \"name\": \"none\", \"latency\": \"5ns\" } ] }", "field classes[0].name", "no link")]
    [InlineData("{ \"classes\": [ { \"name\": \"a\", \"latency\": \"5ns\", \"tier\": \"1\" } ] }", "field classes[0].tier", "is none of Local")]
    [InlineData("{ \"classes\": [ { \"name\": \"a\", \"latency\": \"5ns\" }, { \"name\": \"a\", \"latency\": \"6ns\" } ] }", "field classes[1]", "twice")]
    public void A_bad_file_is_refused_with_the_place_and_the_reason(string json, string place, string reason)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, json);
            FormatException error = Assert.Throws<FormatException>(() => FabricProfile.Load(path));
            Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
            Assert.Contains(place, error.Message, StringComparison.Ordinal);
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_io_error() =>
        Assert.ThrowsAny<IOException>(() => FabricProfile.Load("/nowhere/profile.json"));
}
