using Urma.Net.Providers.Loopback.Control;
using Verbs = Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>What the process has one of for its connections.</summary>
internal static unsafe class Manager
{
    private static readonly Lock Gate = new();
    private static FabricLoop? _loop;
    private static RoubContext[]? _contexts;
    private static RoubPd? _domain;

    /// <summary>The one thread that serves all connections' sockets and times.</summary>
    public static FabricLoop Loop
    {
        get
        {
            lock (Gate)
            {
                if (_loop is null)
                {
                    _loop = new FabricLoop(static () => Timeout.InfiniteTimeSpan, static () => { });
                    _loop.Start();
                }

                return _loop;
            }
        }
    }

    /// <summary>All devices, opened: for as long as the process lives, since programs keep pointers.</summary>
    public static RoubContext[] Contexts
    {
        get
        {
            lock (Gate)
            {
                return _contexts ??= [.. Library.Devices.Select(static device => new RoubContext(device))];
            }
        }
    }

    /// <summary>The device that addresses lead to, opened.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public static RoubContext Context => Contexts is [var first, ..] ? first : throw new RefusedException(Errno.ENODEV, "There are no devices (URMA_ROUB_DEVICES is 0).");

    /// <summary>The domain of whoever brings none.</summary>
    public static Verbs.ibv_pd* Domain
    {
        get
        {
            RoubContext context = Context;
            lock (Gate)
            {
                _domain ??= new RoubPd(context);
                return _domain.Block;
            }
        }
    }

    /// <summary>Whether an address leads to the fabric.</summary>
    public static bool Reaches(in CmAddress address) => Settings.ReachesEveryAddress || address.IsLocal();

    /// <summary>Runs something on the thread after a while.</summary>
    public static void Schedule(TimeSpan delay, Action work) => Loop.Post(() => Loop.Schedule(delay, work));
}
