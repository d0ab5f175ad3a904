using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs;

/// <content>Queue pairs of other programs.</content>
public sealed unsafe partial class VerbsContext
{
    private readonly List<VerbsPair> _pairs = [];
    private readonly Stack<int> _freeEngines = new();

    internal void Add(VerbsPair pair)
    {
        lock (_lock)
        {
            _pairs.Add(pair);
        }
    }

    internal void Remove(VerbsPair pair)
    {
        lock (_lock)
        {
            _pairs.Remove(pair);
        }
    }

    /// <summary>Ends pairs whose jetty or receive queue goes.</summary>
    internal void EndPairs(Func<VerbsPair, bool> which)
    {
        VerbsPair[] ended;
        lock (_lock)
        {
            ended = [.. _pairs.Where(which)];
        }

        Array.ForEach(ended, static p => p.Dispose());
    }

    /// <summary>Somebody to reach without a control connection.</summary>
    internal RemoteEngine AddPairEngine()
    {
        lock (_lock)
        {
            return AddEngine(peer: null);
        }
    }

    /// <summary>Forgets a queue pair of another program; nothing names it any more.</summary>
    internal void Remove(RemoteEngine engine)
    {
        lock (_lock)
        {
            _engines[engine.Index] = null;
            _freeEngines.Push(engine.Index);
        }
    }

    /// <summary>Has memory of another program be reached by its key.</summary>
    internal VerbsTargetSegment ImportRaw(RemoteEngine engine, in SegmentDescriptor descriptor)
    {
        Objects.ThrowIfDisposed();
        VerbsTargetSegment segment;
        lock (_lock)
        {
            // The key is all there is to know of it.
            segment = new VerbsTargetSegment(this, engine, descriptor, default, descriptor.TokenId);
            _importedSegments.Add(segment);
        }

        return Objects.Keep(segment);
    }

    internal VerbsTargetJetty AddRawTarget(RemoteEngine engine, in JettyDescriptor descriptor)
    {
        Objects.ThrowIfDisposed();
        VerbsTargetJetty jetty;
        lock (_lock)
        {
            jetty = new VerbsTargetJetty(this, engine, descriptor, default);
            _importedJetties[jetty.Token] = jetty;
        }

        return Objects.Keep(jetty);
    }

    /// <summary>Ends what was imported from another program.</summary>
    internal void EndImports(RemoteEngine engine)
    {
        VerbsTargetSegment[] segments;
        VerbsTargetJetty[] targets;
        lock (_lock)
        {
            segments = [.. _importedSegments.Where(s => s.Engine == engine)];
            targets = [.. _importedJetties.Values.Where(t => t.Engine == engine)];
        }

        Array.ForEach(segments, static s => s.End());
        Array.ForEach(targets, static t => t.Dispose());
    }

    // Under the lock. The place of a peer is never given again: what was imported from a lost engine still names it.
    private RemoteEngine AddEngine(ControlPeer? peer)
    {
        if (!_freeEngines.TryPop(out int index))
        {
            index = _engines.Count;
            _engines.Add(null);
        }

        return _engines[index] = new RemoteEngine(this, peer, index);
    }
}
