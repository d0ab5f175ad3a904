#include "ub/umdk/urma/urma_types.h"

#include "../layout.h"

void layout_types_jetty(void)
{
    TYPE(urma_import_jetty_flag_t);
    GROUP(urma_import_jetty_flag_t, bs, "struct{}");
    BITS(urma_import_jetty_flag_t, bs.token_policy, uint32_t);
    BITS(urma_import_jetty_flag_t, bs.order_type, uint32_t);
    BITS(urma_import_jetty_flag_t, bs.share_tp, uint32_t);
    BITS(urma_import_jetty_flag_t, bs.has_drv_ext, uint32_t);
    BITS(urma_import_jetty_flag_t, bs.has_user_info, uint32_t);
    BITS(urma_import_jetty_flag_t, bs.reserved, uint32_t);
    FIELD(urma_import_jetty_flag_t, value, uint32_t);

    TYPE(urma_rjfr_t);
    FIELD(urma_rjfr_t, jfr_id, urma_jfr_id_t);
    FIELD(urma_rjfr_t, trans_mode, urma_transport_mode_t);
    FIELD(urma_rjfr_t, flag, urma_import_jetty_flag_t);
    FIELD(urma_rjfr_t, tp_type, urma_tp_type_t);

    TYPE(urma_jetty_flag_t);
    GROUP(urma_jetty_flag_t, bs, "struct{}");
    BITS(urma_jetty_flag_t, bs.share_jfr, uint32_t);
    BITS(urma_jetty_flag_t, bs.non_blocking, uint32_t);
    BITS(urma_jetty_flag_t, bs.has_drv_ext, uint32_t);
    BITS(urma_jetty_flag_t, bs.has_user_info, uint32_t);
    BITS(urma_jetty_flag_t, bs.reserved, uint32_t);
    FIELD(urma_jetty_flag_t, value, uint32_t);

    TYPE(urma_jetty_cfg_t);
    FIELD(urma_jetty_cfg_t, id, uint32_t);
    FIELD(urma_jetty_cfg_t, flag, urma_jetty_flag_t);
    FIELD(urma_jetty_cfg_t, jfs_cfg, urma_jfs_cfg_t);
    GROUP(urma_jetty_cfg_t, shared, "struct{}");
    FIELD(urma_jetty_cfg_t, shared.jfr, urma_jfr_t *);
    FIELD(urma_jetty_cfg_t, shared.jfc, urma_jfc_t *);
    FIELD(urma_jetty_cfg_t, jfr_cfg, urma_jfr_cfg_t *);
    FIELD(urma_jetty_cfg_t, jetty_grp, urma_jetty_grp_t *);
    FIELD(urma_jetty_cfg_t, user_ctx, uint64_t);

    ENUMERATION(urma_jetty_grp_policy_t);
    VALUE(urma_jetty_grp_policy_t, URMA_JETTY_GRP_POLICY_RR);
    VALUE(urma_jetty_grp_policy_t, URMA_JETTY_GRP_POLICY_HASH_HINT);

    ENUMERATION(urma_target_type_t);
    VALUE(urma_target_type_t, URMA_JFR);
    VALUE(urma_target_type_t, URMA_JETTY);
    VALUE(urma_target_type_t, URMA_JETTY_GROUP);

    TYPE(urma_ext_flag_t);
    GROUP(urma_ext_flag_t, bs, "struct{}");
    BITS(urma_ext_flag_t, bs.enable, uint32_t);
    BITS(urma_ext_flag_t, bs.reserved, uint32_t);
    FIELD(urma_ext_flag_t, value, uint32_t);

    TYPE(urma_ext_t);
    FIELD(urma_ext_t, flag, urma_ext_flag_t);
    FIELD(urma_ext_t, length, uint32_t);
    FLEXIBLE(urma_ext_t, buf, char);

    TYPE(urma_rjetty_t);
    FIELD(urma_rjetty_t, jetty_id, urma_jetty_id_t);
    FIELD(urma_rjetty_t, trans_mode, urma_transport_mode_t);
    FIELD(urma_rjetty_t, policy, urma_jetty_grp_policy_t);
    FIELD(urma_rjetty_t, type, urma_target_type_t);
    FIELD(urma_rjetty_t, flag, urma_import_jetty_flag_t);
    FIELD(urma_rjetty_t, tp_type, urma_tp_type_t);

    TYPE(urma_target_jetty_t);
    FIELD(urma_target_jetty_t, urma_ctx, urma_context_t *);
    FIELD(urma_target_jetty_t, id, urma_jetty_id_t);
    FIELD(urma_target_jetty_t, handle, uint64_t);
    FIELD(urma_target_jetty_t, trans_mode, urma_transport_mode_t);
    FIELD(urma_target_jetty_t, tp, urma_tp_t);
    FIELD(urma_target_jetty_t, type, urma_target_type_t);
    FIELD(urma_target_jetty_t, flag, urma_import_jetty_flag_t);
    FIELD(urma_target_jetty_t, policy, urma_jetty_grp_policy_t);
    FIELD(urma_target_jetty_t, tp_type, urma_tp_type_t);

    ENUMERATION(urma_jetty_attr_mask_t);
    VALUE(urma_jetty_attr_mask_t, JETTY_RX_THRESHOLD);
    VALUE(urma_jetty_attr_mask_t, JETTY_STATE);

    TYPE(urma_jetty_attr_t);
    FIELD(urma_jetty_attr_t, mask, uint32_t);
    FIELD(urma_jetty_attr_t, rx_threshold, uint32_t);
    FIELD(urma_jetty_attr_t, state, urma_jetty_state_t);

    TYPE(urma_jetty_opt_t);
    FIELD(urma_jetty_opt_t, is_actived, _Bool);
    FIELD(urma_jetty_opt_t, jfs_opt, urma_jfs_opt_t);
    FIELD(urma_jetty_opt_t, reserved, uint64_t[4]);

    TYPE(urma_jetty_t);
    FIELD(urma_jetty_t, urma_ctx, urma_context_t *);
    FIELD(urma_jetty_t, jetty_id, urma_jetty_id_t);
    FIELD(urma_jetty_t, remote_jetty, urma_target_jetty_t *);
    FIELD(urma_jetty_t, jetty_cfg, urma_jetty_cfg_t);
    FIELD(urma_jetty_t, handle, uint64_t);
    FIELD(urma_jetty_t, event_mutex, pthread_mutex_t);
    FIELD(urma_jetty_t, event_cond, pthread_cond_t);
    FIELD(urma_jetty_t, async_events_acked, uint32_t);
    FIELD(urma_jetty_t, urma_jetty_opt, urma_jetty_opt_t);

    TYPE(urma_jetty_grp_flag_t);
    GROUP(urma_jetty_grp_flag_t, bs, "struct{}");
    BITS(urma_jetty_grp_flag_t, bs.token_policy, uint32_t);
    BITS(urma_jetty_grp_flag_t, bs.reserved, uint32_t);
    FIELD(urma_jetty_grp_flag_t, value, uint32_t);

    TYPE(urma_jetty_grp_cfg_t);
    FIELD(urma_jetty_grp_cfg_t, name, char[64]);
    FIELD(urma_jetty_grp_cfg_t, flag, urma_jetty_grp_flag_t);
    FIELD(urma_jetty_grp_cfg_t, token_value, urma_token_t);
    FIELD(urma_jetty_grp_cfg_t, id, uint32_t);
    FIELD(urma_jetty_grp_cfg_t, policy, urma_jetty_grp_policy_t);
    FIELD(urma_jetty_grp_cfg_t, user_ctx, uint64_t);

    TYPE(urma_jetty_grp_t);
    FIELD(urma_jetty_grp_t, urma_ctx, urma_context_t *);
    FIELD(urma_jetty_grp_t, jetty_grp_id, urma_jetty_id_t);
    FIELD(urma_jetty_grp_t, cfg, urma_jetty_grp_cfg_t);
    FIELD(urma_jetty_grp_t, jetty_cnt, uint32_t);
    FIELD(urma_jetty_grp_t, jetty_list, urma_jetty_t **);
    FIELD(urma_jetty_grp_t, list_mutex, pthread_mutex_t);
    FIELD(urma_jetty_grp_t, handle, uint64_t);
    FIELD(urma_jetty_grp_t, event_mutex, pthread_mutex_t);
    FIELD(urma_jetty_grp_t, event_cond, pthread_cond_t);
    FIELD(urma_jetty_grp_t, async_events_acked, uint32_t);
}
