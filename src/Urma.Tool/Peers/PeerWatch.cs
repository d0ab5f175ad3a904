using System.Diagnostics;
using System.Runtime.CompilerServices;
using Urma.Net.Measurement;

namespace Urma.Net.Tool.Peers;

/// <summary>
/// What every wait of a measurement looks at now and then, so that none outlives its peer or its time limit.
/// </summary>
/// <remarks>One measuring thread; the notice that the peer is gone may come from any thread.</remarks>
internal sealed class PeerWatch : IDisposable
{
    /// <summary>Looks at a flag between two calls of <see cref="Check"/>: some 20 µs, so that no clock is read while the peer answers.</summary>
    public const int Spins = 1 << 14;

    private readonly UrmaContext _context;
    private readonly Process? _process;
    private volatile string? _loss;
    private uint _uasid;
    private long _deadline = long.MaxValue;
    private TimeSpan _limit;

    /// <summary>Watches a peer of a context.</summary>
    /// <param name="context">Where the notice will come from.</param>
    /// <param name="process">The peer's process where this process started it.</param>
    public PeerWatch(UrmaContext context, Process? process = null)
    {
        _context = context;
        _process = process;
        context.PeerLost += OnPeerLost;
    }

    /// <summary>Why the peer is gone; null while it is there.</summary>
    public string? Loss => _loss;

    /// <summary>Says which engine is the peer: the loss of others is none of our business.</summary>
    public void Follow(uint uasid) => _uasid = uasid;

    /// <summary>Starts the clock of a wait.</summary>
    public void Arm(TimeSpan limit)
    {
        _limit = limit;
        _deadline = Clock.NowNanoseconds + (limit.Ticks * 100);
    }

    /// <summary>Throws when the peer is gone or the time is over; lets another process run on this core otherwise.</summary>
    /// <exception cref="ToolException">The peer is gone or silent.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Check()
    {
        if (_loss is { } loss)
        {
            throw new ToolException(loss);
        }

        if (_process is { HasExited: true })
        {
            throw new ToolException($"The peer process {_process.Id} ended with exit code {_process.ExitCode}.");
        }

        if (Clock.NowNanoseconds > _deadline)
        {
            throw new ToolException(
                $"The peer did not answer within {_limit.TotalSeconds:0.#} s. Is it stopped, or does it run another test?");
        }

        Thread.Yield();
    }

    /// <summary>Stops listening.</summary>
    public void Dispose() => _context.PeerLost -= OnPeerLost;

    private void OnPeerLost(object? sender, PeerLostEventArgs args)
    {
        if (args.Uasid == _uasid)
        {
            _loss = args.Reason;
        }
    }
}
