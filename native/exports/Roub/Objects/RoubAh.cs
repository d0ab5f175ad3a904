using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>An address handle: which device a datagram goes to.</summary>
internal sealed unsafe class RoubAh : IDisposable
{
    private readonly RoubPd _domain;

    public RoubAh(RoubPd domain, in ibv_ah_attr attributes)
    {
        if (attributes.port_num != RoubDevice.Port || (attributes.is_global != 0 && attributes.grh.sgid_index != 0))
        {
            throw new RefusedException(Errno.EINVAL, $"Port {attributes.port_num} or its GID {attributes.grh.sgid_index} does not exist: there is port 1 with GID 0.");
        }

        _domain = domain;
        IsReachable = Library.Reaches(in attributes);
        Gid = attributes.is_global != 0 ? attributes.grh.dgid : RoubDevice.GidOf(Library.Fabric.EidOf((byte)(attributes.dlid - Library.FirstLid)));
        Block = Blocks.Create<ibv_ah>(this, BlockKind.AddressHandle);
        Block->context = domain.Context.Block;
        Block->pd = domain.Block;
        domain.AddUser();
        domain.Context.Keep(this);
    }

    public ibv_ah* Block { get; }

    /// <summary>Whether it is a device of this fabric.</summary>
    public bool IsReachable { get; }

    public ibv_gid Gid { get; }

    public int Close()
    {
        _domain.Context.Drop(this);
        Dispose();
        return 0;
    }

    public void Dispose()
    {
        _domain.RemoveUser();
        Blocks.Free(Block);
    }
}
