#include "ub/umdk/urma/urma_types.h"

#include "../layout.h"

void layout_types_device(void)
{
    TYPE(urma_init_attr_t);
    FIELD(urma_init_attr_t, token, uint64_t);
    FIELD(urma_init_attr_t, uasid, uint32_t);

    ENUMERATION(urma_mtu_t);
    VALUE(urma_mtu_t, URMA_MTU_256);
    VALUE(urma_mtu_t, URMA_MTU_512);
    VALUE(urma_mtu_t, URMA_MTU_1024);
    VALUE(urma_mtu_t, URMA_MTU_2048);
    VALUE(urma_mtu_t, URMA_MTU_4096);
    VALUE(urma_mtu_t, URMA_MTU_8192);

    ENUMERATION(urma_port_state_t);
    VALUE(urma_port_state_t, URMA_PORT_NOP);
    VALUE(urma_port_state_t, URMA_PORT_DOWN);
    VALUE(urma_port_state_t, URMA_PORT_INIT);
    VALUE(urma_port_state_t, URMA_PORT_ARMED);
    VALUE(urma_port_state_t, URMA_PORT_ACTIVE);
    VALUE(urma_port_state_t, URMA_PORT_ACTIVE_DEFER);

    ENUMERATION(urma_speed_t);
    VALUE(urma_speed_t, URMA_SP_10M);
    VALUE(urma_speed_t, URMA_SP_100M);
    VALUE(urma_speed_t, URMA_SP_1G);
    VALUE(urma_speed_t, URMA_SP_2_5G);
    VALUE(urma_speed_t, URMA_SP_5G);
    VALUE(urma_speed_t, URMA_SP_10G);
    VALUE(urma_speed_t, URMA_SP_14G);
    VALUE(urma_speed_t, URMA_SP_25G);
    VALUE(urma_speed_t, URMA_SP_40G);
    VALUE(urma_speed_t, URMA_SP_50G);
    VALUE(urma_speed_t, URMA_SP_100G);
    VALUE(urma_speed_t, URMA_SP_200G);
    VALUE(urma_speed_t, URMA_SP_400G);
    VALUE(urma_speed_t, URMA_SP_800G);

    ENUMERATION(urma_link_width_t);
    VALUE(urma_link_width_t, URMA_LINK_X1);
    VALUE(urma_link_width_t, URMA_LINK_X2);
    VALUE(urma_link_width_t, URMA_LINK_X4);
    VALUE(urma_link_width_t, URMA_LINK_X8);
    VALUE(urma_link_width_t, URMA_LINK_X16);
    VALUE(urma_link_width_t, URMA_LINK_X32);

    TYPE(urma_ref_t);
    FIELD(urma_ref_t, atomic_cnt, atomic_ulong);

    TYPE(urma_port_attr_t);
    FIELD(urma_port_attr_t, max_mtu, urma_mtu_t);
    FIELD(urma_port_attr_t, state, urma_port_state_t);
    FIELD(urma_port_attr_t, active_width, urma_link_width_t);
    FIELD(urma_port_attr_t, active_speed, urma_speed_t);
    FIELD(urma_port_attr_t, active_mtu, urma_mtu_t);

    TYPE(urma_device_feature_t);
    GROUP(urma_device_feature_t, bs, "struct{}");
    BITS(urma_device_feature_t, bs.oor, uint32_t);
    BITS(urma_device_feature_t, bs.jfc_per_wr, uint32_t);
    BITS(urma_device_feature_t, bs.stride_op, uint32_t);
    BITS(urma_device_feature_t, bs.load_store_op, uint32_t);
    BITS(urma_device_feature_t, bs.non_pin, uint32_t);
    BITS(urma_device_feature_t, bs.pmem, uint32_t);
    BITS(urma_device_feature_t, bs.jfc_inline, uint32_t);
    BITS(urma_device_feature_t, bs.spray_en, uint32_t);
    BITS(urma_device_feature_t, bs.selective_retrans, uint32_t);
    BITS(urma_device_feature_t, bs.live_migrate, uint32_t);
    BITS(urma_device_feature_t, bs.dca, uint32_t);
    BITS(urma_device_feature_t, bs.jetty_grp, uint32_t);
    BITS(urma_device_feature_t, bs.error_suspend, uint32_t);
    BITS(urma_device_feature_t, bs.outorder_comp, uint32_t);
    BITS(urma_device_feature_t, bs.mn, uint32_t);
    BITS(urma_device_feature_t, bs.clan, uint32_t);
    BITS(urma_device_feature_t, bs.muti_seg_per_token_id, uint32_t);
    BITS(urma_device_feature_t, bs.ipourma_en, uint32_t);
    BITS(urma_device_feature_t, bs.ctp_en, uint32_t);
    BITS(urma_device_feature_t, bs.uboe, uint32_t);
    BITS(urma_device_feature_t, bs.reserved, uint32_t);
    FIELD(urma_device_feature_t, value, uint32_t);

    TYPE(urma_atomic_feature_t);
    GROUP(urma_atomic_feature_t, bs, "struct{}");
    BITS(urma_atomic_feature_t, bs.cas, uint32_t);
    BITS(urma_atomic_feature_t, bs.swap, uint32_t);
    BITS(urma_atomic_feature_t, bs.fetch_and_add, uint32_t);
    BITS(urma_atomic_feature_t, bs.fetch_and_sub, uint32_t);
    BITS(urma_atomic_feature_t, bs.fetch_and_and, uint32_t);
    BITS(urma_atomic_feature_t, bs.fetch_and_or, uint32_t);
    BITS(urma_atomic_feature_t, bs.fetch_and_xor, uint32_t);
    BITS(urma_atomic_feature_t, bs.reserved, uint32_t);
    FIELD(urma_atomic_feature_t, value, uint32_t);

    TYPE(urma_order_type_cap_t);
    GROUP(urma_order_type_cap_t, bs, "struct{}");
    BITS(urma_order_type_cap_t, bs.ot, uint32_t);
    BITS(urma_order_type_cap_t, bs.oi, uint32_t);
    BITS(urma_order_type_cap_t, bs.ol, uint32_t);
    BITS(urma_order_type_cap_t, bs.no, uint32_t);
    BITS(urma_order_type_cap_t, bs.reserved, uint32_t);
    FIELD(urma_order_type_cap_t, value, uint32_t);

    TYPE(urma_tp_type_cap_t);
    GROUP(urma_tp_type_cap_t, bs, "struct{}");
    BITS(urma_tp_type_cap_t, bs.rtp, uint32_t);
    BITS(urma_tp_type_cap_t, bs.ctp, uint32_t);
    BITS(urma_tp_type_cap_t, bs.utp, uint32_t);
    BITS(urma_tp_type_cap_t, bs.reserved, uint32_t);
    FIELD(urma_tp_type_cap_t, value, uint32_t);

    TYPE(urma_tp_feature_t);
    GROUP(urma_tp_feature_t, bs, "struct{}");
    BITS(urma_tp_feature_t, bs.rm_multi_path, uint32_t);
    BITS(urma_tp_feature_t, bs.rc_multi_path, uint32_t);
    BITS(urma_tp_feature_t, bs.reserved, uint32_t);
    FIELD(urma_tp_feature_t, value, uint32_t);

    TYPE(union urma_tp_type_en);
    GROUP(union urma_tp_type_en, bs, "struct{}");
    BITS(union urma_tp_type_en, bs.rtp, uint32_t);
    BITS(union urma_tp_type_en, bs.ctp, uint32_t);
    BITS(union urma_tp_type_en, bs.utp, uint32_t);
    BITS(union urma_tp_type_en, bs.reserved, uint32_t);
    FIELD(union urma_tp_type_en, value, uint32_t);

    TYPE(struct urma_sl_info);
    FIELD(struct urma_sl_info, SL, uint32_t);
    FIELD(struct urma_sl_info, tp_type, union urma_tp_type_en);

    TYPE(urma_device_cap_t);
    FIELD(urma_device_cap_t, feature, urma_device_feature_t);
    FIELD(urma_device_cap_t, max_jfc, uint32_t);
    FIELD(urma_device_cap_t, max_jfs, uint32_t);
    FIELD(urma_device_cap_t, max_jfr, uint32_t);
    FIELD(urma_device_cap_t, max_jetty, uint32_t);
    FIELD(urma_device_cap_t, max_jetty_grp, uint32_t);
    FIELD(urma_device_cap_t, max_jetty_in_jetty_grp, uint32_t);
    FIELD(urma_device_cap_t, max_jfc_depth, uint32_t);
    FIELD(urma_device_cap_t, max_jfs_depth, uint32_t);
    FIELD(urma_device_cap_t, max_jfr_depth, uint32_t);
    FIELD(urma_device_cap_t, max_jfs_inline_len, uint32_t);
    FIELD(urma_device_cap_t, max_jfs_sge, uint32_t);
    FIELD(urma_device_cap_t, max_jfs_rsge, uint32_t);
    FIELD(urma_device_cap_t, max_jfr_sge, uint32_t);
    FIELD(urma_device_cap_t, max_msg_size, uint64_t);
    FIELD(urma_device_cap_t, max_read_size, uint32_t);
    FIELD(urma_device_cap_t, max_write_size, uint32_t);
    FIELD(urma_device_cap_t, max_cas_size, uint32_t);
    FIELD(urma_device_cap_t, max_swap_size, uint32_t);
    FIELD(urma_device_cap_t, max_fetch_and_add_size, uint32_t);
    FIELD(urma_device_cap_t, max_fetch_and_sub_size, uint32_t);
    FIELD(urma_device_cap_t, max_fetch_and_and_size, uint32_t);
    FIELD(urma_device_cap_t, max_fetch_and_or_size, uint32_t);
    FIELD(urma_device_cap_t, max_fetch_and_xor_size, uint32_t);
    FIELD(urma_device_cap_t, atomic_feat, urma_atomic_feature_t);
    FIELD(urma_device_cap_t, trans_mode, uint16_t);
    FIELD(urma_device_cap_t, reserved, uint16_t);
    FIELD(urma_device_cap_t, congestion_ctrl_alg, uint16_t);
    FIELD(urma_device_cap_t, ceq_cnt, uint32_t);
    FIELD(urma_device_cap_t, max_tp_in_tpg, uint32_t);
    FIELD(urma_device_cap_t, max_eid_cnt, uint32_t);
    FIELD(urma_device_cap_t, page_size_cap, uint64_t);
    FIELD(urma_device_cap_t, max_oor_cnt, uint32_t);
    FIELD(urma_device_cap_t, mn, uint32_t);
    FIELD(urma_device_cap_t, max_netaddr_cnt, uint32_t);
    FIELD(urma_device_cap_t, rm_order_cap, urma_order_type_cap_t);
    FIELD(urma_device_cap_t, rc_order_cap, urma_order_type_cap_t);
    FIELD(urma_device_cap_t, rm_tp_cap, urma_tp_type_cap_t);
    FIELD(urma_device_cap_t, rc_tp_cap, urma_tp_type_cap_t);
    FIELD(urma_device_cap_t, um_tp_cap, urma_tp_type_cap_t);
    FIELD(urma_device_cap_t, tp_feature, urma_tp_feature_t);
    FIELD(urma_device_cap_t, priority_info, struct urma_sl_info[16]);

    TYPE(urma_device_attr_t);
    FIELD(urma_device_attr_t, guid, urma_guid_t);
    FIELD(urma_device_attr_t, dev_cap, urma_device_cap_t);
    FIELD(urma_device_attr_t, port_cnt, uint8_t);
    FIELD(urma_device_attr_t, port_attr, struct urma_port_attr[8]);
    FIELD(urma_device_attr_t, reserved_jetty_id_min, uint32_t);
    FIELD(urma_device_attr_t, reserved_jetty_id_max, uint32_t);

    ENUMERATION(urma_transport_type_t);
    VALUE(urma_transport_type_t, URMA_TRANSPORT_INVALID);
    VALUE(urma_transport_type_t, URMA_TRANSPORT_UB);
    VALUE(urma_transport_type_t, URMA_TRANSPORT_IB);
    VALUE(urma_transport_type_t, URMA_TRANSPORT_IP);
    VALUE(urma_transport_type_t, URMA_TRANSPORT_SOFTUB);
    VALUE(urma_transport_type_t, URMA_TRANSPORT_HNS_UB);
    VALUE(urma_transport_type_t, URMA_TRANSPORT_MAX);

    ENUMERATION(urma_transport_mode_t);
    VALUE(urma_transport_mode_t, URMA_TM_RM);
    VALUE(urma_transport_mode_t, URMA_TM_RC);
    VALUE(urma_transport_mode_t, URMA_TM_UM);

    ENUMERATION(urma_tp_cc_alg_t);
    VALUE(urma_tp_cc_alg_t, URMA_TP_CC_NONE);
    VALUE(urma_tp_cc_alg_t, URMA_TP_CC_DCQCN);
    VALUE(urma_tp_cc_alg_t, URMA_TP_CC_CAQM);
    VALUE(urma_tp_cc_alg_t, URMA_TP_CC_LDCP);
    VALUE(urma_tp_cc_alg_t, URMA_TP_CC_LDCP_L2_HEADER);
    VALUE(urma_tp_cc_alg_t, URMA_TP_CC_LDCP_TP_HEADER);
    VALUE(urma_tp_cc_alg_t, URMA_TP_CC_DIP);
    VALUE(urma_tp_cc_alg_t, URMA_TP_CC_ACC);
    VALUE(urma_tp_cc_alg_t, URMA_TP_CC_CUSTOM_1);
    VALUE(urma_tp_cc_alg_t, URMA_TP_CC_CUSTOM_2);
    VALUE(urma_tp_cc_alg_t, URMA_TP_CC_NUM);

    ENUMERATION(urma_congestion_ctrl_alg_t);
    VALUE(urma_congestion_ctrl_alg_t, URMA_CC_NONE);
    VALUE(urma_congestion_ctrl_alg_t, URMA_CC_DCQCN);
    VALUE(urma_congestion_ctrl_alg_t, URMA_CC_CAQM);
    VALUE(urma_congestion_ctrl_alg_t, URMA_CC_LDCP);
    VALUE(urma_congestion_ctrl_alg_t, URMA_CC_LDCP_L2_HEADER);
    VALUE(urma_congestion_ctrl_alg_t, URMA_CC_LDCP_TP_HEADER);
    VALUE(urma_congestion_ctrl_alg_t, URMA_CC_DIP);
    VALUE(urma_congestion_ctrl_alg_t, URMA_CC_ACC);
    VALUE(urma_congestion_ctrl_alg_t, URMA_CC_CUSTOM_1);
    VALUE(urma_congestion_ctrl_alg_t, URMA_CC_CUSTOM_2);

    TYPE(urma_cc_entry_t);
    FIELD(urma_cc_entry_t, alg, urma_tp_cc_alg_t);
    FIELD(urma_cc_entry_t, cc_pattern_idx, uint8_t);
    FIELD(urma_cc_entry_t, cc_priority, uint8_t);

    TYPE(urma_device_t);
    FIELD(urma_device_t, name, char[64]);
    FIELD(urma_device_t, path, char[4096]);
    FIELD(urma_device_t, type, urma_transport_type_t);
    FIELD(urma_device_t, ops, struct urma_provider_ops *);
    FIELD(urma_device_t, sysfs_dev, struct urma_sysfs_dev *);

    ENUMERATION(urma_opt_name_t);
    VALUE(urma_opt_name_t, URMA_OPT_AGGR_MODE);

    ENUMERATION(urma_context_aggr_mode_t);
    VALUE(urma_context_aggr_mode_t, URMA_AGGR_MODE_STANDALONE);
    VALUE(urma_context_aggr_mode_t, URMA_AGGR_MODE_ACTIVE_BACKUP);
    VALUE(urma_context_aggr_mode_t, URMA_AGGR_MODE_BALANCE);

    TYPE(urma_context_t);
    FIELD(urma_context_t, dev, struct urma_device *);
    FIELD(urma_context_t, ops, struct urma_ops *);
    FIELD(urma_context_t, dev_fd, int);
    FIELD(urma_context_t, async_fd, int);
    FIELD(urma_context_t, mutex, pthread_mutex_t);
    FIELD(urma_context_t, eid, urma_eid_t);
    FIELD(urma_context_t, eid_index, uint32_t);
    FIELD(urma_context_t, uasid, uint32_t);
    FIELD(urma_context_t, ref, struct urma_ref);
    FIELD(urma_context_t, aggr_mode, urma_context_aggr_mode_t);
}
