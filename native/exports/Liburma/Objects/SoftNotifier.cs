using System.Diagnostics.CodeAnalysis;
using Urma.Net.Internal;
using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>The channel on which imports and binds in the background report.</summary>
internal sealed unsafe class SoftNotifier
{
    private readonly SoftContext _context;
    private readonly EventDescriptor _ready = new();
    private readonly Queue<urma_notify_t> _notices = new();
    private int _running;
    private bool _deleted;

    public SoftNotifier(SoftContext context)
    {
        _context = context;
        Block = Blocks.Create<urma_notifier_t>(this, BlockKind.Notifier);
        Block->urma_ctx = context.Block;
        Block->fd = _ready.Number;
        context.AddChild();
    }

    public urma_notifier_t* Block { get; }

    /// <summary>
    /// Imports in the background. The target is there at once, as the function's result has to be; it can be used once the notice
    /// says that it was imported.
    /// </summary>
    public urma_target_jetty_t* Import(in urma_rjetty_t remote, urma_token_t* token, ulong userContext)
    {
        urma_rjetty_t wanted = remote;
        urma_token_t secret = token == null ? default : *token;
        SoftTarget target = SoftTarget.Promise(_context, in wanted);
        Begin(() =>
        {
            int status = Notices.StatusOf(() => target.Keep(in wanted, secret));
            target.RemoveUser();
            return new urma_notify_t { type = urma_notify_type_t.URMA_IMPORT_JETTY_NOTIFY, status = status, user_ctx = userContext, tjetty = target.Block };
        });
        return target.Block;
    }

    public int Bind(SoftJetty jetty, SoftTarget target, ulong userContext)
    {
        if (jetty.Queue.Mode != urma_transport_mode_t.URMA_TM_RC)
        {
            throw new RefusedException(URMA_ENOPERM, "Only a jetty of URMA_TM_RC is bound; others name the target with each request.");
        }

        target.AddUser();
        jetty.BeginBind();
        Begin(() =>
        {
            int result = 0;
            int status = Notices.StatusOf(() => result = jetty.Bind(target));
            jetty.EndBind();
            target.RemoveUser();
            return new urma_notify_t
            {
                type = urma_notify_type_t.URMA_BIND_JETTY_NOTIFY,
                status = status == URMA_SUCCESS ? result : status,
                user_ctx = userContext,
                jetty = jetty.Block,
            };
        });
        return URMA_SUCCESS;
    }

    public int Wait(uint count, urma_notify_t* target, int milliseconds)
    {
        long deadline = milliseconds < 0 ? TimeLimit.Never : TimeLimit.After(TimeSpan.FromMilliseconds(milliseconds));
        while (true)
        {
            int taken = Take(count, target);
            if (taken != 0 || !_ready.Wait(deadline))
            {
                return taken;
            }
        }
    }

    public int Delete()
    {
        lock (_notices)
        {
            if (_running != 0)
            {
                throw new RefusedException(URMA_EAGAIN, $"{_running} imports or binds still report to the notifier: wait for them first.");
            }

            _deleted = true;
        }

        _ready.Dispose();
        _context.RemoveChild();
        Blocks.Free(Block);
        return URMA_SUCCESS;
    }

    private int Take(uint count, urma_notify_t* target)
    {
        lock (_notices)
        {
            int taken = 0;
            while (taken < count && _notices.TryDequeue(out urma_notify_t notice))
            {
                target[taken++] = notice;
            }

            if (_notices.Count == 0)
            {
                _ready.Clear();
            }

            return taken;
        }
    }

    private void Begin(Func<urma_notify_t> work)
    {
        lock (_notices)
        {
            ObjectDisposedException.ThrowIf(_deleted, this);
            _running++;
        }

        ThreadPool.QueueUserWorkItem(_ => End(work()));
    }

    private void End(in urma_notify_t notice)
    {
        lock (_notices)
        {
            _running--;
            _notices.Enqueue(notice);
            _ready.Raise();
        }
    }
}
