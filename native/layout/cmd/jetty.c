#include "ub/umdk/urma/urma_cmd.h"

#include "../layout.h"

void layout_cmd_jetty(void)
{
    TYPE(urma_cmd_create_jetty_t);
    GROUP(urma_cmd_create_jetty_t, in, "struct{}");
    FIELD(urma_cmd_create_jetty_t, in.id, uint32_t);
    FIELD(urma_cmd_create_jetty_t, in.jetty_flag, uint32_t);
    FIELD(urma_cmd_create_jetty_t, in.jfs_depth, uint32_t);
    FIELD(urma_cmd_create_jetty_t, in.jfs_flag, uint32_t);
    FIELD(urma_cmd_create_jetty_t, in.trans_mode, uint32_t);
    FIELD(urma_cmd_create_jetty_t, in.priority, uint8_t);
    FIELD(urma_cmd_create_jetty_t, in.max_send_sge, uint8_t);
    FIELD(urma_cmd_create_jetty_t, in.max_send_rsge, uint8_t);
    FIELD(urma_cmd_create_jetty_t, in.max_inline_data, uint32_t);
    FIELD(urma_cmd_create_jetty_t, in.rnr_retry, uint8_t);
    FIELD(urma_cmd_create_jetty_t, in.err_timeout, uint8_t);
    FIELD(urma_cmd_create_jetty_t, in.send_jfc_id, uint32_t);
    FIELD(urma_cmd_create_jetty_t, in.send_jfc_handle, uint64_t);
    FIELD(urma_cmd_create_jetty_t, in.jfr_depth, uint32_t);
    FIELD(urma_cmd_create_jetty_t, in.jfr_flag, uint32_t);
    FIELD(urma_cmd_create_jetty_t, in.max_recv_sge, uint8_t);
    FIELD(urma_cmd_create_jetty_t, in.min_rnr_timer, uint8_t);
    FIELD(urma_cmd_create_jetty_t, in.recv_jfc_id, uint32_t);
    FIELD(urma_cmd_create_jetty_t, in.recv_jfc_handle, uint64_t);
    FIELD(urma_cmd_create_jetty_t, in.token, uint32_t);
    FIELD(urma_cmd_create_jetty_t, in.jfr_id, uint32_t);
    FIELD(urma_cmd_create_jetty_t, in.jfr_handle, uint64_t);
    FIELD(urma_cmd_create_jetty_t, in.jetty_grp_handle, uint64_t);
    FIELD(urma_cmd_create_jetty_t, in.is_jetty_grp, uint8_t);
    FIELD(urma_cmd_create_jetty_t, in.urma_jetty, uint64_t);
    GROUP(urma_cmd_create_jetty_t, out, "struct{}");
    FIELD(urma_cmd_create_jetty_t, out.id, uint32_t);
    FIELD(urma_cmd_create_jetty_t, out.handle, uint64_t);
    FIELD(urma_cmd_create_jetty_t, out.jfs_depth, uint32_t);
    FIELD(urma_cmd_create_jetty_t, out.jfr_depth, uint32_t);
    FIELD(urma_cmd_create_jetty_t, out.max_send_sge, uint8_t);
    FIELD(urma_cmd_create_jetty_t, out.max_send_rsge, uint8_t);
    FIELD(urma_cmd_create_jetty_t, out.max_recv_sge, uint8_t);
    FIELD(urma_cmd_create_jetty_t, out.max_inline_data, uint32_t);
    FIELD(urma_cmd_create_jetty_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_modify_jetty_t);
    GROUP(urma_cmd_modify_jetty_t, in, "struct{}");
    FIELD(urma_cmd_modify_jetty_t, in.handle, uint64_t);
    FIELD(urma_cmd_modify_jetty_t, in.mask, uint32_t);
    FIELD(urma_cmd_modify_jetty_t, in.rx_threshold, uint32_t);
    FIELD(urma_cmd_modify_jetty_t, in.state, uint32_t);
    FIELD(urma_cmd_modify_jetty_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_query_jetty_t);
    GROUP(urma_cmd_query_jetty_t, in, "struct{}");
    FIELD(urma_cmd_query_jetty_t, in.handle, uint64_t);
    GROUP(urma_cmd_query_jetty_t, out, "struct{}");
    FIELD(urma_cmd_query_jetty_t, out.id, uint32_t);
    FIELD(urma_cmd_query_jetty_t, out.jetty_flag, uint32_t);
    FIELD(urma_cmd_query_jetty_t, out.jfs_depth, uint32_t);
    FIELD(urma_cmd_query_jetty_t, out.jfr_depth, uint32_t);
    FIELD(urma_cmd_query_jetty_t, out.jfs_flag, uint32_t);
    FIELD(urma_cmd_query_jetty_t, out.jfr_flag, uint32_t);
    FIELD(urma_cmd_query_jetty_t, out.trans_mode, uint32_t);
    FIELD(urma_cmd_query_jetty_t, out.max_send_sge, uint8_t);
    FIELD(urma_cmd_query_jetty_t, out.max_send_rsge, uint8_t);
    FIELD(urma_cmd_query_jetty_t, out.max_recv_sge, uint8_t);
    FIELD(urma_cmd_query_jetty_t, out.max_inline_data, uint32_t);
    FIELD(urma_cmd_query_jetty_t, out.priority, uint8_t);
    FIELD(urma_cmd_query_jetty_t, out.retry_cnt, uint8_t);
    FIELD(urma_cmd_query_jetty_t, out.rnr_retry, uint8_t);
    FIELD(urma_cmd_query_jetty_t, out.err_timeout, uint8_t);
    FIELD(urma_cmd_query_jetty_t, out.min_rnr_timer, uint8_t);
    FIELD(urma_cmd_query_jetty_t, out.jfr_id, uint32_t);
    FIELD(urma_cmd_query_jetty_t, out.token, uint32_t);
    FIELD(urma_cmd_query_jetty_t, out.rx_threshold, uint32_t);
    FIELD(urma_cmd_query_jetty_t, out.state, uint32_t);

    TYPE(urma_cmd_delete_jetty_t);
    GROUP(urma_cmd_delete_jetty_t, in, "struct{}");
    FIELD(urma_cmd_delete_jetty_t, in.handle, uint64_t);
    GROUP(urma_cmd_delete_jetty_t, out, "struct{}");
    FIELD(urma_cmd_delete_jetty_t, out.async_events_reported, uint32_t);

    TYPE(urma_cmd_delete_jetty_batch_t);
    GROUP(urma_cmd_delete_jetty_batch_t, out, "struct{}");
    FIELD(urma_cmd_delete_jetty_batch_t, out.async_events_reported, uint32_t);
    FIELD(urma_cmd_delete_jetty_batch_t, out.bad_jetty_index, uint32_t);
    GROUP(urma_cmd_delete_jetty_batch_t, in, "struct{}");
    FIELD(urma_cmd_delete_jetty_batch_t, in.jetty_num, uint32_t);
    FIELD(urma_cmd_delete_jetty_batch_t, in.jetty_ptr, uint64_t);

    TYPE(urma_cmd_free_jetty_t);
    GROUP(urma_cmd_free_jetty_t, in, "struct{}");
    FIELD(urma_cmd_free_jetty_t, in.handle, uint64_t);
    GROUP(urma_cmd_free_jetty_t, out, "struct{}");
    FIELD(urma_cmd_free_jetty_t, out.async_events_reported, uint32_t);
    FIELD(urma_cmd_free_jetty_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_set_jetty_opt_t);
    GROUP(urma_cmd_set_jetty_opt_t, in, "struct{}");
    FIELD(urma_cmd_set_jetty_opt_t, in.handle, uint64_t);
    FIELD(urma_cmd_set_jetty_opt_t, in.opt, uint64_t);
    FIELD(urma_cmd_set_jetty_opt_t, in.buf, uint64_t);
    FIELD(urma_cmd_set_jetty_opt_t, in.len, uint32_t);
    FIELD(urma_cmd_set_jetty_opt_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_get_jetty_opt_t);
    GROUP(urma_cmd_get_jetty_opt_t, in, "struct{}");
    FIELD(urma_cmd_get_jetty_opt_t, in.handle, uint64_t);
    FIELD(urma_cmd_get_jetty_opt_t, in.opt, uint64_t);
    FIELD(urma_cmd_get_jetty_opt_t, in.buf, uint64_t);
    FIELD(urma_cmd_get_jetty_opt_t, in.len, uint32_t);
    GROUP(urma_cmd_get_jetty_opt_t, out, "struct{}");
    FIELD(urma_cmd_get_jetty_opt_t, out.buf, uint64_t);
    FIELD(urma_cmd_get_jetty_opt_t, out.len, uint32_t);
    FIELD(urma_cmd_get_jetty_opt_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_active_jetty_t);
    GROUP(urma_cmd_active_jetty_t, in, "struct{}");
    FIELD(urma_cmd_active_jetty_t, in.flag, uint32_t);
    FIELD(urma_cmd_active_jetty_t, in.handle, uint64_t);
    FIELD(urma_cmd_active_jetty_t, in.send_jfc_handle, uint64_t);
    FIELD(urma_cmd_active_jetty_t, in.recv_jfc_handle, uint64_t);
    FIELD(urma_cmd_active_jetty_t, in.urma_jetty, uint64_t);
    FIELD(urma_cmd_active_jetty_t, in.jetty_opt, uint64_t);
    GROUP(urma_cmd_active_jetty_t, out, "struct{}");
    FIELD(urma_cmd_active_jetty_t, out.jetty_id, uint32_t);
    FIELD(urma_cmd_active_jetty_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_deactive_jetty_t);
    GROUP(urma_cmd_deactive_jetty_t, in, "struct{}");
    FIELD(urma_cmd_deactive_jetty_t, in.handle, uint64_t);
    FIELD(urma_cmd_deactive_jetty_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_create_jetty_grp_t);
    GROUP(urma_cmd_create_jetty_grp_t, in, "struct{}");
    FIELD(urma_cmd_create_jetty_grp_t, in.name, char[64]);
    FIELD(urma_cmd_create_jetty_grp_t, in.token, uint32_t);
    FIELD(urma_cmd_create_jetty_grp_t, in.id, uint32_t);
    FIELD(urma_cmd_create_jetty_grp_t, in.policy, uint32_t);
    FIELD(urma_cmd_create_jetty_grp_t, in.flag, uint32_t);
    FIELD(urma_cmd_create_jetty_grp_t, in.urma_jetty_grp, uint64_t);
    GROUP(urma_cmd_create_jetty_grp_t, out, "struct{}");
    FIELD(urma_cmd_create_jetty_grp_t, out.id, uint32_t);
    FIELD(urma_cmd_create_jetty_grp_t, out.handle, uint64_t);
    FIELD(urma_cmd_create_jetty_grp_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_delete_jetty_grp_t);
    GROUP(urma_cmd_delete_jetty_grp_t, in, "struct{}");
    FIELD(urma_cmd_delete_jetty_grp_t, in.handle, uint64_t);
    GROUP(urma_cmd_delete_jetty_grp_t, out, "struct{}");
    FIELD(urma_cmd_delete_jetty_grp_t, out.async_events_reported, uint32_t);
}
