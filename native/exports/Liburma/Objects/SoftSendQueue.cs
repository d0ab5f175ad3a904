using Urma.Net.Interop.Liburma;
using Urma.Net.Providers.Loopback;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>What a JFS and a jetty have in common: posting, its state, and the end of it. Posting is thread-safe unless lock_free.</summary>
internal sealed unsafe partial class SoftSendQueue
{
    private readonly SoftContext _context;
    private readonly SoftJfc _jfc;
    private readonly Jfs _engine;
    private readonly LoopbackSendQueue _queue;
    private readonly urma_transport_mode_t _mode;
    private readonly uint _maxSge;
    private readonly uint _maxInline;
    private readonly uint _depth;
    private readonly uint _atomics = Library.Settings.Atomics;
    private readonly bool _lockFree;
    private readonly nint _face;
    private BiasedLock _lock;
    private ulong _boundToken;

    /// <summary>Takes over the engine's queue.</summary>
    /// <param name="jfc">Where it reports.</param>
    /// <param name="engine">The engine's JFS or jetty.</param>
    /// <param name="config">How it was asked for; checked.</param>
    /// <param name="face">The structure that completions name.</param>
    public SoftSendQueue(SoftJfc jfc, Jfs engine, urma_jfs_cfg_t* config, nint face)
    {
        _context = jfc.Context;
        _jfc = jfc;
        _engine = engine;
        _queue = engine is LoopbackJetty jetty ? jetty.Queue : ((LoopbackJfs)engine).Queue;
        _mode = config->trans_mode;
        _maxSge = Math.Max(1u, config->max_sge);
        _maxInline = config->max_inline_data == 0 ? Library.Settings.MaxInline : config->max_inline_data;
        _depth = config->depth;
        _lockFree = config->flag.bs.lock_free != 0;
        _face = face;
        engine.Face = face;
        _jfc.AddUser(_depth);
    }

    public uint Id => _engine.Id;

    public urma_transport_mode_t Mode => _mode;

    public urma_jetty_state_t State { get; private set; } = urma_jetty_state_t.URMA_JETTY_STATE_READY;

    /// <summary>Whether the record that it is flushed may be shown: everything before it was polled.</summary>
    public bool IsFlushed => _queue.Outstanding == 0;

    /// <summary>How the engine's queue is made.</summary>
    public static JettyOptions OptionsOf(urma_jfs_cfg_t* config, SoftJfc jfc, Jfr? receive) => new()
    {
        SendJfc = jfc.Engine,
        Depth = (int)config->depth,
        TransportMode = config->trans_mode == urma_transport_mode_t.URMA_TM_UM ? TransportMode.UnreliableMessage : TransportMode.ReliableMessage,
        RnrRetry = config->trans_mode == urma_transport_mode_t.URMA_TM_UM ? 0 : config->rnr_retry,
        SharedJfr = receive,
    };

    /// <summary>The record that ends a flush; its user context is not valid.</summary>
    public urma_cr_t FlushedRecord()
    {
        var record = new urma_cr_t
        {
            status = urma_cr_status_t.URMA_CR_WR_FLUSH_ERR_DONE,
            local_id = Id,
            user_data = (nuint)_face,
        };
        record.flag.bs.flush_err_done = 1;
        record.flag.bs.jetty = _engine is LoopbackJetty ? (byte)1 : (byte)0;
        return record;
    }

    /// <summary>Moves to another state: into the error state, where what has not run is flushed.</summary>
    public int Modify(urma_jetty_state_t state)
    {
        if (state == State)
        {
            return URMA_SUCCESS;
        }

        if (state != urma_jetty_state_t.URMA_JETTY_STATE_ERROR)
        {
            throw new RefusedException(URMA_EINVAL, $"The queue cannot go from state {(int)State} to {(int)state}: only into the error state. Make a new one.");
        }

        State = state;
        _engine.ModifyToError();
        _jfc.AddMarker(this);
        return URMA_SUCCESS;
    }

    /// <summary>Prepares the way to a target.</summary>
    public void Advise(SoftTarget target)
    {
        foreach (TargetJetty member in target.Members)
        {
            // Opening a lane changes what the posting thread reads.
            bool privileged = _lock.Enter();
            try
            {
                _engine.Bind(member);
            }
            finally
            {
                _lock.Exit(privileged);
            }
        }
    }

    /// <summary>The one target of a connected queue, or none.</summary>
    public void SetBound(SoftTarget? target) => _boundToken = target is null ? 0 : target.Members[0].Token;

    /// <summary>Closes the engine's queue; its last completions can still be polled.</summary>
    public void Close()
    {
        _jfc.DropMarker(this);
        _engine.Dispose();
        _jfc.RemoveUser(_depth);
    }

    /// <summary>Lets others post after an exception threw the calling thread out of <see cref="Post"/>.</summary>
    public void Abandon() => _lock.Abandon();
}
