using Urma.Net.Internal;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>A memory region: a segment of the engine, known by its key.</summary>
internal sealed unsafe class RoubMr : IDisposable
{
    private const ibv_access_flags Remote =
        ibv_access_flags.IBV_ACCESS_REMOTE_WRITE | ibv_access_flags.IBV_ACCESS_REMOTE_READ | ibv_access_flags.IBV_ACCESS_REMOTE_ATOMIC;

    private const ibv_access_flags Writing = ibv_access_flags.IBV_ACCESS_REMOTE_WRITE | ibv_access_flags.IBV_ACCESS_REMOTE_ATOMIC;

    private readonly RoubContext _context;
    private RoubPd _domain;
    private Segment _segment;
    private ulong _iova;
    private ibv_access_flags _access;

    public RoubMr(RoubPd domain, void* address, nuint length, ulong iova, ibv_access_flags access)
    {
        _context = domain.Context;
        _domain = domain;
        Block = Blocks.Create<ibv_mr>(this, BlockKind.Region);
        try
        {
            _segment = Register(address, length, iova, access);
        }
        catch
        {
            Blocks.Free(Block);
            throw;
        }

        domain.AddUser();
        _context.Keep(this);
    }

    public ibv_mr* Block { get; }

    public int Close()
    {
        _context.Drop(this);
        Dispose();
        return 0;
    }

    public void Dispose()
    {
        Unregister();
        _domain.RemoveUser();
        Blocks.Free(Block);
    }

    /// <summary>Changes place, domain or rights. A new key comes of it, as of most devices.</summary>
    /// <returns>A value of <c>ibv_rereg_mr_err_code</c>, or 0.</returns>
    public int Change(int flags, RoubPd? domain, void* address, nuint length, int access)
    {
        bool moves = (flags & (int)ibv_rereg_mr_flags.IBV_REREG_MR_CHANGE_TRANSLATION) != 0;
        void* newAddress = moves ? address : Block->addr;
        nuint newLength = moves ? length : Block->length;
        ulong iova = moves ? (ulong)address : _iova;
        var rights = (flags & (int)ibv_rereg_mr_flags.IBV_REREG_MR_CHANGE_ACCESS) != 0 ? (ibv_access_flags)access : _access;
        RoubPd before = _domain;
        _domain = (flags & (int)ibv_rereg_mr_flags.IBV_REREG_MR_CHANGE_PD) != 0 ? domain! : _domain;
        uint key = Block->lkey;
        Segment former = _segment;
        try
        {
            _segment = Register(newAddress, newLength, iova, rights);
        }
        catch
        {
            _domain = before;
            throw;
        }

        _context.Keys.Remove(key);
        former.Dispose();
        _domain.AddUser();
        before.RemoveUser();
        return 0;
    }

    private Segment Register(void* address, nuint length, ulong iova, ibv_access_flags access)
    {
        if ((access & Writing) != 0 && (access & ibv_access_flags.IBV_ACCESS_LOCAL_WRITE) == 0)
        {
            throw new RefusedException(Errno.EINVAL, "Remote writing and atomics need IBV_ACCESS_LOCAL_WRITE.");
        }

        if (length == 0 || length > long.MaxValue || (address == null && length == nuint.MaxValue))
        {
            throw new RefusedException(Errno.EINVAL, "A region has a length; one of the whole address space (implicit on-demand paging) does not exist here.");
        }

        uint secret = KeyTable.NextSecret(access);
        Segment segment = _context.Engine.RegisterSegment(address, (long)length, new SegmentOptions
        {
            // Which of the remote rights there are stands in the key; the engine's kinds are fewer.
            Access = (access & Remote) == 0 ? SegmentAccess.LocalOnly : SegmentAccess.All,
            Token = new Token(secret),
            NameAddress = iova,
            Domain = _domain.Number,
            NeverAdopt = PageKeeping.IsAsked,
        });
        if (segment.Mode == SegmentMode.Copied && !IsMapped(address, length))
        {
            segment.Dispose();
            throw new RefusedException(Errno.EFAULT, $"There is no memory, or none that can be read, at all of the {length} bytes at 0x{(ulong)address:x}.");
        }

        uint key = _context.Keys.Add(secret, segment.Range(0, 0).Token, _domain.Number, (long)((ulong)address - iova));
        _iova = iova;
        _access = access;
        Block->context = _context.Block;
        Block->pd = _domain.Block;
        Block->addr = address;
        Block->length = length;
        Block->handle = KeyTable.IndexOf(key);
        Block->lkey = Block->rkey = key;
        return segment;
    }

    // Memory that was moved is there; of other memory nobody has asked yet.
    private static bool IsMapped(void* address, nuint length)
    {
        var range = AddressRange.Of(address, (long)length);
        ulong reached = range.Start;
        foreach (MemoryMapEntry entry in MemoryMaps.Intersecting(range))
        {
            if (entry.Range.Start > reached || entry.Permissions[0] != 'r')
            {
                return false;
            }

            reached = entry.Range.End;
        }

        return reached >= range.End;
    }

    private void Unregister()
    {
        _context.Keys.Remove(Block->lkey);
        _segment.Dispose();
    }
}
