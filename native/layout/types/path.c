#include "ub/umdk/urma/urma_types.h"

#include "../layout.h"

void layout_types_path(void)
{
    ENUMERATION(urma_tp_type_t);
    VALUE(urma_tp_type_t, URMA_RTP);
    VALUE(urma_tp_type_t, URMA_CTP);
    VALUE(urma_tp_type_t, URMA_UTP);

    TYPE(urma_tp_t);
    FIELD(urma_tp_t, tpn, uint32_t);

    TYPE(urma_tp_cfg_flag_t);
    GROUP(urma_tp_cfg_flag_t, bs, "struct{}");
    BITS(urma_tp_cfg_flag_t, bs.target, uint32_t);
    BITS(urma_tp_cfg_flag_t, bs.loopback, uint32_t);
    BITS(urma_tp_cfg_flag_t, bs.dca_enable, uint32_t);
    BITS(urma_tp_cfg_flag_t, bs.bonding, uint32_t);
    BITS(urma_tp_cfg_flag_t, bs.reserved, uint32_t);
    FIELD(urma_tp_cfg_flag_t, value, uint32_t);

    TYPE(urma_tp_cfg_t);
    FIELD(urma_tp_cfg_t, flag, urma_tp_cfg_flag_t);
    FIELD(urma_tp_cfg_t, trans_mode, urma_transport_mode_t);
    FIELD(urma_tp_cfg_t, retry_num, uint8_t);
    FIELD(urma_tp_cfg_t, retry_factor, uint8_t);
    FIELD(urma_tp_cfg_t, ack_timeout, uint8_t);
    FIELD(urma_tp_cfg_t, dscp, uint8_t);
    FIELD(urma_tp_cfg_t, oor_cnt, uint32_t);

    TYPE(urma_tp_attr_mask_t);
    GROUP(urma_tp_attr_mask_t, bs, "struct{}");
    BITS(urma_tp_attr_mask_t, bs.flag, uint32_t);
    BITS(urma_tp_attr_mask_t, bs.peer_tpn, uint32_t);
    BITS(urma_tp_attr_mask_t, bs.state, uint32_t);
    BITS(urma_tp_attr_mask_t, bs.tx_psn, uint32_t);
    BITS(urma_tp_attr_mask_t, bs.rx_psn, uint32_t);
    BITS(urma_tp_attr_mask_t, bs.mtu, uint32_t);
    BITS(urma_tp_attr_mask_t, bs.cc_pattern_idx, uint32_t);
    BITS(urma_tp_attr_mask_t, bs.oos_cnt, uint32_t);
    BITS(urma_tp_attr_mask_t, bs.local_net_addr_idx, uint32_t);
    BITS(urma_tp_attr_mask_t, bs.peer_net_addr, uint32_t);
    BITS(urma_tp_attr_mask_t, bs.data_udp_start, uint32_t);
    BITS(urma_tp_attr_mask_t, bs.ack_udp_start, uint32_t);
    BITS(urma_tp_attr_mask_t, bs.udp_range, uint32_t);
    BITS(urma_tp_attr_mask_t, bs.hop_limit, uint32_t);
    BITS(urma_tp_attr_mask_t, bs.flow_label, uint32_t);
    BITS(urma_tp_attr_mask_t, bs.port_id, uint32_t);
    BITS(urma_tp_attr_mask_t, bs.mn, uint32_t);
    BITS(urma_tp_attr_mask_t, bs.peer_trans_type, uint32_t);
    BITS(urma_tp_attr_mask_t, bs.reserved, uint32_t);
    FIELD(urma_tp_attr_mask_t, value, uint32_t);

    TYPE(urma_tp_mod_flag_t);
    GROUP(urma_tp_mod_flag_t, bs, "struct{}");
    BITS(urma_tp_mod_flag_t, bs.oor_en, uint32_t);
    BITS(urma_tp_mod_flag_t, bs.sr_en, uint32_t);
    BITS(urma_tp_mod_flag_t, bs.cc_en, uint32_t);
    BITS(urma_tp_mod_flag_t, bs.cc_alg, uint32_t);
    BITS(urma_tp_mod_flag_t, bs.spray_en, uint32_t);
    BITS(urma_tp_mod_flag_t, bs.clan, uint32_t);
    BITS(urma_tp_mod_flag_t, bs.reserved, uint32_t);
    FIELD(urma_tp_mod_flag_t, value, uint32_t);

    ENUMERATION(urma_tp_state_t);
    VALUE(urma_tp_state_t, URMA_TP_STATE_RESET);
    VALUE(urma_tp_state_t, URMA_TP_STATE_PASSIVE);
    VALUE(urma_tp_state_t, URMA_TP_STATE_ACTIVE);
    VALUE(urma_tp_state_t, URMA_TP_STATE_BRAKE);
    VALUE(urma_tp_state_t, URMA_TP_STATE_ERROR);

    TYPE(urma_net_addr_t);
    FIELD(urma_net_addr_t, sin_family, sa_family_t);
    FIELD(urma_net_addr_t, in4, struct in_addr);
    FIELD(urma_net_addr_t, in6, struct in6_addr);
    FIELD(urma_net_addr_t, vlan, uint64_t);
    FIELD(urma_net_addr_t, mac, uint8_t[6]);
    FIELD(urma_net_addr_t, prefix_len, uint32_t);

    TYPE(urma_net_addr_info_t);
    FIELD(urma_net_addr_info_t, netaddr, urma_net_addr_t);
    FIELD(urma_net_addr_info_t, index, uint32_t);

    TYPE(urma_tp_attr_t);
    FIELD(urma_tp_attr_t, flag, urma_tp_mod_flag_t);
    FIELD(urma_tp_attr_t, peer_tpn, uint32_t);
    FIELD(urma_tp_attr_t, state, urma_tp_state_t);
    FIELD(urma_tp_attr_t, tx_psn, uint32_t);
    FIELD(urma_tp_attr_t, rx_psn, uint32_t);
    FIELD(urma_tp_attr_t, mtu, urma_mtu_t);
    FIELD(urma_tp_attr_t, cc_pattern_idx, uint8_t);
    FIELD(urma_tp_attr_t, oos_cnt, uint32_t);
    FIELD(urma_tp_attr_t, local_net_addr_idx, uint32_t);
    FIELD(urma_tp_attr_t, peer_net_addr, urma_net_addr_t);
    FIELD(urma_tp_attr_t, data_udp_start, uint16_t);
    FIELD(urma_tp_attr_t, ack_udp_start, uint16_t);
    FIELD(urma_tp_attr_t, udp_range, uint8_t);
    FIELD(urma_tp_attr_t, hop_limit, uint8_t);
    FIELD(urma_tp_attr_t, flow_label, uint32_t);
    FIELD(urma_tp_attr_t, port_id, uint8_t);
    FIELD(urma_tp_attr_t, mn, uint8_t);
    FIELD(urma_tp_attr_t, peer_trans_type, urma_transport_type_t);

    TYPE(urma_get_tp_cfg_flag_t);
    GROUP(urma_get_tp_cfg_flag_t, bs, "struct{}");
    BITS(urma_get_tp_cfg_flag_t, bs.ctp, uint32_t);
    BITS(urma_get_tp_cfg_flag_t, bs.rtp, uint32_t);
    BITS(urma_get_tp_cfg_flag_t, bs.utp, uint32_t);
    BITS(urma_get_tp_cfg_flag_t, bs.uboe, uint32_t);
    BITS(urma_get_tp_cfg_flag_t, bs.pre_defined, uint32_t);
    BITS(urma_get_tp_cfg_flag_t, bs.dynamic_defined, uint32_t);
    BITS(urma_get_tp_cfg_flag_t, bs.udp, uint32_t);
    BITS(urma_get_tp_cfg_flag_t, bs.group_id, uint32_t);
    BITS(urma_get_tp_cfg_flag_t, bs.reserved, uint32_t);
    FIELD(urma_get_tp_cfg_flag_t, value, uint32_t);

    TYPE(urma_get_tp_cfg_t);
    FIELD(urma_get_tp_cfg_t, flag, urma_get_tp_cfg_flag_t);
    FIELD(urma_get_tp_cfg_t, trans_mode, urma_transport_mode_t);
    FIELD(urma_get_tp_cfg_t, local_eid, urma_eid_t);
    FIELD(urma_get_tp_cfg_t, peer_eid, urma_eid_t);

    TYPE(urma_tp_info_t);
    FIELD(urma_tp_info_t, tp_handle, uint64_t);

    TYPE(urma_active_tp_attr_t);
    FIELD(urma_active_tp_attr_t, tx_psn, uint32_t);
    FIELD(urma_active_tp_attr_t, rx_psn, uint32_t);
    FIELD(urma_active_tp_attr_t, reserved, uint64_t);

    TYPE(urma_active_tp_cfg_t);
    FIELD(urma_active_tp_cfg_t, tp_handle, uint64_t);
    FIELD(urma_active_tp_cfg_t, peer_tp_handle, uint64_t);
    FIELD(urma_active_tp_cfg_t, tag, uint64_t);
    FIELD(urma_active_tp_cfg_t, tp_attr, urma_active_tp_attr_t);

    TYPE(urma_tp_attr_value_t);
    BITS(urma_tp_attr_value_t, retry_times_init, uint8_t);
    BITS(urma_tp_attr_value_t, at, uint8_t);
    FIELD(urma_tp_attr_value_t, sip, uint8_t[16]);
    FIELD(urma_tp_attr_value_t, dip, uint8_t[16]);
    FIELD(urma_tp_attr_value_t, sma, uint8_t[6]);
    FIELD(urma_tp_attr_value_t, dma, uint8_t[6]);
    BITS(urma_tp_attr_value_t, vlan_id, uint16_t);
    BITS(urma_tp_attr_value_t, vlan_en, uint8_t);
    BITS(urma_tp_attr_value_t, dscp, uint8_t);
    BITS(urma_tp_attr_value_t, at_times, uint8_t);
    BITS(urma_tp_attr_value_t, sl, uint8_t);
    FIELD(urma_tp_attr_value_t, ttl, uint8_t);
    FIELD(urma_tp_attr_value_t, ack_udp_srcport, uint16_t);
    FIELD(urma_tp_attr_value_t, data_udp_srcport, uint16_t);
    BITS(urma_tp_attr_value_t, udp_srcport_range, uint8_t);
    BITS(urma_tp_attr_value_t, spray_en, uint8_t);
    BITS(urma_tp_attr_value_t, udp_global_en, uint8_t);
    BITS(urma_tp_attr_value_t, reserve_0, uint8_t);
    FIELD(urma_tp_attr_value_t, sl_bitmap, uint16_t);
    BITS(urma_tp_attr_value_t, dscp_config_mode, uint8_t);
    BITS(urma_tp_attr_value_t, reserve_1, uint8_t);
    FIELD(urma_tp_attr_value_t, reserved, uint8_t[70]);
}
