using Urma.Net.Internal;
using Urma.Net.Interop.Liburma;
using Urma.Net.Providers.Loopback;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>An event channel.</summary>
internal sealed unsafe class SoftJfce
{
    private readonly SoftContext _context;
    private readonly EventCarrier _carrier;
    private int _users;

    public SoftJfce(SoftContext context)
    {
        _context = context;
        _carrier = new EventCarrier(context.Engine, "urma-jfce", static error => _ = Answer.Status(error));
        Block = Blocks.Create<urma_jfce_t>(this, BlockKind.Jfce);
        Block->urma_ctx = context.Block;
        Block->fd = _carrier.Descriptor;
        context.AddChild();
    }

    public SoftContext Context => _context;

    public LoopbackJfce Engine => _carrier.Engine;

    public urma_jfce_t* Block { get; }

    public void AddUser()
    {
        lock (_context.Gate)
        {
            Block->@ref.atomic_cnt = (nuint)(++_users);
        }

        _carrier.Start();
    }

    /// <summary>A JFC is being deleted: no event names it from now on.</summary>
    public void RemoveUser(SoftJfc jfc)
    {
        lock (_context.Gate)
        {
            Block->@ref.atomic_cnt = (nuint)(--_users);
        }

        _carrier.Forget(jfc.Engine);
    }

    public int Delete()
    {
        lock (_context.Gate)
        {
            if (_users != 0)
            {
                return URMA_FAIL;
            }
        }

        _carrier.Dispose();
        _context.RemoveChild();
        Blocks.Free(Block);
        return URMA_SUCCESS;
    }

    /// <summary>Announces an event of a JFC.</summary>
    public void Raise(nint jfc) => _carrier.Raise(jfc);

    /// <summary>Takes events, waiting for the first.</summary>
    /// <param name="count">Room.</param>
    /// <param name="milliseconds">The longest wait; negative for no limit.</param>
    /// <param name="jfcs">Where they go.</param>
    /// <returns>How many; 0 after the time is over.</returns>
    public int Wait(uint count, int milliseconds, urma_jfc_t** jfcs)
    {
        long deadline = milliseconds < 0 ? TimeLimit.Never : TimeLimit.After(TimeSpan.FromMilliseconds(milliseconds));
        while (true)
        {
            int taken = 0;
            while (taken < count && _carrier.TryTake(out nint jfc))
            {
                jfcs[taken++] = (urma_jfc_t*)jfc;
            }

            if (taken != 0 || !_carrier.Wait(deadline))
            {
                return taken;
            }
        }
    }
}
