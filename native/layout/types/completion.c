#include "ub/umdk/urma/urma_types.h"

#include "../layout.h"

void layout_types_completion(void)
{
    TYPE(urma_jfce_cfg_t);
    FIELD(urma_jfce_cfg_t, depth, uint32_t);
    FIELD(urma_jfce_cfg_t, user_ctx, uint64_t);

    TYPE(urma_jfce_t);
    FIELD(urma_jfce_t, urma_ctx, urma_context_t *);
    FIELD(urma_jfce_t, fd, int);
    FIELD(urma_jfce_t, ref, struct urma_ref);

    TYPE(urma_jfc_flag_t);
    GROUP(urma_jfc_flag_t, bs, "struct{}");
    BITS(urma_jfc_flag_t, bs.lock_free, uint32_t);
    BITS(urma_jfc_flag_t, bs.jfc_inline, uint32_t);
    BITS(urma_jfc_flag_t, bs.non_blocking, uint32_t);
    BITS(urma_jfc_flag_t, bs.has_drv_ext, uint32_t);
    BITS(urma_jfc_flag_t, bs.reserved, uint32_t);
    FIELD(urma_jfc_flag_t, value, uint32_t);

    TYPE(urma_jfc_cfg_t);
    FIELD(urma_jfc_cfg_t, depth, uint32_t);
    FIELD(urma_jfc_cfg_t, flag, urma_jfc_flag_t);
    FIELD(urma_jfc_cfg_t, ceqn, uint32_t);
    FIELD(urma_jfc_cfg_t, jfce, urma_jfce_t *);
    FIELD(urma_jfc_cfg_t, user_ctx, uint64_t);

    ENUMERATION(urma_jfc_attr_mask_t);
    VALUE(urma_jfc_attr_mask_t, JFC_MODERATE_COUNT);
    VALUE(urma_jfc_attr_mask_t, JFC_MODERATE_PERIOD);

    TYPE(urma_jfc_attr_t);
    FIELD(urma_jfc_attr_t, mask, uint32_t);
    FIELD(urma_jfc_attr_t, moderate_count, uint16_t);
    FIELD(urma_jfc_attr_t, moderate_period, uint16_t);

    TYPE(urma_jetty_id_t);
    FIELD(urma_jetty_id_t, eid, urma_eid_t);
    FIELD(urma_jetty_id_t, uasid, uint32_t);
    FIELD(urma_jetty_id_t, id, uint32_t);

    TYPE(union urma_jfc_opt_mask);
    GROUP(union urma_jfc_opt_mask, bs, "struct{}");
    BITS(union urma_jfc_opt_mask, bs.urma_jfc_cqe_base_addr, uint64_t);
    BITS(union urma_jfc_opt_mask, bs.urma_jfc_db_addr, uint64_t);
    BITS(union urma_jfc_opt_mask, bs.urma_jfc_id, uint64_t);
    BITS(union urma_jfc_opt_mask, bs.urma_jfc_pi, uint64_t);
    BITS(union urma_jfc_opt_mask, bs.urma_jfc_pi_type, uint64_t);
    BITS(union urma_jfc_opt_mask, bs.urma_jfc_ci, uint64_t);
    BITS(union urma_jfc_opt_mask, bs.urma_jfc_db_status, uint64_t);
    BITS(union urma_jfc_opt_mask, bs.reserved, uint64_t);
    FIELD(union urma_jfc_opt_mask, value, uint64_t);

    TYPE(urma_jfc_opt_t);
    FIELD(urma_jfc_opt_t, jfc_opt_mask, union urma_jfc_opt_mask);
    FIELD(urma_jfc_opt_t, is_actived, _Bool);
    FIELD(urma_jfc_opt_t, urma_jfc_cqe_base_addr, uint64_t);
    FIELD(urma_jfc_opt_t, urma_jfc_id, uint32_t);
    FIELD(urma_jfc_opt_t, urma_jfc_db_addr, uint64_t);
    FIELD(urma_jfc_opt_t, urma_jfc_db_status, uint8_t);
    FIELD(urma_jfc_opt_t, urma_jfc_pi, uint16_t);
    FIELD(urma_jfc_opt_t, urma_jfc_pi_type, uint16_t);
    FIELD(urma_jfc_opt_t, urma_jfc_ci, uint16_t);
    FIELD(urma_jfc_opt_t, reserved, uint64_t[4]);

    TYPE(urma_jfc_t);
    FIELD(urma_jfc_t, urma_ctx, urma_context_t *);
    FIELD(urma_jfc_t, jfc_id, urma_jfc_id_t);
    FIELD(urma_jfc_t, jfc_cfg, urma_jfc_cfg_t);
    FIELD(urma_jfc_t, handle, uint64_t);
    FIELD(urma_jfc_t, event_mutex, pthread_mutex_t);
    FIELD(urma_jfc_t, event_cond, pthread_cond_t);
    FIELD(urma_jfc_t, comp_events_acked, uint32_t);
    FIELD(urma_jfc_t, async_events_acked, uint32_t);
    FIELD(urma_jfc_t, urma_jfc_opt, urma_jfc_opt_t);
}
