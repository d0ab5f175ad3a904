using System.Runtime.CompilerServices;
using Urma.Net.Interop.Liburma;
using Urma.Net.Providers.Loopback;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>A receive queue. Posting is thread-safe, because the engine's is.</summary>
internal sealed unsafe class SoftJfr : ILife<urma_jfr_t, urma_jfr_cfg_t>
{
    private const int MaxList = 32;
    private const int MaxPieces = 8;

    private readonly SoftContext _context;
    private readonly SoftJfc _jfc;
    private readonly int _maxSge;
    private int _users;

    public SoftJfr(SoftContext context, urma_jfr_t* block)
    {
        _context = context;
        urma_jfr_cfg_t* config = &block->jfr_cfg;
        _jfc = Configs.CheckJfr(context, config);
        _maxSge = Math.Max(1, (int)config->max_sge);
        bool isOpen = config->flag.bs.token_policy == URMA_TOKEN_NONE;
        Engine = (LoopbackJfr)context.Engine.CreateJfr(new JfrOptions
        {
            ReceiveJfc = _jfc.Engine,
            Depth = (int)config->depth,
            MaxSge = _maxSge,
            Token = new Token(config->token_value.token),
            IsOpen = isOpen,
        });
        Block = block;
        Block->urma_ctx = context.Block;
        Block->jfr_id = Ids.Of(context, Engine.Id);
        Block->handle = Engine.Id;
        Engine.Face = (nint)Block;
        _jfc.AddUser(config->depth);
        context.AddChild();
        Blocks.Attach(block, this, BlockKind.Jfr);
    }

    public static BlockKind Kind => BlockKind.Jfr;

    public static BlockKind Draft => BlockKind.JfrDraft;

    public SoftContext Context => _context;

    public LoopbackJfr Engine { get; }

    public urma_jfr_t* Block { get; }

    public urma_jfr_state_t State { get; private set; } = urma_jfr_state_t.URMA_JFR_STATE_READY;

    /// <summary>Where it reports.</summary>
    public SoftJfc Jfc => _jfc;

    public void AddUser()
    {
        lock (_context.Gate)
        {
            _users++;
        }
    }

    public void RemoveUser()
    {
        lock (_context.Gate)
        {
            _users--;
        }
    }

    public static ref urma_jfr_cfg_t ConfigOf(urma_jfr_t* block) => ref block->jfr_cfg;

    public static ref urma_context_t* ContextOf(urma_jfr_t* block) => ref block->urma_ctx;

    public static ref byte IsActive(urma_jfr_t* block) => ref block->urma_jfr_opt.is_actived;

    public static void Make(SoftContext context, urma_jfr_t* block) => _ = new SoftJfr(context, block);

    public void Leave() => _context.Bury(Block);

    /// <summary>Ends the queue; the structure stays, because flushed receives name it.</summary>
    public void Close()
    {
        lock (_context.Gate)
        {
            if (_users != 0)
            {
                throw new RefusedException(URMA_FAIL, $"{_users} jetties still receive through the JFR: delete them first.");
            }
        }

        Engine.Dispose();
        _jfc.RemoveUser(Block->jfr_cfg.depth);
        _context.DropEvents(Block);
        Blocks.Retire(Block);
        _context.RemoveChild();
    }

    public int Modify(urma_jfr_attr_t* attributes)
    {
        if (attributes->mask != (uint)urma_jfr_attr_mask_t.JFR_STATE
            || attributes->state is not (urma_jfr_state_t.URMA_JFR_STATE_READY or urma_jfr_state_t.URMA_JFR_STATE_ERROR)
            || (State == urma_jfr_state_t.URMA_JFR_STATE_ERROR && attributes->state != State))
        {
            throw new RefusedException(URMA_EINVAL, "A JFR can be put into the error state, once; it has no receive threshold.");
        }

        if (attributes->state != State)
        {
            // Senders are refused from now on, and receives that were not filled come back as flushed.
            State = attributes->state;
            Engine.Dispose();
        }

        return URMA_SUCCESS;
    }

    public int Query(urma_jfr_cfg_t* config, urma_jfr_attr_t* attributes)
    {
        *config = Block->jfr_cfg;
        *attributes = new urma_jfr_attr_t { state = State };
        return URMA_SUCCESS;
    }

    /// <summary>Posts a list of receives.</summary>
    /// <param name="request">The first.</param>
    /// <param name="bad">The first that was not taken.</param>
    public int Post(urma_jfr_wr_t* request, urma_jfr_wr_t** bad)
    {
        if (State != urma_jfr_state_t.URMA_JFR_STATE_READY)
        {
            *bad = request;
            return URMA_FAIL;
        }

        return request->next == null && request->src.num_sge <= 1 ? PostOne(request, bad) : PostList(request, bad);
    }

    private int PostOne(urma_jfr_wr_t* request, urma_jfr_wr_t** bad)
    {
        SegmentRange buffer = default;
        if (request->src.num_sge == 1 && (request->src.sge == null || !Pieces.TryLocal(request->src.sge, out buffer)))
        {
            *bad = request;
            return URMA_EINVAL;
        }

        var one = new ReceiveRequest(buffer, request->user_ctx);
        UrmaStatus status = Engine.Post(in one);
        if (status != UrmaStatus.Success)
        {
            *bad = request;
        }
        else if (_jfc.CanOverflow)
        {
            _jfc.CheckOverflow();
        }

        return CodeOf(status);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int PostList(urma_jfr_wr_t* request, urma_jfr_wr_t** bad)
    {
        Span<ReceiveRequest> requests = stackalloc ReceiveRequest[MaxList];
        Span<SegmentRange> pieces = stackalloc SegmentRange[MaxList * MaxPieces];
        while (request != null)
        {
            urma_jfr_wr_t* first = request;
            int count = 0;
            int used = 0;
            while (request != null && count < MaxList)
            {
                if (!TryTranslate(request, ref requests[count], pieces, ref used))
                {
                    break;
                }

                count++;
                request = request->next;
            }

            UrmaStatus status = Engine.Post(requests[..count], pieces[..used], out int posted);
            if (status != UrmaStatus.Success || count == 0 || (request != null && count < MaxList))
            {
                while (posted-- > 0)
                {
                    first = first->next;
                }

                *bad = first;
                return status == UrmaStatus.Success ? URMA_EINVAL : CodeOf(status);
            }
        }

        if (_jfc.CanOverflow)
        {
            _jfc.CheckOverflow();
        }

        return URMA_SUCCESS;
    }

    private static int CodeOf(UrmaStatus status) => status switch
    {
        UrmaStatus.Success => URMA_SUCCESS,
        UrmaStatus.TryAgain => URMA_ENOMEM,
        UrmaStatus.Failed => URMA_FAIL,
        _ => URMA_EINVAL,
    };

    private bool TryTranslate(urma_jfr_wr_t* request, ref ReceiveRequest target, Span<SegmentRange> pieces, ref int used)
    {
        uint count = request->src.num_sge;
        urma_sge_t* piece = request->src.sge;
        if (count > (uint)_maxSge || (count != 0 && piece == null))
        {
            return false;
        }

        if (count <= 1)
        {
            SegmentRange buffer = default;
            if (count == 1 && !Pieces.TryLocal(piece, out buffer))
            {
                return false;
            }

            target = new ReceiveRequest(buffer, request->user_ctx);
            return true;
        }

        int start = used;
        for (uint i = 0; i < count; i++)
        {
            if (!Pieces.TryLocal(piece + i, out pieces[used++]))
            {
                return false;
            }
        }

        target = ReceiveRequest.Scatter(start, (int)count, request->user_ctx);
        return true;
    }
}
