#include "ub/umdk/urma/urma_types.h"

#include "../layout.h"

void layout_types_queue(void)
{
    ENUMERATION(urma_order_type_t);
    VALUE(urma_order_type_t, URMA_DEF_ORDER);
    VALUE(urma_order_type_t, URMA_OT);
    VALUE(urma_order_type_t, URMA_OI);
    VALUE(urma_order_type_t, URMA_OL);
    VALUE(urma_order_type_t, URMA_NO);

    TYPE(urma_jfs_flag_t);
    GROUP(urma_jfs_flag_t, bs, "struct{}");
    BITS(urma_jfs_flag_t, bs.lock_free, uint32_t);
    BITS(urma_jfs_flag_t, bs.error_suspend, uint32_t);
    BITS(urma_jfs_flag_t, bs.outorder_comp, uint32_t);
    BITS(urma_jfs_flag_t, bs.order_type, uint32_t);
    BITS(urma_jfs_flag_t, bs.multi_path, uint32_t);
    BITS(urma_jfs_flag_t, bs.ctp_rc_mul_path_mode, uint32_t);
    BITS(urma_jfs_flag_t, bs.non_blocking, uint32_t);
    BITS(urma_jfs_flag_t, bs.has_drv_ext, uint32_t);
    BITS(urma_jfs_flag_t, bs.reserved, uint32_t);
    FIELD(urma_jfs_flag_t, value, uint32_t);

    TYPE(union urma_jfs_opt_mask);
    GROUP(union urma_jfs_opt_mask, bs, "struct{}");
    BITS(union urma_jfs_opt_mask, bs.urma_jfs_cqe_base_addr, uint64_t);
    BITS(union urma_jfs_opt_mask, bs.urma_jfs_db_addr, uint64_t);
    BITS(union urma_jfs_opt_mask, bs.urma_jfs_id, uint64_t);
    BITS(union urma_jfs_opt_mask, bs.urma_jfs_pi, uint64_t);
    BITS(union urma_jfs_opt_mask, bs.urma_jfs_pi_type, uint64_t);
    BITS(union urma_jfs_opt_mask, bs.urma_jfs_ci, uint64_t);
    BITS(union urma_jfs_opt_mask, bs.urma_jfs_db_status, uint64_t);
    BITS(union urma_jfs_opt_mask, bs.reserved, uint64_t);
    FIELD(union urma_jfs_opt_mask, value, uint64_t);

    TYPE(urma_jfs_opt_t);
    FIELD(urma_jfs_opt_t, jfs_opt_mask, union urma_jfs_opt_mask);
    FIELD(urma_jfs_opt_t, is_actived, _Bool);
    FIELD(urma_jfs_opt_t, urma_jfs_sqe_base_addr, uint64_t);
    FIELD(urma_jfs_opt_t, urma_jfs_id, uint32_t);
    FIELD(urma_jfs_opt_t, urma_jfs_db_addr, uint64_t);
    FIELD(urma_jfs_opt_t, urma_jfs_db_status, uint8_t);
    FIELD(urma_jfs_opt_t, urma_jfs_pi, uint16_t);
    FIELD(urma_jfs_opt_t, urma_jfs_pi_type, uint16_t);
    FIELD(urma_jfs_opt_t, urma_jfs_ci, uint16_t);
    FIELD(urma_jfs_opt_t, reserved, uint64_t[4]);

    TYPE(urma_jfs_cfg_t);
    FIELD(urma_jfs_cfg_t, depth, uint32_t);
    FIELD(urma_jfs_cfg_t, flag, urma_jfs_flag_t);
    FIELD(urma_jfs_cfg_t, trans_mode, urma_transport_mode_t);
    FIELD(urma_jfs_cfg_t, priority, uint8_t);
    FIELD(urma_jfs_cfg_t, max_sge, uint8_t);
    FIELD(urma_jfs_cfg_t, max_rsge, uint8_t);
    FIELD(urma_jfs_cfg_t, max_inline_data, uint32_t);
    FIELD(urma_jfs_cfg_t, rnr_retry, uint8_t);
    FIELD(urma_jfs_cfg_t, err_timeout, uint8_t);
    FIELD(urma_jfs_cfg_t, jfc, urma_jfc_t *);
    FIELD(urma_jfs_cfg_t, user_ctx, uint64_t);

    TYPE(urma_jfs_t);
    FIELD(urma_jfs_t, urma_ctx, urma_context_t *);
    FIELD(urma_jfs_t, jfs_id, urma_jfs_id_t);
    FIELD(urma_jfs_t, jfs_cfg, urma_jfs_cfg_t);
    FIELD(urma_jfs_t, handle, uint64_t);
    FIELD(urma_jfs_t, event_mutex, pthread_mutex_t);
    FIELD(urma_jfs_t, event_cond, pthread_cond_t);
    FIELD(urma_jfs_t, async_events_acked, uint32_t);
    FIELD(urma_jfs_t, urma_jfs_opt, urma_jfs_opt_t);

    ENUMERATION(urma_jfs_attr_mask_t);
    VALUE(urma_jfs_attr_mask_t, JFS_STATE);

    TYPE(urma_jfs_attr_t);
    FIELD(urma_jfs_attr_t, mask, uint32_t);
    FIELD(urma_jfs_attr_t, state, urma_jfs_state_t);

    TYPE(urma_jfr_flag_t);
    GROUP(urma_jfr_flag_t, bs, "struct{}");
    BITS(urma_jfr_flag_t, bs.token_policy, uint32_t);
    BITS(urma_jfr_flag_t, bs.tag_matching, uint32_t);
    BITS(urma_jfr_flag_t, bs.lock_free, uint32_t);
    BITS(urma_jfr_flag_t, bs.order_type, uint32_t);
    BITS(urma_jfr_flag_t, bs.has_drv_ext, uint32_t);
    BITS(urma_jfr_flag_t, bs.non_blocking, uint32_t);
    BITS(urma_jfr_flag_t, bs.reserved, uint32_t);
    FIELD(urma_jfr_flag_t, value, uint32_t);

    TYPE(union urma_jfr_opt_mask);
    GROUP(union urma_jfr_opt_mask, bs, "struct{}");
    BITS(union urma_jfr_opt_mask, bs.urma_jfr_cqe_base_addr, uint64_t);
    BITS(union urma_jfr_opt_mask, bs.urma_jfr_db_addr, uint64_t);
    BITS(union urma_jfr_opt_mask, bs.urma_jfr_id, uint64_t);
    BITS(union urma_jfr_opt_mask, bs.urma_jfr_pi, uint64_t);
    BITS(union urma_jfr_opt_mask, bs.urma_jfr_pi_type, uint64_t);
    BITS(union urma_jfr_opt_mask, bs.urma_jfr_ci, uint64_t);
    BITS(union urma_jfr_opt_mask, bs.urma_jfr_db_status, uint64_t);
    BITS(union urma_jfr_opt_mask, bs.reserved, uint64_t);
    FIELD(union urma_jfr_opt_mask, value, uint64_t);

    TYPE(urma_jfr_opt_t);
    FIELD(urma_jfr_opt_t, jfr_opt_mask, union urma_jfr_opt_mask);
    FIELD(urma_jfr_opt_t, is_actived, _Bool);
    FIELD(urma_jfr_opt_t, urma_jfr_rqe_base_addr, uint64_t);
    FIELD(urma_jfr_opt_t, urma_jfr_id, uint32_t);
    FIELD(urma_jfr_opt_t, urma_jfr_db_addr, uint64_t);
    FIELD(urma_jfr_opt_t, urma_jfr_db_status, uint8_t);
    FIELD(urma_jfr_opt_t, urma_jfr_pi, uint16_t);
    FIELD(urma_jfr_opt_t, urma_jfr_pi_type, uint16_t);
    FIELD(urma_jfr_opt_t, urma_jfr_ci, uint16_t);
    FIELD(urma_jfr_opt_t, reserved, uint64_t[4]);

    TYPE(urma_jfr_cfg_t);
    FIELD(urma_jfr_cfg_t, id, uint32_t);
    FIELD(urma_jfr_cfg_t, depth, uint32_t);
    FIELD(urma_jfr_cfg_t, flag, urma_jfr_flag_t);
    FIELD(urma_jfr_cfg_t, trans_mode, urma_transport_mode_t);
    FIELD(urma_jfr_cfg_t, max_sge, uint8_t);
    FIELD(urma_jfr_cfg_t, min_rnr_timer, uint8_t);
    FIELD(urma_jfr_cfg_t, jfc, urma_jfc_t *);
    FIELD(urma_jfr_cfg_t, token_value, urma_token_t);
    FIELD(urma_jfr_cfg_t, user_ctx, uint64_t);

    ENUMERATION(urma_jfr_attr_mask_t);
    VALUE(urma_jfr_attr_mask_t, JFR_RX_THRESHOLD);
    VALUE(urma_jfr_attr_mask_t, JFR_STATE);

    TYPE(urma_jfr_attr_t);
    FIELD(urma_jfr_attr_t, mask, uint32_t);
    FIELD(urma_jfr_attr_t, rx_threshold, uint32_t);
    FIELD(urma_jfr_attr_t, state, urma_jfr_state_t);

    TYPE(urma_jfr_t);
    FIELD(urma_jfr_t, urma_ctx, urma_context_t *);
    FIELD(urma_jfr_t, jfr_id, urma_jfr_id_t);
    FIELD(urma_jfr_t, jfr_cfg, urma_jfr_cfg_t);
    FIELD(urma_jfr_t, handle, uint64_t);
    FIELD(urma_jfr_t, event_mutex, pthread_mutex_t);
    FIELD(urma_jfr_t, event_cond, pthread_cond_t);
    FIELD(urma_jfr_t, async_events_acked, uint32_t);
    FIELD(urma_jfr_t, urma_jfr_opt, urma_jfr_opt_t);
}
