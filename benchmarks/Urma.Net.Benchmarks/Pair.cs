namespace Urma.Net.Benchmarks;

/// <summary>
/// Two engines in this process and one thread that drives both: what is measured is the cost of the calls themselves, not
/// of cache lines between cores (that is <c>urma perftest</c>).
/// </summary>
internal sealed class Pair : IDisposable
{
    public const int MemoryLength = 1 << 20;
    public const int Depth = 256;

    /// <summary>Calls for which one preparation of a benchmark (<c>[IterationSetup]</c>) is good, by whatever runs it.</summary>
    public const int PreparedInvocations = 1 << 14;

    private readonly List<IDisposable> _owned = [];

    public Pair()
    {
        string fabric = $"loopback://{Guid.NewGuid():n}";
        Owner = UrmaContext.Open(fabric, new UrmaContextOptions { Label = "owner" });
        User = UrmaContext.Open(fabric, new UrmaContextOptions { Label = "user" });
        Remote = Own(Owner.AllocateSegment(MemoryLength));
        Local = Own(User.AllocateSegment(MemoryLength));
        Target = Own(User.ImportSegment(Remote.Descriptor, Remote.Token));
        Received = Own(Owner.CreateJfc(new JfcOptions { Depth = 4 * Depth }));
        Sent = Own(User.CreateJfc(new JfcOptions { Depth = 4 * Depth }));
        Receiver = Own(Owner.CreateJetty(new JettyOptions { SendJfc = Received, Depth = Depth }));
        Sender = Own(User.CreateJetty(new JettyOptions { SendJfc = Sent, Depth = Depth }));
        Peer = Own(User.ImportJetty(Receiver.Descriptor, Receiver.Token));
    }

    public UrmaContext Owner { get; }

    public UrmaContext User { get; }

    public Segment Remote { get; }

    public Segment Local { get; }

    public TargetSegment Target { get; }

    public Jfc Received { get; }

    public Jfc Sent { get; }

    public Jetty Receiver { get; }

    public Jetty Sender { get; }

    public TargetJetty Peer { get; }

    public T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    /// <summary>Takes exactly one completion and checks it: an operation that fails would be a fast one.</summary>
    public static void Take(Jfc jfc)
    {
        Span<Completion> one = stackalloc Completion[1];
        if (jfc.Poll(one) != 1 || !one[0].IsSuccess)
        {
            Fail(one[0]);
        }
    }

    public static void Check(UrmaStatus status)
    {
        if (status != UrmaStatus.Success)
        {
            throw new InvalidOperationException($"A post returned {status}.");
        }
    }

    /// <summary>Ends an operation that was complete when the call returned.</summary>
    public static void Finish(ValueTask task)
    {
        if (!task.IsCompleted)
        {
            throw NotAtOnce();
        }

        task.GetAwaiter().GetResult();
    }

    /// <inheritdoc cref="Finish(ValueTask)"/>
    public static T Finish<T>(ValueTask<T> task) => task.IsCompleted ? task.GetAwaiter().GetResult() : throw NotAtOnce();

    public void Dispose()
    {
        for (int i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }

        User.Dispose();
        Owner.Dispose();
    }

    private static InvalidOperationException NotAtOnce() => new("The operation did not complete at once.");

    private static void Fail(Completion completion) =>
        throw new InvalidOperationException($"The operation did not complete as it should: {completion}");
}
