using System.Runtime.InteropServices;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>QPs, SRQs and addresses.</summary>
internal static unsafe class QueueEntries
{
    [UnmanagedCallersOnly(EntryPoint = "roub_create_srq")]
    public static ibv_srq* CreateSrq(ibv_pd* pd, ibv_srq_init_attr* init)
    {
        try
        {
            return Find.Pd(pd) is { } domain ? MakeSrq(domain, init->srq_context, ref init->attr) : (ibv_srq*)Answer.Null(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return (ibv_srq*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_create_srq_ex")]
    public static ibv_srq* CreateSrqEx(ibv_context* context, ibv_srq_init_attr_ex* init)
    {
        try
        {
            const uint known = (uint)(ibv_srq_init_attr_mask.IBV_SRQ_INIT_ATTR_TYPE | ibv_srq_init_attr_mask.IBV_SRQ_INIT_ATTR_PD);
            bool isPlain = (init->comp_mask & (uint)ibv_srq_init_attr_mask.IBV_SRQ_INIT_ATTR_TYPE) == 0 || init->srq_type == ibv_srq_type.IBV_SRQT_BASIC;
            if (!isPlain || (init->comp_mask & ~known) != 0)
            {
                return (ibv_srq*)Answer.Null(Errno.EOPNOTSUPP);
            }

            return Find.Pd(init->pd) is { } domain ? MakeSrq(domain, init->srq_context, ref init->attr) : (ibv_srq*)Answer.Null(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return (ibv_srq*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_modify_srq")]
    public static int ModifySrq(ibv_srq* srq, ibv_srq_attr* attr, int mask)
    {
        try
        {
            return Find.Srq(srq)?.Modify(attr, mask) ?? Answer.Code(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_query_srq")]
    public static int QuerySrq(ibv_srq* srq, ibv_srq_attr* attr)
    {
        try
        {
            return Find.Srq(srq)?.Query(attr) ?? Answer.Code(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_destroy_srq")]
    public static int DestroySrq(ibv_srq* srq)
    {
        try
        {
            return Find.Srq(srq)?.Close() ?? Answer.Code(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_create_qp")]
    public static ibv_qp* CreateQp(ibv_pd* pd, ibv_qp_init_attr* init)
    {
        try
        {
            return MakeQp(Find.Pd(pd), init);
        }
        catch (Exception error)
        {
            return (ibv_qp*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_create_qp_ex")]
    public static ibv_qp* CreateQpEx(ibv_context* context, ibv_qp_init_attr_ex* init)
    {
        try
        {
            const ibv_qp_init_attr_mask known = ibv_qp_init_attr_mask.IBV_QP_INIT_ATTR_PD | ibv_qp_init_attr_mask.IBV_QP_INIT_ATTR_SEND_OPS_FLAGS
                | ibv_qp_init_attr_mask.IBV_QP_INIT_ATTR_CREATE_FLAGS;
            const ulong operations = (ulong)(ibv_qp_create_send_ops_flags.IBV_QP_EX_WITH_RDMA_WRITE | ibv_qp_create_send_ops_flags.IBV_QP_EX_WITH_RDMA_WRITE_WITH_IMM
                | ibv_qp_create_send_ops_flags.IBV_QP_EX_WITH_SEND | ibv_qp_create_send_ops_flags.IBV_QP_EX_WITH_SEND_WITH_IMM
                | ibv_qp_create_send_ops_flags.IBV_QP_EX_WITH_RDMA_READ | ibv_qp_create_send_ops_flags.IBV_QP_EX_WITH_ATOMIC_CMP_AND_SWP
                | ibv_qp_create_send_ops_flags.IBV_QP_EX_WITH_ATOMIC_FETCH_AND_ADD);
            var given = (ibv_qp_init_attr_mask)init->comp_mask;
            if ((given & ~known) != 0
                || ((given & ibv_qp_init_attr_mask.IBV_QP_INIT_ATTR_CREATE_FLAGS) != 0 && init->create_flags != 0)
                || ((given & ibv_qp_init_attr_mask.IBV_QP_INIT_ATTR_SEND_OPS_FLAGS) != 0 && (init->send_ops_flags & ~operations) != 0))
            {
                return (ibv_qp*)Answer.Null(Errno.EOPNOTSUPP);
            }

            // The longer structure begins with the shorter one.
            return MakeQp((given & ibv_qp_init_attr_mask.IBV_QP_INIT_ATTR_PD) != 0 ? Find.Pd(init->pd) : null, (ibv_qp_init_attr*)init);
        }
        catch (Exception error)
        {
            return (ibv_qp*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_modify_qp")]
    public static int ModifyQp(ibv_qp* qp, ibv_qp_attr* attr, int mask)
    {
        try
        {
            return Find.Qp(qp)?.Modify(attr, mask) ?? Answer.Code(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_query_qp")]
    public static int QueryQp(ibv_qp* qp, ibv_qp_attr* attr, int mask, ibv_qp_init_attr* init)
    {
        try
        {
            return Find.Qp(qp)?.Query(attr, init) ?? Answer.Code(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_destroy_qp")]
    public static int DestroyQp(ibv_qp* qp)
    {
        try
        {
            return Find.Qp(qp)?.Close() ?? Answer.Code(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_post_send")]
    public static int PostSend(ibv_qp* qp, ibv_send_wr* wr, ibv_send_wr** bad)
    {
        try
        {
            if (Find.Qp(qp) is not { } owner)
            {
                *bad = wr;
                return Errno.EINVAL;
            }

            return owner.Post(wr, bad);
        }
        catch (Exception error)
        {
            *bad = wr;
            Find.Qp(qp)?.Abandon();
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_post_whole")]
    public static int PostWhole(ibv_qp* qp, ibv_send_wr* wr, ibv_send_wr** bad)
    {
        try
        {
            return Find.Qp(qp)?.PostWhole(wr, bad) ?? Errno.EINVAL;
        }
        catch (Exception error)
        {
            Find.Qp(qp)?.Abandon();
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_post_recv")]
    public static int PostRecv(ibv_qp* qp, ibv_recv_wr* wr, ibv_recv_wr** bad)
    {
        try
        {
            if (Find.Qp(qp) is not { } owner)
            {
                *bad = wr;
                return Errno.EINVAL;
            }

            return owner.Post(wr, bad);
        }
        catch (Exception error)
        {
            *bad = wr;
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_post_srq_recv")]
    public static int PostSrqRecv(ibv_srq* srq, ibv_recv_wr* wr, ibv_recv_wr** bad)
    {
        try
        {
            if (Find.Srq(srq) is not { } owner)
            {
                *bad = wr;
                return Errno.EINVAL;
            }

            return owner.Post(wr, bad);
        }
        catch (Exception error)
        {
            *bad = wr;
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_create_ah")]
    public static ibv_ah* CreateAh(ibv_pd* pd, ibv_ah_attr* attr)
    {
        try
        {
            return Find.Pd(pd) is { } domain ? new RoubAh(domain, in *attr).Block : (ibv_ah*)Answer.Null(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return (ibv_ah*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_init_ah_from_wc")]
    public static int InitAhFromWc(ibv_context* context, byte port, ibv_wc* wc, ibv_grh* grh, ibv_ah_attr* attr)
    {
        try
        {
            if (RoubContext.Find(context) is null || port != RoubDevice.Port)
            {
                return Answer.Negative(Errno.EINVAL);
            }

            *attr = new ibv_ah_attr { dlid = wc->slid, port_num = port, sl = wc->sl };
            if ((wc->wc_flags & (uint)ibv_wc_flags.IBV_WC_GRH) != 0 && grh != null)
            {
                attr->is_global = 1;
                attr->grh.dgid = grh->sgid;
                attr->grh.hop_limit = byte.MaxValue;
            }

            return 0;
        }
        catch (Exception error)
        {
            return Answer.Negative(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_destroy_ah")]
    public static int DestroyAh(ibv_ah* ah)
    {
        try
        {
            return Find.Ah(ah)?.Close() ?? Answer.Code(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_attach_mcast")]
    public static int AttachMcast(ibv_qp* qp, ibv_gid* gid, ushort lid)
    {
        try
        {
            return Answer.Code(Errno.EOPNOTSUPP);
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_detach_mcast")]
    public static int DetachMcast(ibv_qp* qp, ibv_gid* gid, ushort lid)
    {
        try
        {
            return Answer.Code(Errno.EOPNOTSUPP);
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    private static ibv_srq* MakeSrq(RoubPd domain, void* userContext, ref ibv_srq_attr attributes)
    {
        var made = new RoubSrq(domain, userContext, in attributes);
        attributes.max_wr = (uint)made.Engine.Depth;
        attributes.max_sge = Math.Max(1, attributes.max_sge);
        return made.Block;
    }

    private static ibv_qp* MakeQp(RoubPd? domain, ibv_qp_init_attr* init)
    {
        if (domain is null)
        {
            return (ibv_qp*)Answer.Null(Errno.EINVAL);
        }

        var made = new RoubQp(domain, in *init);
        init->cap = made.Limits;
        return made.Block;
    }
}
