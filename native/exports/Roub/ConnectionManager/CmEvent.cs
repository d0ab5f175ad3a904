using Urma.Net.Interop.Librdmacm;
using Verbs = Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>Something that happened to an id, on its way to the program, and then in its hands until it acknowledges it.</summary>
internal sealed unsafe class CmEvent
{
    private readonly CmFrame _frame;
    private CmEventBlock* _block;

    /// <param name="type">What happened.</param>
    /// <param name="id">To which id; of a request, the new one.</param>
    /// <param name="status">0, a negative value of errno, or the reason of a rejection.</param>
    /// <param name="frame">The message that brought it; none for what no message brought.</param>
    public CmEvent(rdma_cm_event_type type, CmId id, int status, in CmFrame frame)
    {
        Type = type;
        Id = id;
        Status = status;
        _frame = frame;
    }

    public rdma_cm_event_type Type { get; set; }

    public int Status { get; set; }

    public CmId Id { get; }

    /// <summary>The id that was listening, of a request.</summary>
    public CmId? Listener { get; init; }

    /// <summary>The id that waits for its acknowledgement before it goes.</summary>
    public CmId Owner => Listener ?? Id;

    /// <summary>The structure that the program gets.</summary>
    public rdma_cm_event* Hand()
    {
        _block = Blocks.Create<CmEventBlock>(this, BlockKind.ConnectionEvent);
        rdma_cm_event* target = &_block->Event;
        target->id = Id.Block;
        target->listen_id = Listener is null ? null : Listener.Block;
        target->@event = Type;
        target->status = Status;
        _block->Private = _frame.Private;
        byte length = CmFrame.RoomOf(_frame.Kind);
        void* data = length == 0 ? null : &_block->Private;
        if (Id.IsDatagram)
        {
            target->param.ud = new rdma_ud_param { private_data = data, private_data_len = length, qp_num = _frame.QueuePair, qkey = _frame.QueueKey };
            *(Verbs.ibv_ah_attr*)&target->param.ud.ah_attr = CmPath.AddressOf(in _frame);
        }
        else
        {
            // What one side offers to answer is what the other may ask.
            target->param.conn = new rdma_conn_param
            {
                private_data = data,
                private_data_len = length,
                responder_resources = _frame.InitiatorDepth,
                initiator_depth = _frame.ResponderResources,
                flow_control = _frame.FlowControl,
                retry_count = _frame.RetryCount,
                rnr_retry_count = _frame.RnrRetryCount,
                srq = _frame.IsShared,
                qp_num = _frame.QueuePair,
            };
        }

        return target;
    }

    /// <summary>The program is done with it.</summary>
    public void Acknowledge()
    {
        Blocks.Free(_block);
        Owner.OnAcknowledged();
    }
}
