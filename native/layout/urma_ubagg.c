#include "ub/umdk/urma/urma_ubagg.h"

#include "layout.h"

void layout_ubagg(void)
{
    ENUMERATION(bondp_user_ctl_opcode_t);
    VALUE(bondp_user_ctl_opcode_t, BONDP_USER_CTL_SET_BONDING_MODE_LEGACY);
    VALUE(bondp_user_ctl_opcode_t, BONDP_USER_CTL_ENABLE_SEG_CACHE);
    VALUE(bondp_user_ctl_opcode_t, BONDP_USER_CTL_QUERY_PORT);
    VALUE(bondp_user_ctl_opcode_t, BONDP_USER_CTL_SET_BONDING_MODE);
    VALUE(bondp_user_ctl_opcode_t, BONDP_USER_CTL_GET_JFCE_FD_LIST);
    VALUE(bondp_user_ctl_opcode_t, BONDP_USER_CTL_OPCODE_GET_RJETTY);
    VALUE(bondp_user_ctl_opcode_t, BONDP_USER_CTL_OPCODE_GET_SEG_CTX);
    VALUE(bondp_user_ctl_opcode_t, BONDP_USER_CTL_DISABLE_MSN);

    ENUMERATION(bondp_bonding_mode_t);
    VALUE(bondp_bonding_mode_t, BONDP_BONDING_MODE_STANDALONE);
    VALUE(bondp_bonding_mode_t, BONDP_BONDING_MODE_ACTIVE_BACKUP);
    VALUE(bondp_bonding_mode_t, BONDP_BONDING_MODE_BALANCE);
    VALUE(bondp_bonding_mode_t, BONDP_BONDING_MODE_MAX);

    ENUMERATION(bondp_bonding_level_t);
    VALUE(bondp_bonding_level_t, BONDP_BONDING_LEVEL_IODIE);
    VALUE(bondp_bonding_level_t, BONDP_BONDING_LEVEL_PORT);
    VALUE(bondp_bonding_level_t, BONDP_BONDING_LEVEL_MAX);

    TYPE(urma_seg_base_t);
    FIELD(urma_seg_base_t, ubva, urma_ubva_t);
    FIELD(urma_seg_base_t, len, uint64_t);
    FIELD(urma_seg_base_t, attr, urma_seg_attr_t);
    FIELD(urma_seg_base_t, token_id, uint32_t);

    TYPE(bondp_set_bonding_mode_in_t);
    FIELD(bondp_set_bonding_mode_in_t, bonding_mode, bondp_bonding_mode_t);
    FIELD(bondp_set_bonding_mode_in_t, bonding_level, bondp_bonding_level_t);

    TYPE(bondp_query_port_in_t);
    FIELD(bondp_query_port_in_t, jfr, urma_jfr_t *);
    FIELD(bondp_query_port_in_t, jetty, urma_jetty_t *);

    TYPE(bondp_query_port_out_t);
    FIELD(bondp_query_port_out_t, enabled_indices, uint32_t[20]);
    FIELD(bondp_query_port_out_t, enabled_count, uint32_t);
    FIELD(bondp_query_port_out_t, active_indices, uint32_t[20]);
    FIELD(bondp_query_port_out_t, active_count, uint32_t);

    TYPE(bondp_get_jfce_fd_list_in_t);
    FIELD(bondp_get_jfce_fd_list_in_t, jfce, urma_jfce_t *);

    TYPE(bondp_get_jfce_fd_list_out_t);
    FIELD(bondp_get_jfce_fd_list_out_t, fd_list, int[20]);
    FIELD(bondp_get_jfce_fd_list_out_t, count, uint32_t);

    TYPE(bondp_port_id_t);
    FIELD(bondp_port_id_t, chip_id, uint8_t);
    FIELD(bondp_port_id_t, die_id, uint8_t);
    FIELD(bondp_port_id_t, port_idx, uint8_t);
    FIELD(bondp_port_id_t, reserved, uint8_t);
    FIELD(bondp_port_id_t, value, uint64_t);

    TYPE(bondp_jfs_cfg_t);
    FIELD(bondp_jfs_cfg_t, base, urma_jfs_cfg_t);
    FIELD(bondp_jfs_cfg_t, port_ids, const bondp_port_id_t *);
    FIELD(bondp_jfs_cfg_t, port_count, uint32_t);

    TYPE(bondp_jfc_cfg_t);
    FIELD(bondp_jfc_cfg_t, base, urma_jfc_cfg_t);
    FIELD(bondp_jfc_cfg_t, port_ids, const bondp_port_id_t *);
    FIELD(bondp_jfc_cfg_t, port_count, uint32_t);

    TYPE(bondp_jfr_cfg_t);
    FIELD(bondp_jfr_cfg_t, base, urma_jfr_cfg_t);
    FIELD(bondp_jfr_cfg_t, port_ids, const bondp_port_id_t *);
    FIELD(bondp_jfr_cfg_t, port_count, uint32_t);

    TYPE(bondp_jetty_cfg_t);
    FIELD(bondp_jetty_cfg_t, base, urma_jetty_cfg_t);
    FIELD(bondp_jetty_cfg_t, port_ids, const bondp_port_id_t *);
    FIELD(bondp_jetty_cfg_t, port_count, uint32_t);

    TYPE(urma_bond_jetty_ext_t);
    FIELD(urma_bond_jetty_ext_t, version, uint8_t);
    FIELD(urma_bond_jetty_ext_t, mask, uint64_t);
    FIELD(urma_bond_jetty_ext_t, slave_id, urma_jetty_id_t[20]);
    FIELD(urma_bond_jetty_ext_t, is_multipath, _Bool);
    FIELD(urma_bond_jetty_ext_t, enable_indices, uint8_t[20]);
    FIELD(urma_bond_jetty_ext_t, enable_count, uint32_t);
    FIELD(urma_bond_jetty_ext_t, is_health_check_enable, _Bool);
    GROUP(urma_bond_jetty_ext_t, health_check_seg, "struct{}");
    FIELD(urma_bond_jetty_ext_t, health_check_seg.slaves, urma_seg_base_t[20]);

    ENUMERATION(bondp_rjetty_ext_version_t);
    VALUE(bondp_rjetty_ext_version_t, BONDP_RJETTY_EXT_VERSION_V0);

    ENUMERATION(bondp_rjetty_ext_mask_t);
    VALUE(bondp_rjetty_ext_mask_t, BONDP_RJETTY_EXT_MASK_MULTI_PATH);
    VALUE(bondp_rjetty_ext_mask_t, BONDP_RJETTY_EXT_MASK_HEALTH_CHECK);
    VALUE(bondp_rjetty_ext_mask_t, BONDP_RJETTY_EXT_MASK_LOCAL_CTX);
    VALUE(bondp_rjetty_ext_mask_t, BONDP_RJETTY_EXT_MASK_TARGET_CTX);

    TYPE(bondp_rjetty_target_ctx_t);
    FIELD(bondp_rjetty_target_ctx_t, target_idx, uint8_t);
    FIELD(bondp_rjetty_target_ctx_t, slave_id, urma_jetty_id_t);
    FIELD(bondp_rjetty_target_ctx_t, health_check_seg, urma_seg_base_t);

    TYPE(urma_bond_jetty_ext_v0_t);
    FIELD(urma_bond_jetty_ext_v0_t, version, uint8_t);
    FIELD(urma_bond_jetty_ext_v0_t, mask, uint64_t);
    FIELD(urma_bond_jetty_ext_v0_t, is_multipath, _Bool);
    FIELD(urma_bond_jetty_ext_v0_t, is_health_check_enable, _Bool);
    FIELD(urma_bond_jetty_ext_v0_t, local_ctx_cnt, uint32_t);
    FIELD(urma_bond_jetty_ext_v0_t, target_ctx_cnt, uint32_t);
    FLEXIBLE(urma_bond_jetty_ext_v0_t, data, char);

    TYPE(urma_bond_seg_ext_t);
    FIELD(urma_bond_seg_ext_t, version, uint8_t);
    FIELD(urma_bond_seg_ext_t, mask, uint64_t);
    FIELD(urma_bond_seg_ext_t, peer_p_seg, urma_seg_base_t[20]);

    TYPE(bondp_rjetty_t);
    FIELD(bondp_rjetty_t, base, urma_rjetty_t);
    FIELD(bondp_rjetty_t, ext, urma_bond_jetty_ext_t);
    FIELD(bondp_rjetty_t, jfs, urma_jfs_t *);
    FIELD(bondp_rjetty_t, jetty, urma_jetty_t *);

    TYPE(bondp_rjfr_t);
    FIELD(bondp_rjfr_t, base, urma_rjfr_t);
    FIELD(bondp_rjfr_t, jfs, urma_jfs_t *);
    FIELD(bondp_rjfr_t, jetty, urma_jetty_t *);

    TYPE(bondp_jfs_wr_t);
    FIELD(bondp_jfs_wr_t, base, urma_jfs_wr_t);
    FIELD(bondp_jfs_wr_t, src_chip_id, uint32_t);
    FIELD(bondp_jfs_wr_t, dst_chip_id, uint32_t);

    TYPE(bondp_path_t);
    FIELD(bondp_path_t, local_idx, uint32_t);
    FIELD(bondp_path_t, target_idx, uint32_t);
    FIELD(bondp_path_t, least_load, uint32_t);
}
