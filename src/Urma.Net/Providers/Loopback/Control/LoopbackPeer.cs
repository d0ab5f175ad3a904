using System.Globalization;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>
/// Another engine of the fabric (or this one, seen through its own door): one object per engine instance, from the
/// handshake to its loss. An engine that uses a dead one's UASID again is another peer.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class LoopbackPeer
{
    private readonly SharedMapping _contextPage;
    private int _contextPageReleased;
    private volatile string? _fault;

    internal LoopbackPeer(int index, Hello hello, int processId, SharedMapping contextPage, PidFd process)
    {
        Index = index;
        Eid = hello.Eid;
        Uasid = hello.Uasid;
        Incarnation = hello.Incarnation;
        Label = hello.Label;
        ProcessId = processId;
        Process = process;
        _contextPage = contextPage;
        Name = Describe(hello.Label, processId, hello.Uasid);
    }

    /// <summary>Counts the peers of this control plane from 0; never used again.</summary>
    internal int Index { get; }

    /// <summary>The fabric.</summary>
    internal Eid Eid { get; }

    /// <summary>The engine.</summary>
    internal uint Uasid { get; }

    /// <summary>Tells engines apart that used the same UASID one after the other.</summary>
    internal ulong Incarnation { get; }

    /// <summary>The process, as the kernel sees it from here.</summary>
    internal int ProcessId { get; }

    /// <summary>Its name for people.</summary>
    internal string Label { get; }

    /// <summary>For messages: <c>peer 'label' (process 12, UASID 0x00002a)</c>.</summary>
    internal string Name { get; }

    /// <summary>Why the peer is gone, as a sentence without a period that names it; null while it lives.</summary>
    internal string? Fault => _fault;

    /// <summary>Whether the peer is connected. A stopped process is alive.</summary>
    internal bool IsAlive => _fault is null;

    /// <summary>The peer's context page, mapped read-only; its content is untrusted.</summary>
    internal SharedMapping ContextPage => _contextPage;

    /// <summary>Belongs to the data path, which disposes it when it loses the peer; closing the control plane disposes the others.</summary>
    internal object? State { get; set; }

    /// <summary>Its number in the statistics of this engine; -1 without one.</summary>
    internal int Observed { get; set; } = -1;

    /// <summary>Watches the process.</summary>
    internal PidFd Process { get; }

    /// <summary>Requests waiting for this peer's reply.</summary>
    internal PendingRequests Pending { get; } = new();

    /// <summary>
    /// The connection everything to this peer goes through, so that it arrives in order: the first that was established.
    /// </summary>
    internal PeerLink? Outlet { get; set; }

    /// <summary>Every connection with this peer: up to one that we made and one that it made. Fabric thread only.</summary>
    internal List<PeerLink> Links { get; } = [];

    /// <summary>Asks the kernel whether the peer has gone already, though the fabric thread has not come to see it yet.</summary>
    internal bool HasGone()
    {
        try
        {
            return !IsAlive || Outlet is not { HasHungUp: false } || Process.HasExited;
        }
        catch (ObjectDisposedException)
        {
            // The fabric thread came to see it meanwhile.
            return true;
        }
    }

    /// <summary>Unmaps the context page of a lost peer; call when no thread reads it any more. Idempotent.</summary>
    internal void ReleaseContextPage()
    {
        if (Interlocked.Exchange(ref _contextPageReleased, 1) == 0)
        {
            _contextPage.Dispose();
        }
    }

    /// <summary>Names an engine in messages.</summary>
    /// <param name="label">Null when it has not said.</param>
    /// <param name="processId">0 when not known.</param>
    /// <param name="uasid">The engine.</param>
    internal static string Describe(string? label, int processId, uint uasid)
    {
        string name = label is null ? "peer" : $"peer '{label}'";
        return processId == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{name} (UASID 0x{uasid:x6})")
            : string.Create(CultureInfo.InvariantCulture, $"{name} (process {processId}, UASID 0x{uasid:x6})");
    }

    /// <summary>Sets the fault and fails what waits for a reply.</summary>
    internal void MarkLost(string fault)
    {
        _fault = fault;
        Pending.FailAll(fault);
    }
}
