using System.Diagnostics;

namespace Urma.Net.Loopback.Tests;

/// <summary>Each peer is behind its own link: posted work, messages, views and copies alike. Lower bounds, and one generous upper one.</summary>
public sealed class FabricProfileTests : IDisposable
{
    private static readonly TimeSpan Far = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly LoopbackHarness _harness = new();
    private readonly UrmaContext _near;
    private readonly UrmaContext _far;
    private readonly UrmaContext _user;
    private readonly Segment _local;

    public FabricProfileTests()
    {
        _near = _harness.Open(new UrmaContextOptions { Label = "near" });
        _far = _harness.Open(new UrmaContextOptions { Label = "far-1" });
        var profile = new FabricProfile(
            "test",
            [new FabricRule(new FabricModel("slow", Far.TotalNanoseconds)) { Label = "far-*", Eid = _far.Eid, Uasid = _far.Uasid, Segment = 0 }]);
        _user = _harness.Open(new UrmaContextOptions { FabricProfile = profile });
        _local = _user.AllocateSegment(4096);
    }

    public void Dispose()
    {
        _user.Dispose();
        _far.Dispose();
        _near.Dispose();
    }

    [Fact]
    public void Posted_work_views_and_copies_take_the_link_of_their_peer_and_segment()
    {
        using Segment nearMemory = _near.AllocateSegment(4096);
        using Segment farMemory = _far.AllocateSegment(4096);
        using Segment otherFarMemory = _far.AllocateSegment(4096);
        using TargetSegment near = _user.ImportSegment(nearMemory.Descriptor, nearMemory.Token);
        using TargetSegment far = _user.ImportSegment(farMemory.Descriptor, farMemory.Token);
        using TargetSegment other = _user.ImportSegment(otherFarMemory.Descriptor, otherFarMemory.Token);

        Assert.True(Write(near) < Far);
        Assert.True(Write(other) < Far);
        Assert.True(Write(far) >= Far);
        Assert.True(Time(() => Load(near)) < Far);
        Assert.True(Time(() => Load(far)) >= Far);
        Assert.True(Time(() => _user.Global.Xcopy(nearMemory.GlobalAddress, _local.GlobalAddress, 8)) < Far);
        Assert.True(Time(() => _user.Global.Xcopy(farMemory.GlobalAddress, _local.GlobalAddress, 8)) >= Far);
    }

    [Fact]
    public void A_message_takes_the_link_of_its_receiver()
    {
        using UrmaContext sender = _harness.Open(new UrmaContextOptions
        {
            FabricProfile = new FabricProfile("test", [new FabricRule(new FabricModel("slow", Far.TotalNanoseconds)) { Label = "far-1" }]),
        });
        using Segment memory = sender.AllocateSegment(4096);
        Assert.True(Send(sender, memory, _near) < Far);
        Assert.True(Send(sender, memory, _far) >= Far);
    }

    [Fact]
    public void A_profile_and_a_model_exclude_each_other() => Assert.Throws<ArgumentException>(() =>
        _harness.Open(new UrmaContextOptions { Fabric = FabricModel.Ub, FabricProfile = FabricProfile.Published }));

    [Fact]
    public void Whoever_looks_from_outside_sees_that_a_model_is_on()
    {
        using UrmaContext modelled = _harness.Open(new UrmaContextOptions { FabricProfile = FabricProfile.Published });
        IReadOnlyList<UrmaEngineInfo> engines = UrmaDiagnostics.GetEngines(_user.Device, Bound);
        Assert.Contains("published", engines.Single(e => e.Uasid == modelled.Uasid).FabricModel, StringComparison.Ordinal);
        Assert.Contains("slow", engines.Single(e => e.Uasid == _user.Uasid).FabricModel, StringComparison.Ordinal);
        Assert.Null(engines.Single(e => e.Uasid == _near.Uasid).FabricModel);
    }

    private static void Load(TargetSegment target)
    {
        using SegmentView view = target.Map();
        view.LoadAcquire<long>(0);
    }

    private static TimeSpan Send(UrmaContext sender, Segment memory, UrmaContext receiver)
    {
        using Jfc received = receiver.CreateJfc();
        using Jfr jfr = receiver.CreateJfr(new JfrOptions { ReceiveJfc = received, Depth = 4 });
        using Segment buffer = receiver.AllocateSegment(64);
        jfr.Post(new ReceiveRequest(buffer.Range(), 1));
        using TargetJetty target = sender.ImportJetty(jfr.Descriptor, jfr.Token);
        using Jfc jfc = sender.CreateJfc();
        using Jfs jfs = sender.CreateJfs(new JfsOptions { SendJfc = jfc });
        return Time(() =>
        {
            Assert.Equal(UrmaStatus.Success, jfs.Post(WorkRequest.Send(target, memory.Range(0, 8))));
            Assert.Equal(1, received.Wait(new Completion[1], Bound));
        });
    }

    private static TimeSpan Time(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start);
    }

    private TimeSpan Write(TargetSegment target)
    {
        using Jfc jfc = _user.CreateJfc();
        using Jfs jfs = _user.CreateJfs(new JfsOptions { SendJfc = jfc });
        return Time(() =>
        {
            Assert.Equal(UrmaStatus.Success, jfs.Post(WorkRequest.Write(_local.Range(0, 8), target.At(0))));
            Assert.Equal(1, jfc.Wait(new Completion[1], Bound));
        });
    }
}
