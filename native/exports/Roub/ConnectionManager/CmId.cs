using System.Runtime.InteropServices;
using Urma.Net.Interop.Librdmacm;

namespace Urma.Net.Exports.Roub;

/// <summary>An id: what a program connects, or listens, with. Thread-safe.</summary>
internal sealed unsafe partial class CmId : ICmLinkUser
{
    private readonly Lock _gate = new();
    private readonly object _taken = new();
    private readonly uint _space;
    private readonly CmIdBlock* _block;
    private CmChannel _channel;
    private CmIdState _state;

    // Events that the program took and has not acknowledged.
    private int _inHand;

    /// <param name="channel">Where its events go.</param>
    /// <param name="context">The program's word.</param>
    /// <param name="space">The port space.</param>
    /// <exception cref="RefusedException">There is no such port space.</exception>
    public CmId(CmChannel channel, void* context, rdma_port_space space)
    {
        bool isDatagram = space is rdma_port_space.RDMA_PS_UDP or rdma_port_space.RDMA_PS_IPOIB;
        if (!isDatagram && space is not (rdma_port_space.RDMA_PS_TCP or rdma_port_space.RDMA_PS_IB))
        {
            throw new RefusedException(Errno.EINVAL, $"There is no port space {(uint)space:x}.");
        }

        IsDatagram = isDatagram;
        _space = (uint)space;
        _channel = channel;
        _block = Blocks.Create<CmIdBlock>(this, BlockKind.ConnectionId);
        Block->channel = channel.Block;
        Block->context = context;
        Block->ps = space;
        Block->qp_type = (uint)(isDatagram ? Interop.Libibverbs.ibv_qp_type.IBV_QPT_UD : Interop.Libibverbs.ibv_qp_type.IBV_QPT_RC);
    }

    public rdma_cm_id* Block => &_block->Id;

    public bool IsDatagram { get; }

    /// <summary>The program took an event of it.</summary>
    public void OnTaken(CmEvent item)
    {
        lock (_taken)
        {
            _inHand++;
        }

        if (item.Listener == this)
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>The program is done with an event of it.</summary>
    public void OnAcknowledged()
    {
        lock (_taken)
        {
            _inHand--;
            Monitor.PulseAll(_taken);
        }
    }

    /// <summary>Has events reported to another channel from now on. Waits until the program has acknowledged what it took from the former one.</summary>
    public void Migrate(CmChannel channel)
    {
        lock (_gate)
        {
            CmChannel former = _channel;
            _channel = channel;
            Block->channel = channel.Block;
            foreach (CmEvent item in former.Forget(this))
            {
                channel.Raise(item);
            }
        }

        AwaitAcknowledgements();
    }

    /// <summary>Ends the id and whatever it was doing. Waits until the program has acknowledged the events it took.</summary>
    public void Destroy()
    {
        List<CmEvent> dropped;
        lock (_gate)
        {
            if (_state == CmIdState.Destroyed)
            {
                return;
            }

            Leave();
            _state = CmIdState.Destroyed;
            _port?.Dispose();
            dropped = _channel.Forget(this);
        }

        foreach (CmEvent item in dropped)
        {
            if (item.Listener is not null)
            {
                item.Id.Destroy();
            }
        }

        AwaitAcknowledgements();
        NativeMemory.Free(Block->route.path_rec);
        Blocks.Free(_block);
    }

    private void AwaitAcknowledgements()
    {
        lock (_taken)
        {
            while (_inHand > 0)
            {
                Monitor.Wait(_taken);
            }
        }
    }

    private void Raise(rdma_cm_event_type type, int status, in CmFrame frame = default) => _channel.Raise(new CmEvent(type, this, status, in frame));

    private void Require(bool isAllowed, string what)
    {
        if (!isAllowed)
        {
            throw new RefusedException(Errno.EINVAL, $"An id that is {_state} cannot {what}.");
        }
    }
}
