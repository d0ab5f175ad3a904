/* The functions that enter managed code, without the prefix urma_. front.c makes of each entry the exported function and the
 * declaration of its managed counterpart, which has the prefix urmasoft_.
 *   STATUS(type, name, answer in a forked child, parameters, arguments)
 *   POINTER(type, name, parameters, arguments)       answers NULL with errno EIO in a forked child
 *   SILENT(name, parameters, arguments)              does nothing in a forked child
 */
STATUS(urma_status_t, init, URMA_FAIL, (urma_init_attr_t *conf), (conf))
STATUS(urma_status_t, uninit, URMA_FAIL, (void), ())
POINTER(urma_device_t **, get_device_list, (int *num_devices), (num_devices))
POINTER(urma_eid_info_t *, get_eid_list, (urma_device_t *dev, uint32_t *cnt), (dev, cnt))
POINTER(urma_device_t *, get_device_by_name, (char *dev_name), (dev_name))
POINTER(urma_device_t *, get_device_by_eid, (urma_eid_t eid, urma_transport_type_t type), (eid, type))
STATUS(urma_status_t, query_device, URMA_FAIL, (urma_device_t *dev, urma_device_attr_t *dev_attr), (dev, dev_attr))
POINTER(urma_context_t *, create_context, (urma_device_t *dev, uint32_t eid_index), (dev, eid_index))
STATUS(urma_status_t, delete_context, URMA_FAIL, (urma_context_t *ctx), (ctx))
POINTER(urma_jfc_t *, create_jfc, (urma_context_t *ctx, urma_jfc_cfg_t *jfc_cfg), (ctx, jfc_cfg))
STATUS(urma_status_t, modify_jfc, URMA_FAIL, (urma_jfc_t *jfc, urma_jfc_attr_t *attr), (jfc, attr))
STATUS(urma_status_t, delete_jfc, URMA_FAIL, (urma_jfc_t *jfc), (jfc))
STATUS(urma_status_t, alloc_jfc, URMA_FAIL,
    (urma_context_t *urma_ctx, urma_jfc_cfg_t *cfg, urma_jfc_t **jfc), (urma_ctx, cfg, jfc))
STATUS(urma_status_t, active_jfc, URMA_FAIL, (urma_jfc_t *jfc), (jfc))
STATUS(urma_status_t, deactive_jfc, URMA_FAIL, (urma_jfc_t *jfc), (jfc))
STATUS(urma_status_t, free_jfc, URMA_FAIL, (urma_jfc_t *jfc), (jfc))
STATUS(urma_status_t, delete_jfc_batch, URMA_FAIL,
    (urma_jfc_t **jfc_arr, int jfc_num, urma_jfc_t **bad_jfc), (jfc_arr, jfc_num, bad_jfc))
POINTER(urma_jfs_t *, create_jfs, (urma_context_t *ctx, urma_jfs_cfg_t *jfs_cfg), (ctx, jfs_cfg))
STATUS(urma_status_t, modify_jfs, URMA_FAIL, (urma_jfs_t *jfs, urma_jfs_attr_t *attr), (jfs, attr))
STATUS(urma_status_t, query_jfs, URMA_FAIL,
    (urma_jfs_t *jfs, urma_jfs_cfg_t *cfg, urma_jfs_attr_t *attr), (jfs, cfg, attr))
STATUS(urma_status_t, delete_jfs, URMA_FAIL, (urma_jfs_t *jfs), (jfs))
STATUS(urma_status_t, delete_jfs_batch, URMA_FAIL,
    (urma_jfs_t **jfs_arr, int jfs_num, urma_jfs_t **bad_jfs), (jfs_arr, jfs_num, bad_jfs))
STATUS(int, flush_jfs, -URMA_EINVAL, (urma_jfs_t *jfs, int cr_cnt, urma_cr_t *cr), (jfs, cr_cnt, cr))
STATUS(urma_status_t, alloc_jfs, URMA_FAIL,
    (urma_context_t *urma_ctx, urma_jfs_cfg_t *cfg, urma_jfs_t **jfs), (urma_ctx, cfg, jfs))
