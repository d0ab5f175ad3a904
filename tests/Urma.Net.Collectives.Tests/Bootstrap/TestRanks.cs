using System.Runtime.ExceptionServices;
using System.Text;
using Urma.Net.Collectives.Bootstrap;

namespace Urma.Net.Collectives.Tests.Bootstrap;

/// <summary>All ranks of one communicator in this process, a thread each.</summary>
internal sealed class TestRanks : IDisposable
{
    public static readonly TimeSpan Soon = PeerProcess.Soon;

    private readonly ControlPlane[] _planes;

    public TestRanks(UniqueId id, int size)
    {
        Listeners = [.. Enumerable.Range(0, size).Select(static _ => new TestListener())];
        _planes = OnAll(size, rank => ControlPlane.Connect(id, rank, size, Listeners[rank], Soon, CancellationToken.None));
    }

    public TestListener[] Listeners { get; }

    public int Size => _planes.Length;

    public ControlPlane this[int rank] => _planes[rank];

    public static UniqueId NewName() => UniqueId.FromName($"test {Guid.NewGuid()}");

    /// <summary>Calls from one thread per rank, and throws the first exception of any.</summary>
    public static T[] OnAll<T>(int size, Func<int, T> call)
    {
        var results = new T[size];
        var errors = new Exception?[size];
        Thread[] threads = [.. Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                results[rank] = call(rank);
            }
            catch (Exception error)
            {
                errors[rank] = error;
            }
        }))];
        Array.ForEach(threads, static t => t.Start());
        Assert.All(threads, static t => Assert.True(t.Join(2 * Soon), "A rank did not return."));
        if (errors.FirstOrDefault(static e => e is not null) is { } first)
        {
            ExceptionDispatchInfo.Throw(first);
        }

        return results;
    }

    /// <summary>As <see cref="OnAll"/>, where every rank must fail.</summary>
    public static TError[] FailOnAll<TError>(int size, Action<int> call)
        where TError : Exception =>
        OnAll(size, rank => Assert.ThrowsAny<TError>(() => call(rank)));

    public string[] Gather(int rank, int tag, string mine) =>
        [.. this[rank].AllGather(Encoding.UTF8.GetBytes(mine), tag, Soon, CancellationToken.None).Select(Encoding.UTF8.GetString)];

    public void LeaveAll()
    {
        foreach (ControlPlane plane in _planes)
        {
            plane.Leave(Soon);
        }
    }

    public void Dispose()
    {
        foreach (ControlPlane plane in _planes)
        {
            plane?.Dispose();
        }
    }
}
