using System.Runtime.InteropServices;
using Urma.Net.Interop.Librdmacm;
using Verbs = Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>Where an id is, and where it goes.</summary>
internal sealed unsafe partial class CmId
{
    private CmPort? _port;
    private CmAddress _source;
    private CmAddress _destination;
    private bool _isV6Only;

    /// <summary>Takes an address and a port.</summary>
    /// <exception cref="RefusedException">The id has one; or the address is none of this host's, or the port is taken.</exception>
    public void Bind(in CmAddress address)
    {
        lock (_gate)
        {
            Require(_state == CmIdState.Idle, "take an address");
            Hold(in address);
            _state = CmIdState.Bound;
        }
    }

    /// <summary>Finds the device that leads to an address, and says so with an event.</summary>
    /// <param name="source">Where to be; not set: wherever the destination is reached from.</param>
    /// <param name="destination">Where to go.</param>
    public void ResolveAddress(in CmAddress source, CmAddress destination)
    {
        lock (_gate)
        {
            Require(_state is CmIdState.Idle or CmIdState.Bound, "be given a destination");
            if (source.IsSet && _state == CmIdState.Idle)
            {
                Hold(in source);
                _state = CmIdState.Bound;
            }

            destination = destination.IsAny ? destination.Loopback : destination;
            if (!Manager.Reaches(in destination))
            {
                Raise(rdma_cm_event_type.RDMA_CM_EVENT_ADDR_ERROR, -Errno.ENODEV);
                return;
            }

            CmAddress here = destination.IsLocal() ? destination : destination.Loopback;
            if (_state == CmIdState.Idle)
            {
                Hold(here with { Port = 0 });
            }
            else if (_source.IsAny)
            {
                _source = here with { Port = _source.Port };
            }

            _destination = destination;
            Attach();
            WriteAddresses();
            _state = CmIdState.AddressResolved;
            Raise(rdma_cm_event_type.RDMA_CM_EVENT_ADDR_RESOLVED, 0);
        }
    }

    /// <summary>Finds the path to where the id goes, and says so with an event.</summary>
    public void ResolveRoute()
    {
        lock (_gate)
        {
            Require(_state == CmIdState.AddressResolved, "be given a route");
            WritePath();
            _state = CmIdState.RouteResolved;
            Raise(rdma_cm_event_type.RDMA_CM_EVENT_ROUTE_RESOLVED, 0);
        }
    }

    /// <summary>Has what is bound from now on to every address of IPv6 leave IPv4 out.</summary>
    public void SetV6Only(bool isV6Only)
    {
        lock (_gate)
        {
            Require(_state == CmIdState.Idle, "be told which versions of addresses it has");
            _isV6Only = isV6Only;
        }
    }

    private void Hold(in CmAddress address)
    {
        if (!address.IsAny && !Manager.Reaches(in address))
        {
            throw new RefusedException(Errno.EADDRNOTAVAIL, $"{address} is no address of this host.");
        }

        _port = CmPort.Take(_space, in address, _isV6Only, OnAccepted);
        _source = address with { Port = _port.Number };
        if (!address.IsAny)
        {
            Attach();
        }

        WriteAddresses();
    }

    // Gives it its device, which an address leads to.
    private void Attach()
    {
        RoubContext context = Manager.Context;
        Block->verbs = (ibv_context*)context.Block;
        Block->port_num = RoubDevice.Port;
        Block->pd = (ibv_pd*)Manager.Domain;
        ref rdma_ib_addr address = ref Block->route.addr.addr.ibaddr;
        fixed (ibv_gid* source = &address.sgid, destination = &address.dgid)
        {
            // All addresses lead to the first device, whoever holds them.
            *(Verbs.ibv_gid*)source = context.Device.Gid;
            *(Verbs.ibv_gid*)destination = context.Device.Gid;
        }

        address.pkey = RoubDevice.PartitionKey;
    }

    private void WriteAddresses()
    {
        _source.Write((byte*)&Block->route.addr.src_addr);
        if (_destination.IsSet)
        {
            _destination.Write((byte*)&Block->route.addr.dst_addr);
        }
    }

    private void WritePath()
    {
        RoubDevice device = Manager.Context.Device;
        Block->route.path_rec = (ibv_sa_path_rec*)NativeMemory.AllocZeroed((nuint)sizeof(ibv_sa_path_rec));
        Block->route.num_paths = 1;
        CmPath.Describe(device, device.Gid, Block->route.path_rec);
    }
}
