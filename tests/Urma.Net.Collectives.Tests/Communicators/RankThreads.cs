namespace Urma.Net.Collectives.Tests.Communicators;

/// <summary>Ranks as threads of this process, each with a context and thereby an engine of its own, or all with one.</summary>
internal static class RankThreads
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <param name="size">How many ranks.</param>
    /// <param name="body">What each of them does.</param>
    /// <param name="options">How communicators behave.</param>
    /// <param name="oneContext">Whether all ranks share a context.</param>
    /// <param name="open">Makes a context; by default one on a fabric of the call's own.</param>
    /// <param name="limit">How long all of it may take.</param>
    /// <param name="optionsOf">Options of each rank's own.</param>
    public static void Run(
        int size, Action<Communicator> body, CommunicatorOptions? options = null, bool oneContext = false, Func<UrmaContext>? open = null, TimeSpan? limit = null,
        Func<int, CommunicatorOptions>? optionsOf = null)
    {
        string fabric = $"loopback://{Guid.NewGuid():N}";
        open ??= () => UrmaContext.Open(fabric);
        UniqueId id = UniqueId.FromName(Guid.NewGuid().ToString("N"));
        using UrmaContext? shared = oneContext ? open() : null;
        var failures = new Exception?[size];
        var threads = new Thread[size];
        for (int i = 0; i < size; i++)
        {
            int rank = i;
            threads[rank] = new Thread(() =>
            {
                try
                {
                    using UrmaContext? own = oneContext ? null : open();
                    using Communicator communicator = Communicator.Create((own ?? shared)!, id, rank, size, optionsOf?.Invoke(rank) ?? options);
                    try
                    {
                        body(communicator);
                    }
                    catch (Exception exception)
                    {
                        communicator.Abort(exception.Message);
                        throw;
                    }
                }
                catch (Exception exception)
                {
                    failures[rank] = exception;
                }
            });
            threads[rank].Start();
        }

        DateTime end = DateTime.UtcNow + (limit ?? Limit);
        foreach (Thread thread in threads)
        {
            TimeSpan left = end - DateTime.UtcNow;
            Assert.True(thread.Join(left > TimeSpan.Zero ? left : TimeSpan.Zero), "A rank did not end.");
        }

        // The fault of one rank makes others fail; the first of another kind says more.
        Exception? failure = Array.Find(failures, exception => exception is not null and not CollectiveException) ?? Array.Find(failures, exception => exception is not null);
        if (failure is not null)
        {
            throw new InvalidOperationException(string.Join('\n', failures.Select((exception, rank) => $"rank {rank}: {exception?.GetType().Name} {exception?.Message}")), failure);
        }
    }
}