STATUS(urma_status_t, active_jfs, URMA_FAIL, (urma_jfs_t *jfs), (jfs))
STATUS(urma_status_t, deactive_jfs, URMA_FAIL, (urma_jfs_t *jfs), (jfs))
STATUS(urma_status_t, free_jfs, URMA_FAIL, (urma_jfs_t *jfs), (jfs))
POINTER(urma_jfr_t *, create_jfr, (urma_context_t *ctx, urma_jfr_cfg_t *jfr_cfg), (ctx, jfr_cfg))
STATUS(urma_status_t, modify_jfr, URMA_FAIL, (urma_jfr_t *jfr, urma_jfr_attr_t *attr), (jfr, attr))
STATUS(urma_status_t, query_jfr, URMA_FAIL,
    (urma_jfr_t *jfr, urma_jfr_cfg_t *cfg, urma_jfr_attr_t *attr), (jfr, cfg, attr))
STATUS(urma_status_t, delete_jfr, URMA_FAIL, (urma_jfr_t *jfr), (jfr))
STATUS(urma_status_t, delete_jfr_batch, URMA_FAIL,
    (urma_jfr_t **jfr_arr, int jfr_num, urma_jfr_t **bad_jfr), (jfr_arr, jfr_num, bad_jfr))
POINTER(urma_target_jetty_t *, import_jfr,
    (urma_context_t *ctx, urma_rjfr_t *rjfr, urma_token_t *token_value), (ctx, rjfr, token_value))
POINTER(urma_target_jetty_t *, import_jfr_ex,
    (urma_context_t *ctx, urma_rjfr_t *rjfr, urma_token_t *token_value, urma_import_jfr_ex_cfg_t *cfg), (ctx, rjfr,
        token_value, cfg))
STATUS(urma_status_t, unimport_jfr, URMA_FAIL, (urma_target_jetty_t *target_jfr), (target_jfr))
STATUS(urma_status_t, advise_jfr, URMA_FAIL, (urma_jfs_t *jfs, urma_target_jetty_t *tjfr), (jfs, tjfr))
STATUS(urma_status_t, advise_jfr_async, URMA_FAIL,
    (urma_jfs_t *jfs, urma_target_jetty_t *tjfr, urma_advise_async_cb_func cb_fun, void *cb_arg), (jfs, tjfr, cb_fun,
        cb_arg))
STATUS(urma_status_t, unadvise_jfr, URMA_FAIL, (urma_jfs_t *jfs, urma_target_jetty_t *tjfr), (jfs, tjfr))
STATUS(urma_status_t, alloc_jfr, URMA_FAIL,
    (urma_context_t *urma_ctx, urma_jfr_cfg_t *cfg, urma_jfr_t **jfr), (urma_ctx, cfg, jfr))
STATUS(urma_status_t, active_jfr, URMA_FAIL, (urma_jfr_t *jfr), (jfr))
STATUS(urma_status_t, deactive_jfr, URMA_FAIL, (urma_jfr_t *jfr), (jfr))
STATUS(urma_status_t, free_jfr, URMA_FAIL, (urma_jfr_t *jfr), (jfr))
POINTER(urma_jetty_t *, create_jetty, (urma_context_t *ctx, urma_jetty_cfg_t *jetty_cfg), (ctx, jetty_cfg))
STATUS(urma_status_t, modify_jetty, URMA_FAIL, (urma_jetty_t *jetty, urma_jetty_attr_t *attr), (jetty, attr))
STATUS(urma_status_t, query_jetty, URMA_FAIL,
    (urma_jetty_t *jetty, urma_jetty_cfg_t *cfg, urma_jetty_attr_t *attr), (jetty, cfg, attr))
