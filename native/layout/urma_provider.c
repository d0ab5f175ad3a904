#include "ub/umdk/urma/urma_provider.h"

#include "layout.h"

void layout_provider(void)
{
    ENUMERATION(urma_field_target_t);
    VALUE(urma_field_target_t, TARGET_CFG);
    VALUE(urma_field_target_t, TARGET_OPT);
    VALUE(urma_field_target_t, TARGET_JFS_CFG);

    TYPE(opt_map_t);
    FIELD(opt_map_t, opt, uint64_t);
    FIELD(opt_map_t, mask, uint64_t);
    FIELD(opt_map_t, tgt, urma_field_target_t);
    FIELD(opt_map_t, offset, size_t);
    FIELD(opt_map_t, size, size_t);

    TYPE(urma_match_entry_t);
    FIELD(urma_match_entry_t, vendor_id, uint16_t);
    FIELD(urma_match_entry_t, device_id, uint16_t);

    TYPE(urma_udrv_t);
    FIELD(urma_udrv_t, in_addr, uint64_t);
    FIELD(urma_udrv_t, in_len, uint32_t);
    FIELD(urma_udrv_t, out_addr, uint64_t);
    FIELD(urma_udrv_t, out_len, uint32_t);

    TYPE(urma_ops_t);
    FIELD(urma_ops_t, name, const char *);
    FUNCTION(urma_ops_t, create_jfc);
    FUNCTION(urma_ops_t, modify_jfc);
    FUNCTION(urma_ops_t, delete_jfc);
    FUNCTION(urma_ops_t, delete_jfc_batch);
    FUNCTION(urma_ops_t, alloc_jfc);
    FUNCTION(urma_ops_t, set_jfc_opt);
    FUNCTION(urma_ops_t, active_jfc);
    FUNCTION(urma_ops_t, get_jfc_opt);
    FUNCTION(urma_ops_t, deactive_jfc);
    FUNCTION(urma_ops_t, free_jfc);
    FUNCTION(urma_ops_t, create_jfs);
    FUNCTION(urma_ops_t, modify_jfs);
    FUNCTION(urma_ops_t, query_jfs);
    FUNCTION(urma_ops_t, flush_jfs);
    FUNCTION(urma_ops_t, delete_jfs);
    FUNCTION(urma_ops_t, delete_jfs_batch);
    FUNCTION(urma_ops_t, alloc_jfs);
    FUNCTION(urma_ops_t, set_jfs_opt);
    FUNCTION(urma_ops_t, active_jfs);
    FUNCTION(urma_ops_t, get_jfs_opt);
    FUNCTION(urma_ops_t, deactive_jfs);
    FUNCTION(urma_ops_t, free_jfs);
    FUNCTION(urma_ops_t, create_jfr);
    FUNCTION(urma_ops_t, modify_jfr);
    FUNCTION(urma_ops_t, query_jfr);
    FUNCTION(urma_ops_t, delete_jfr);
    FUNCTION(urma_ops_t, delete_jfr_batch);
    FUNCTION(urma_ops_t, import_jfr);
    FUNCTION(urma_ops_t, unimport_jfr);
    FUNCTION(urma_ops_t, advise_jfr);
    FUNCTION(urma_ops_t, unadvise_jfr);
    FUNCTION(urma_ops_t, advise_jfr_async);
    FUNCTION(urma_ops_t, alloc_jfr);
    FUNCTION(urma_ops_t, set_jfr_opt);
    FUNCTION(urma_ops_t, active_jfr);
    FUNCTION(urma_ops_t, get_jfr_opt);
    FUNCTION(urma_ops_t, deactive_jfr);
    FUNCTION(urma_ops_t, free_jfr);
    FUNCTION(urma_ops_t, create_jetty);
    FUNCTION(urma_ops_t, modify_jetty);
    FUNCTION(urma_ops_t, query_jetty);
    FUNCTION(urma_ops_t, flush_jetty);
    FUNCTION(urma_ops_t, delete_jetty);
    FUNCTION(urma_ops_t, delete_jetty_batch);
    FUNCTION(urma_ops_t, import_jetty);
    FUNCTION(urma_ops_t, unimport_jetty);
    FUNCTION(urma_ops_t, advise_jetty);
    FUNCTION(urma_ops_t, unadvise_jetty);
    FUNCTION(urma_ops_t, advise_jetty_async);
    FUNCTION(urma_ops_t, bind_jetty);
    FUNCTION(urma_ops_t, unbind_jetty);
    FUNCTION(urma_ops_t, alloc_jetty);
    FUNCTION(urma_ops_t, set_jetty_opt);
    FUNCTION(urma_ops_t, active_jetty);
    FUNCTION(urma_ops_t, get_jetty_opt);
    FUNCTION(urma_ops_t, deactive_jetty);
    FUNCTION(urma_ops_t, free_jetty);
    FUNCTION(urma_ops_t, create_jetty_grp);
    FUNCTION(urma_ops_t, delete_jetty_grp);
    FUNCTION(urma_ops_t, create_jfce);
    FUNCTION(urma_ops_t, delete_jfce);
    FUNCTION(urma_ops_t, get_tpn);
    FUNCTION(urma_ops_t, modify_tp);
    FUNCTION(urma_ops_t, get_tp_list);
    FUNCTION(urma_ops_t, set_tp_attr);
    FUNCTION(urma_ops_t, get_tp_attr);
    FUNCTION(urma_ops_t, import_jetty_ex);
    FUNCTION(urma_ops_t, import_jfr_ex);
    FUNCTION(urma_ops_t, bind_jetty_ex);
    FUNCTION(urma_ops_t, alloc_token_id);
    FUNCTION(urma_ops_t, alloc_token_id_ex);
    FUNCTION(urma_ops_t, free_token_id);
    FUNCTION(urma_ops_t, register_seg);
    FUNCTION(urma_ops_t, unregister_seg);
    FUNCTION(urma_ops_t, import_seg);
    FUNCTION(urma_ops_t, unimport_seg);
    FUNCTION(urma_ops_t, get_async_event);
    FUNCTION(urma_ops_t, ack_async_event);
    FUNCTION(urma_ops_t, user_ctl);
    FUNCTION(urma_ops_t, post_jfs_wr);
    FUNCTION(urma_ops_t, post_jfr_wr);
    FUNCTION(urma_ops_t, post_jetty_send_wr);
    FUNCTION(urma_ops_t, post_jetty_recv_wr);
    FUNCTION(urma_ops_t, poll_jfc);
    FUNCTION(urma_ops_t, rearm_jfc);
    FUNCTION(urma_ops_t, wait_jfc);
    FUNCTION(urma_ops_t, ack_jfc);
    FUNCTION(urma_ops_t, import_jetty_async);
    FUNCTION(urma_ops_t, unimport_jetty_async);
    FUNCTION(urma_ops_t, bind_jetty_async);
    FUNCTION(urma_ops_t, unbind_jetty_async);
    FUNCTION(urma_ops_t, create_notifier);
    FUNCTION(urma_ops_t, delete_notifier);
    FUNCTION(urma_ops_t, wait_notify);
    FUNCTION(urma_ops_t, ack_notify);
    FUNCTION(urma_ops_t, get_eid_by_ip);
    FUNCTION(urma_ops_t, get_ip_by_eid);
    FUNCTION(urma_ops_t, get_smac);
    FUNCTION(urma_ops_t, get_dmac);

    TYPE(urma_provider_attr_t);
    FIELD(urma_provider_attr_t, version, uint32_t);
    FIELD(urma_provider_attr_t, transport_type, urma_transport_type_t);

    TYPE(urma_provider_ops_t);
    FIELD(urma_provider_ops_t, name, const char *);
    FIELD(urma_provider_ops_t, attr, urma_provider_attr_t);
    FIELD(urma_provider_ops_t, match_table, urma_match_entry_t *);
    FUNCTION(urma_provider_ops_t, init);
    FUNCTION(urma_provider_ops_t, uninit);
    FUNCTION(urma_provider_ops_t, query_device);
    FUNCTION(urma_provider_ops_t, create_context);
    FUNCTION(urma_provider_ops_t, delete_context);
    FUNCTION(urma_provider_ops_t, get_uasid);

    TYPE(urma_import_tseg_cfg_t);
    FIELD(urma_import_tseg_cfg_t, ubva, urma_ubva_t);
    FIELD(urma_import_tseg_cfg_t, len, uint64_t);
    FIELD(urma_import_tseg_cfg_t, attr, urma_seg_attr_t);
    FIELD(urma_import_tseg_cfg_t, token_id, uint32_t);
    FIELD(urma_import_tseg_cfg_t, token, urma_token_t *);
    FIELD(urma_import_tseg_cfg_t, flag, urma_import_seg_flag_t);
    FIELD(urma_import_tseg_cfg_t, mva, uint64_t);

    TYPE(urma_tjfr_cfg_t);
    FIELD(urma_tjfr_cfg_t, jfr_id, urma_jfr_id_t);
    FIELD(urma_tjfr_cfg_t, flag, urma_import_jetty_flag_t);
    FIELD(urma_tjfr_cfg_t, token, urma_token_t *);
    FIELD(urma_tjfr_cfg_t, trans_mode, urma_transport_mode_t);
    FIELD(urma_tjfr_cfg_t, tp_type, urma_tp_type_t);

    TYPE(urma_tjetty_cfg_t);
    FIELD(urma_tjetty_cfg_t, jetty_id, urma_jetty_id_t);
    FIELD(urma_tjetty_cfg_t, flag, urma_import_jetty_flag_t);
    FIELD(urma_tjetty_cfg_t, token, urma_token_t *);
    FIELD(urma_tjetty_cfg_t, trans_mode, urma_transport_mode_t);
    FIELD(urma_tjetty_cfg_t, policy, urma_jetty_grp_policy_t);
    FIELD(urma_tjetty_cfg_t, type, urma_target_type_t);
    FIELD(urma_tjetty_cfg_t, tp_type, urma_tp_type_t);

    TYPE(urma_context_cfg_t);
    FIELD(urma_context_cfg_t, dev, struct urma_device *);
    FIELD(urma_context_cfg_t, ops, struct urma_ops *);
    FIELD(urma_context_cfg_t, eid_index, uint32_t);
    FIELD(urma_context_cfg_t, dev_fd, int);
    FIELD(urma_context_cfg_t, uasid, uint32_t);

    TYPE(urma_cmd_udrv_priv_t);
    FIELD(urma_cmd_udrv_priv_t, in_addr, uint64_t);
    FIELD(urma_cmd_udrv_priv_t, in_len, uint32_t);
    FIELD(urma_cmd_udrv_priv_t, out_addr, uint64_t);
    FIELD(urma_cmd_udrv_priv_t, out_len, uint32_t);

    TYPE(urma_post_and_ret_db_in_t);
    FIELD(urma_post_and_ret_db_in_t, is_jetty, _Bool);
    FIELD(urma_post_and_ret_db_in_t, jfs, urma_jfs_t *);
    FIELD(urma_post_and_ret_db_in_t, jetty, urma_jetty_t *);
    FIELD(urma_post_and_ret_db_in_t, wr, urma_jfs_wr_t *);

    TYPE(urma_post_and_ret_db_out_t);
    FIELD(urma_post_and_ret_db_out_t, bad_wr, urma_jfs_wr_t **);
    FIELD(urma_post_and_ret_db_out_t, db_addr, uint64_t);
    FIELD(urma_post_and_ret_db_out_t, db_data, uint64_t);
}
