using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;
using Urma.Net.Tests.Linux;

namespace Urma.Net.Tests.Control;

public sealed class NameTests : IDisposable
{
    private static readonly TimeSpan Soon = TestEngine.Soon;

    private readonly string _directory = Directory.CreateTempSubdirectory("urma-test").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private LoopbackFabric Fabric(bool path) => path ? LoopbackFabric.Parse(_directory) : TestEngine.NewFabric();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_one_publishes_another_finds_until_it_is_withdrawn(bool path)
    {
        LoopbackFabric fabric = Fabric(path);
        using var a = new TestEngine(fabric);
        using var b = new TestEngine(fabric);
        byte[] value = new byte[ControlPlane.MaximumPublished];
        Random.Shared.NextBytes(value);

        using (a.Plane.Publish("the.name-1_x", value))
        {
            Assert.Equal(value, b.Plane.Lookup("the.name-1_x", Soon));
            Assert.Equal(value, b.Plane.Lookup("the.name-1_x", Soon));
            Assert.Equal(value, a.Plane.Lookup("the.name-1_x", Soon));
            var error = Assert.Throws<UrmaException>(() => b.Plane.Publish("the.name-1_x", []));
            Assert.Equal(UrmaStatus.Exists, error.Status);
        }

        var gone = Assert.Throws<UrmaException>(() => b.Plane.Lookup("the.name-1_x", TimeSpan.FromMilliseconds(20)));
        Assert.Equal(UrmaStatus.TimedOut, gone.Status);
        using IDisposable again = b.Plane.Publish("the.name-1_x", []);
        Assert.Equal([], a.Plane.Lookup("the.name-1_x", Soon));
    }

    [Fact]
    public void A_lookup_waits_for_the_publisher()
    {
        LoopbackFabric fabric = Fabric(false);
        using var a = new TestEngine(fabric);
        Task<byte[]> lookup = Task.Run(() => a.Plane.Lookup("later", Soon));
        Thread.Sleep(20);
        Assert.False(lookup.IsCompleted);

        using IDisposable published = a.Plane.Publish("later", [1, 2]);

        Assert.Equal([1, 2], lookup.WaitAsync(Soon).Result);
    }

    [Fact]
    public void A_lookup_can_be_cancelled()
    {
        using var a = new TestEngine(Fabric(false));
        using var cancellation = new CancellationTokenSource();
        Task<byte[]> lookup = Task.Run(() => a.Plane.Lookup("never", Soon, cancellation.Token));

        cancellation.Cancel();

        Assert.Throws<AggregateException>(() => lookup.Wait(Soon)).Handle(error => error is OperationCanceledException);
    }

    [Fact]
    public void Names_go_with_their_engine()
    {
        LoopbackFabric fabric = Fabric(false);
        using var a = new TestEngine(fabric);
        var b = new TestEngine(fabric);
        IDisposable published = b.Plane.Publish("short-lived", [1]);

        b.Dispose();

        using IDisposable mine = a.Plane.Publish("short-lived", [2]);
        published.Dispose();
        Assert.Equal([2], a.Plane.Lookup("short-lived", Soon));
        Assert.Throws<ObjectDisposedException>(() => b.Plane.Publish("too-late", []));
    }

    [Fact]
    public void A_name_whose_closed_listener_lives_on_in_a_copy_is_waited_for()
    {
        LoopbackFabric fabric = Fabric(false);
        using var a = new TestEngine(fabric);
        using UnixListener listener = UnixListener.Bind(fabric.NameOf("lingering"));
        using var copy = new FileDescriptor(TestMemory.Duplicate(listener.Descriptor));
        listener.Dispose();
        Task<IDisposable> claim = Task.Run(() => a.Plane.Publish("lingering", [1]));
        Thread.Sleep(20);
        Assert.False(claim.IsCompleted);

        copy.Dispose();

        using IDisposable published = claim.WaitAsync(Soon).Result;
        Assert.Equal([1], a.Plane.Lookup("lingering", Soon));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("ä")]
    [InlineData("a b")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public void A_bad_name_is_refused(string name)
    {
        using var a = new TestEngine(Fabric(false));

        Assert.Equal(UrmaStatus.InvalidArgument, Assert.Throws<UrmaException>(() => a.Plane.Publish(name, [])).Status);
        Assert.Equal(UrmaStatus.InvalidArgument, Assert.Throws<UrmaException>(() => a.Plane.Lookup(name, Soon)).Status);
    }

    [Fact]
    public void Too_large_a_value_is_refused()
    {
        using var a = new TestEngine(Fabric(false));

        var error = Assert.Throws<UrmaException>(() => a.Plane.Publish("big", new byte[ControlPlane.MaximumPublished + 1]));

        Assert.Equal(UrmaStatus.InvalidArgument, error.Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_living_are_listed_with_their_labels_and_names(bool path)
    {
        LoopbackFabric fabric = Fabric(path);
        using var a = new TestEngine(fabric, "one", uasid: 0x10);
        using var b = new TestEngine(fabric, "two", uasid: 0x20);
        var c = new TestEngine(fabric, "gone", uasid: 0x30);
        a.Ask(a.Connect(b));
        a.Ask(a.Connect(c));
        using IDisposable x = a.Plane.Publish("x", []);
        using IDisposable y = b.Plane.Publish("y.lock", []);
        c.Dispose();

        FabricListing listing = fabric.Enumerate(Soon);

        int process = Environment.ProcessId;
        Assert.Equal(
            [new FabricEngine(0x10, process, "one", null), new FabricEngine(0x20, process, "two", null)], listing.Engines);
        Assert.Equal([new FabricName("x", process), new FabricName("y.lock", process)], listing.Names);
        Assert.Equal(!path, FabricScanner.Fabrics().Contains(fabric.Name));
        Assert.Equal([1], a.Ask(a.Connect(b), 1));
    }

    [Fact]
    public void An_empty_fabric_lists_nothing()
    {
        FabricListing listing = Fabric(false).Enumerate(Soon);

        Assert.Empty(listing.Engines);
        Assert.Empty(listing.Names);
    }
}