STATUS(urma_status_t, delete_jetty, URMA_FAIL, (urma_jetty_t *jetty), (jetty))
STATUS(urma_status_t, delete_jetty_batch, URMA_FAIL,
    (urma_jetty_t **jetty_arr, int jetty_num, urma_jetty_t **bad_jetty), (jetty_arr, jetty_num, bad_jetty))
POINTER(urma_target_jetty_t *, import_jetty,
    (urma_context_t *ctx, urma_rjetty_t *rjetty, urma_token_t *token_value), (ctx, rjetty, token_value))
POINTER(urma_target_jetty_t *, import_jetty_ex,
    (urma_context_t *ctx, urma_rjetty_t *rjetty, urma_token_t *token_value, urma_import_jetty_ex_cfg_t *cfg), (ctx,
        rjetty, token_value, cfg))
STATUS(urma_status_t, unimport_jetty, URMA_FAIL, (urma_target_jetty_t *tjetty), (tjetty))
STATUS(urma_status_t, advise_jetty, URMA_FAIL, (urma_jetty_t *jetty, urma_target_jetty_t *tjetty), (jetty, tjetty))
STATUS(urma_status_t, unadvise_jetty, URMA_FAIL, (urma_jetty_t *jetty, urma_target_jetty_t *tjetty), (jetty, tjetty))
STATUS(urma_status_t, bind_jetty, URMA_FAIL, (urma_jetty_t *jetty, urma_target_jetty_t *tjetty), (jetty, tjetty))
STATUS(urma_status_t, bind_jetty_ex, URMA_FAIL,
    (urma_jetty_t *jetty, urma_target_jetty_t *tjetty, urma_bind_jetty_ex_cfg_t *cfg), (jetty, tjetty, cfg))
STATUS(urma_status_t, unbind_jetty, URMA_FAIL, (urma_jetty_t *jetty), (jetty))
STATUS(int, flush_jetty, -URMA_EINVAL, (urma_jetty_t *jetty, int cr_cnt, urma_cr_t *cr), (jetty, cr_cnt, cr))
STATUS(urma_status_t, get_rjetty, URMA_FAIL,
    (urma_jetty_t *jetty, urma_rjetty_t **rjetty, uint32_t *length), (jetty, rjetty, length))
POINTER(urma_target_jetty_t *, import_jetty_async,
    (urma_notifier_t *notifier, const urma_rjetty_t *rjetty, const urma_token_t *token_value, uint64_t user_ctx,
        int timeout), (notifier, rjetty, token_value, user_ctx, timeout))
STATUS(urma_status_t, unimport_jetty_async, URMA_FAIL, (urma_target_jetty_t *tjetty), (tjetty))
STATUS(urma_status_t, bind_jetty_async, URMA_FAIL,
    (urma_notifier_t *notifier, urma_jetty_t *jetty, urma_target_jetty_t *tjetty, uint64_t user_ctx, int timeout),
        (notifier, jetty, tjetty, user_ctx, timeout))
STATUS(urma_status_t, unbind_jetty_async, URMA_FAIL, (urma_jetty_t *jetty), (jetty))
POINTER(urma_notifier_t *, create_notifier, (urma_context_t *ctx), (ctx))
STATUS(urma_status_t, delete_notifier, URMA_FAIL, (urma_notifier_t *notifier), (notifier))
STATUS(urma_status_t, alloc_jetty, URMA_FAIL,
    (urma_context_t *urma_ctx, urma_jetty_cfg_t *cfg, urma_jetty_t **jetty), (urma_ctx, cfg, jetty))
STATUS(urma_status_t, active_jetty, URMA_FAIL, (urma_jetty_t *jetty), (jetty))
STATUS(urma_status_t, deactive_jetty, URMA_FAIL, (urma_jetty_t *jetty), (jetty))
STATUS(urma_status_t, free_jetty, URMA_FAIL, (urma_jetty_t *jetty), (jetty))
STATUS(int, wait_notify, -1,
    (urma_notifier_t *notifier, uint32_t cnt, urma_notify_t *notify, int timeout), (notifier, cnt, notify, timeout))
