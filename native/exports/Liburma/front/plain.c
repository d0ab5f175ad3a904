/* Functions that need no managed code: what gives memory back, and what a device of software does not have. The reasons
 * for the latter stand in docs/software-ub-device.md; they answer what liburma answers for a provider without them, with
 * errno ENOTSUP. */
#include <errno.h>
#include <stdlib.h>

#include "front.h"
#include "urma_perf.h"

/* Lists and descriptors are one block of malloc each. */

EXPORTED void urma_free_device_list(urma_device_t **device_list)
{
    free(device_list);
}

EXPORTED void urma_free_eid_list(urma_eid_info_t *eid_list)
{
    free(eid_list);
}

EXPORTED void urma_free_net_addr_list(urma_net_addr_info_t *net_addr_list)
{
    free(net_addr_list);
}

EXPORTED void urma_put_rjetty(urma_rjetty_t *rjetty)
{
    free(rjetty);
}

EXPORTED void urma_put_seg_ctx(urma_seg_t *seg)
{
    free(seg);
}

EXPORTED urma_status_t urma_ack_notify(urma_context_t *ctx, uint32_t cnt, urma_notify_t *notify)
{
    return ctx == NULL || cnt == 0 || notify == NULL ? URMA_EINVAL : URMA_SUCCESS;
}

/* There is one path to a peer, and it has a number only so that programs that insist on choosing one can. */
EXPORTED urma_status_t urma_get_tp_list(urma_context_t *ctx, urma_get_tp_cfg_t *cfg, uint32_t *tp_cnt,
    urma_tp_info_t *tp_list)
{
    if (ctx == NULL || cfg == NULL || tp_cnt == NULL || tp_list == NULL || *tp_cnt == 0) {
        return URMA_EINVAL;
    }

    tp_list[0].tp_handle = 1;
    *tp_cnt = 1;
    return URMA_SUCCESS;
}

/* One mode is as good as another with one path. */
EXPORTED urma_status_t urma_set_context_opt(urma_context_t *ctx, urma_opt_name_t opt_name, const void *opt_value,
    size_t opt_len)
{
    if (ctx == NULL || opt_name != URMA_OPT_AGGR_MODE || opt_value == NULL || opt_len != sizeof(urma_context_aggr_mode_t)) {
        return URMA_EINVAL;
    }

    urma_context_aggr_mode_t mode = *(const urma_context_aggr_mode_t *)opt_value;
    if (mode != URMA_AGGR_MODE_STANDALONE && mode != URMA_AGGR_MODE_ACTIVE_BACKUP && mode != URMA_AGGR_MODE_BALANCE) {
        return URMA_EINVAL;
    }

    ctx->aggr_mode = mode;
    return URMA_SUCCESS;
}

static int not_supported(int answer)
{
    errno = ENOTSUP;
    return answer;
}

#define UNSUPPORTED(type, name, answer, parameters, unused) \
    EXPORTED type urma_##name parameters                    \
    {                                                       \
        unused;                                             \
        return not_supported(answer);                       \
    }

/* Statistics of calls are not kept; urma info shows the engine's counters. */
UNSUPPORTED(urma_status_t, start_perf, URMA_EINVAL, (void), (void)0)
UNSUPPORTED(urma_status_t, stop_perf, URMA_EINVAL, (void), (void)0)
UNSUPPORTED(urma_status_t, get_perf_info, URMA_EINVAL, (char *perf_buf, uint32_t *length), ((void)perf_buf, (void)length))

UNSUPPORTED(int, get_tpn, -URMA_EINVAL, (urma_jetty_t *jetty), (void)jetty)
UNSUPPORTED(int, modify_tp, URMA_EINVAL,
    (urma_context_t *ctx, uint32_t tpn, urma_tp_cfg_t *cfg, urma_tp_attr_t *attr, urma_tp_attr_mask_t mask),
    ((void)ctx, (void)tpn, (void)cfg, (void)attr, (void)mask))
UNSUPPORTED(urma_status_t, set_tp_attr, URMA_EINVAL,
    (const urma_context_t *ctx, const uint64_t tp_handle, const uint8_t tp_attr_cnt, const uint32_t tp_attr_bitmap,
        const urma_tp_attr_value_t *tp_attr),
    ((void)ctx, (void)tp_handle, (void)tp_attr_cnt, (void)tp_attr_bitmap, (void)tp_attr))
UNSUPPORTED(urma_status_t, get_tp_attr, URMA_EINVAL,
    (const urma_context_t *ctx, const uint64_t tp_handle, uint8_t *tp_attr_cnt, uint32_t *tp_attr_bitmap,
        urma_tp_attr_value_t *tp_attr),
    ((void)ctx, (void)tp_handle, (void)tp_attr_cnt, (void)tp_attr_bitmap, (void)tp_attr))
UNSUPPORTED(urma_status_t, get_eid_by_ip, URMA_EINVAL,
    (const urma_context_t *ctx, const urma_net_addr_t *net_addr, urma_eid_t *eid), ((void)ctx, (void)net_addr, (void)eid))
UNSUPPORTED(urma_status_t, get_ip_by_eid, URMA_EINVAL,
    (const urma_context_t *ctx, const urma_eid_t *eid, urma_net_addr_t *net_addr), ((void)ctx, (void)eid, (void)net_addr))
UNSUPPORTED(urma_status_t, get_smac, URMA_EINVAL, (const urma_context_t *ctx, uint8_t *mac), ((void)ctx, (void)mac))
UNSUPPORTED(urma_status_t, get_dmac, URMA_EINVAL,
    (const urma_context_t *ctx, const urma_net_addr_t *net_addr, uint8_t *mac), ((void)ctx, (void)net_addr, (void)mac))
UNSUPPORTED(urma_status_t, user_ctl, URMA_EINVAL,
    (urma_context_t *ctx, urma_user_ctl_in_t *in, urma_user_ctl_out_t *out), ((void)ctx, (void)in, (void)out))

EXPORTED urma_net_addr_info_t *urma_get_net_addr_list(urma_context_t *ctx, uint32_t *cnt)
{
    if (cnt != NULL) {
        *cnt = 0;
    }

    (void)not_supported(0);
    errno = ctx == NULL || cnt == NULL ? EINVAL : ENOTSUP;
    return NULL;
}
