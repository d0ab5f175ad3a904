using System.Runtime.InteropServices;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>Domains and regions.</summary>
internal static unsafe class MemoryEntries
{
    [UnmanagedCallersOnly(EntryPoint = "roub_alloc_pd")]
    public static ibv_pd* AllocPd(ibv_context* context)
    {
        try
        {
            return RoubContext.Find(context) is { } owner ? new RoubPd(owner).Block : (ibv_pd*)Answer.Null(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return (ibv_pd*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_dealloc_pd")]
    public static int DeallocPd(ibv_pd* pd)
    {
        try
        {
            return Find.Pd(pd)?.Close() ?? Answer.Code(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_alloc_parent_domain")]
    public static ibv_pd* AllocParentDomain(ibv_context* context, ibv_parent_domain_init_attr* attr)
    {
        try
        {
            return RoubContext.Find(context) is { } owner && Find.Pd(attr->pd) is { } parent && parent.Context == owner ? new RoubPd(owner, parent).Block : (ibv_pd*)Answer.Null(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return (ibv_pd*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_alloc_td")]
    public static ibv_td* AllocTd(ibv_context* context, ibv_td_init_attr* init)
    {
        try
        {
            return RoubContext.Find(context) is { } owner && init->comp_mask == 0 ? new RoubTd(owner).Block : (ibv_td*)Answer.Null(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return (ibv_td*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_dealloc_td")]
    public static int DeallocTd(ibv_td* td)
    {
        try
        {
            return Find.Td(td)?.Close() ?? Answer.Code(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_reg_mr")]
    public static ibv_mr* RegMr(ibv_pd* pd, void* addr, nuint length, int access)
    {
        try
        {
            return Register(pd, addr, length, (ulong)addr, (ibv_access_flags)access);
        }
        catch (Exception error)
        {
            return (ibv_mr*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_reg_mr_iova")]
    public static ibv_mr* RegMrIova(ibv_pd* pd, void* addr, nuint length, ulong iova, int access)
    {
        try
        {
            return Register(pd, addr, length, iova, (ibv_access_flags)access);
        }
        catch (Exception error)
        {
            return (ibv_mr*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_reg_mr_iova2")]
    public static ibv_mr* RegMrIova2(ibv_pd* pd, void* addr, nuint length, ulong iova, uint access)
    {
        try
        {
            return Register(pd, addr, length, iova, (ibv_access_flags)access);
        }
        catch (Exception error)
        {
            return (ibv_mr*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_rereg_mr")]
    public static int ReregMr(ibv_mr* mr, int flags, ibv_pd* pd, void* addr, nuint length, int access)
    {
        try
        {
            const int known = (int)(ibv_rereg_mr_flags.IBV_REREG_MR_CHANGE_TRANSLATION | ibv_rereg_mr_flags.IBV_REREG_MR_CHANGE_PD
                | ibv_rereg_mr_flags.IBV_REREG_MR_CHANGE_ACCESS);
            RoubPd? domain = (flags & (int)ibv_rereg_mr_flags.IBV_REREG_MR_CHANGE_PD) != 0 ? Find.Pd(pd) : null;
            if (Find.Mr(mr) is not { } region
                || (flags & ~known) != 0
                || flags == 0
                || (domain is null && (flags & (int)ibv_rereg_mr_flags.IBV_REREG_MR_CHANGE_PD) != 0)
                || ((flags & (int)ibv_rereg_mr_flags.IBV_REREG_MR_CHANGE_TRANSLATION) != 0 && (addr == null || length == 0)))
            {
                _ = Answer.Code(Errno.EINVAL);
                return (int)ibv_rereg_mr_err_code.IBV_REREG_MR_ERR_INPUT;
            }

            try
            {
                return region.Change(flags, domain, addr, length, access);
            }
            catch (Exception error)
            {
                // The region stays as it was.
                _ = Answer.Code(error);
                return (int)ibv_rereg_mr_err_code.IBV_REREG_MR_ERR_CMD;
            }
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_dereg_mr")]
    public static int DeregMr(ibv_mr* mr)
    {
        try
        {
            return Find.Mr(mr)?.Close() ?? Answer.Code(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    private static ibv_mr* Register(ibv_pd* pd, void* address, nuint length, ulong iova, ibv_access_flags access)
    {
        if ((access & ibv_access_flags.IBV_ACCESS_ZERO_BASED) != 0)
        {
            iova = 0;
        }

        return Find.Pd(pd) is { } domain ? new RoubMr(domain, address, length, iova, access).Block : (ibv_mr*)Answer.Null(Errno.EINVAL);
    }
}