POINTER(urma_jetty_grp_t *, create_jetty_grp, (urma_context_t *ctx, urma_jetty_grp_cfg_t *cfg), (ctx, cfg))
STATUS(urma_status_t, delete_jetty_grp, URMA_FAIL, (urma_jetty_grp_t *jetty_grp), (jetty_grp))
POINTER(urma_jfce_t *, create_jfce, (urma_context_t *ctx), (ctx))
STATUS(urma_status_t, delete_jfce, URMA_FAIL, (urma_jfce_t *jfce), (jfce))
STATUS(urma_status_t, get_async_event, URMA_FAIL, (urma_context_t *ctx, urma_async_event_t *event), (ctx, event))
SILENT(ack_async_event, (urma_async_event_t *event), (event))
POINTER(urma_token_id_t *, alloc_token_id, (urma_context_t *ctx), (ctx))
POINTER(urma_token_id_t *, alloc_token_id_ex, (urma_context_t *ctx, urma_token_id_flag_t flag), (ctx, flag))
STATUS(urma_status_t, free_token_id, URMA_FAIL, (urma_token_id_t *token_id), (token_id))
POINTER(urma_target_seg_t *, register_seg, (urma_context_t *ctx, urma_seg_cfg_t *seg_cfg), (ctx, seg_cfg))
STATUS(urma_status_t, unregister_seg, URMA_FAIL, (urma_target_seg_t *target_seg), (target_seg))
POINTER(urma_target_seg_t *, import_seg,
    (urma_context_t *ctx, urma_seg_t *seg, urma_token_t *token_value, uint64_t addr, urma_import_seg_flag_t flag),
        (ctx, seg, token_value, addr, flag))
STATUS(urma_status_t, unimport_seg, URMA_FAIL, (urma_target_seg_t *tseg), (tseg))
STATUS(urma_status_t, get_seg_ctx, URMA_FAIL,
    (urma_target_seg_t *tseg, urma_seg_t **seg, uint32_t *size), (tseg, seg, size))
STATUS(urma_status_t, post_jfs_wr, URMA_FAIL,
    (urma_jfs_t *jfs, urma_jfs_wr_t *wr, urma_jfs_wr_t **bad_wr), (jfs, wr, bad_wr))
STATUS(urma_status_t, post_jetty_send_wr, URMA_FAIL,
    (urma_jetty_t *jetty, urma_jfs_wr_t *wr, urma_jfs_wr_t **bad_wr), (jetty, wr, bad_wr))
STATUS(int, poll_jfc, -1, (urma_jfc_t *jfc, int cr_cnt, urma_cr_t *cr), (jfc, cr_cnt, cr))
STATUS(urma_status_t, rearm_jfc, URMA_FAIL, (urma_jfc_t *jfc, bool solicited_only), (jfc, solicited_only))
STATUS(urma_status_t, post_jfr_wr, URMA_FAIL,
    (urma_jfr_t *jfr, urma_jfr_wr_t *wr, urma_jfr_wr_t **bad_wr), (jfr, wr, bad_wr))
STATUS(urma_status_t, post_jetty_recv_wr, URMA_FAIL,
    (urma_jetty_t *jetty, urma_jfr_wr_t *wr, urma_jfr_wr_t **bad_wr), (jetty, wr, bad_wr))
STATUS(int, wait_jfc, -1,
    (urma_jfce_t *jfce, uint32_t jfc_cnt, int time_out, urma_jfc_t *jfc[]), (jfce, jfc_cnt, time_out, jfc))
SILENT(ack_jfc, (urma_jfc_t *jfc[], uint32_t nevents[], uint32_t jfc_cnt), (jfc, nevents, jfc_cnt))
STATUS(urma_status_t, get_uasid, URMA_FAIL, (uint32_t *uasid), (uasid))
