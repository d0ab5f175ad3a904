namespace Urma.Net.Tests.Async;

/// <summary>Two engines of this process on a fabric of their own: one owns memory and receives, the other reaches for it.</summary>
internal sealed class TwoContexts : IDisposable
{
    /// <summary>Generous: only a hang gets this far.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly List<IDisposable> _owned = [];

    public TwoContexts(long memoryLength = 1 << 20)
    {
        string fabric = $"loopback://{Guid.NewGuid():n}";
        Owner = UrmaContext.Open(fabric, new UrmaContextOptions { Label = "owner" });
        User = UrmaContext.Open(fabric, new UrmaContextOptions { Label = "user" });
        Remote = Owner.AllocateSegment(memoryLength);
        Local = User.AllocateSegment(memoryLength);
        Target = User.ImportSegment(Remote.Descriptor, Remote.Token);
    }

    public UrmaContext Owner { get; }

    public UrmaContext User { get; }

    public Segment Remote { get; }

    public Segment Local { get; }

    public TargetSegment Target { get; }

    /// <summary>A receive queue of the owner's, imported by the user.</summary>
    public (Jfr Queue, Jfc Completions, TargetJetty Target) MakeReceiver(int depth = 64)
    {
        Jfc jfc = Owner.CreateJfc();
        Jfr jfr = Owner.CreateJfr(new JfrOptions { ReceiveJfc = jfc, Depth = depth });
        TargetJetty target = User.ImportJetty(jfr.Descriptor, jfr.Token);
        _owned.AddRange([target, jfr, jfc]);
        return (jfr, jfc, target);
    }

    public void Dispose()
    {
        User.Dispose();
        Owner.Dispose();
    }
}
