#include "ub/umdk/urma/urma_cmd.h"

#include "../layout.h"

void layout_cmd_jfs(void)
{
    TYPE(urma_cmd_create_jfs_t);
    GROUP(urma_cmd_create_jfs_t, in, "struct{}");
    FIELD(urma_cmd_create_jfs_t, in.depth, uint32_t);
    FIELD(urma_cmd_create_jfs_t, in.flag, uint32_t);
    FIELD(urma_cmd_create_jfs_t, in.trans_mode, uint32_t);
    FIELD(urma_cmd_create_jfs_t, in.priority, uint8_t);
    FIELD(urma_cmd_create_jfs_t, in.max_sge, uint8_t);
    FIELD(urma_cmd_create_jfs_t, in.max_rsge, uint8_t);
    FIELD(urma_cmd_create_jfs_t, in.max_inline_data, uint32_t);
    FIELD(urma_cmd_create_jfs_t, in.retry_cnt, uint8_t);
    FIELD(urma_cmd_create_jfs_t, in.rnr_retry, uint8_t);
    FIELD(urma_cmd_create_jfs_t, in.err_timeout, uint8_t);
    FIELD(urma_cmd_create_jfs_t, in.jfc_id, uint32_t);
    FIELD(urma_cmd_create_jfs_t, in.jfc_handle, uint64_t);
    FIELD(urma_cmd_create_jfs_t, in.urma_jfs, uint64_t);
    GROUP(urma_cmd_create_jfs_t, out, "struct{}");
    FIELD(urma_cmd_create_jfs_t, out.id, uint32_t);
    FIELD(urma_cmd_create_jfs_t, out.depth, uint32_t);
    FIELD(urma_cmd_create_jfs_t, out.max_sge, uint8_t);
    FIELD(urma_cmd_create_jfs_t, out.max_rsge, uint8_t);
    FIELD(urma_cmd_create_jfs_t, out.max_inline_data, uint32_t);
    FIELD(urma_cmd_create_jfs_t, out.handle, uint64_t);
    FIELD(urma_cmd_create_jfs_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_modify_jfs_t);
    GROUP(urma_cmd_modify_jfs_t, in, "struct{}");
    FIELD(urma_cmd_modify_jfs_t, in.handle, uint64_t);
    FIELD(urma_cmd_modify_jfs_t, in.mask, uint32_t);
    FIELD(urma_cmd_modify_jfs_t, in.state, uint32_t);
    FIELD(urma_cmd_modify_jfs_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_query_jfs_t);
    GROUP(urma_cmd_query_jfs_t, in, "struct{}");
    FIELD(urma_cmd_query_jfs_t, in.handle, uint64_t);
    GROUP(urma_cmd_query_jfs_t, out, "struct{}");
    FIELD(urma_cmd_query_jfs_t, out.depth, uint32_t);
    FIELD(urma_cmd_query_jfs_t, out.flag, uint32_t);
    FIELD(urma_cmd_query_jfs_t, out.trans_mode, uint32_t);
    FIELD(urma_cmd_query_jfs_t, out.priority, uint8_t);
    FIELD(urma_cmd_query_jfs_t, out.max_sge, uint8_t);
    FIELD(urma_cmd_query_jfs_t, out.max_rsge, uint8_t);
    FIELD(urma_cmd_query_jfs_t, out.max_inline_data, uint32_t);
    FIELD(urma_cmd_query_jfs_t, out.retry_cnt, uint8_t);
    FIELD(urma_cmd_query_jfs_t, out.rnr_retry, uint8_t);
    FIELD(urma_cmd_query_jfs_t, out.err_timeout, uint8_t);
    FIELD(urma_cmd_query_jfs_t, out.state, uint32_t);

    TYPE(urma_cmd_delete_jfs_t);
    GROUP(urma_cmd_delete_jfs_t, in, "struct{}");
    FIELD(urma_cmd_delete_jfs_t, in.handle, uint64_t);
    GROUP(urma_cmd_delete_jfs_t, out, "struct{}");
    FIELD(urma_cmd_delete_jfs_t, out.async_events_reported, uint32_t);

    TYPE(urma_cmd_delete_jfs_batch_t);
    GROUP(urma_cmd_delete_jfs_batch_t, out, "struct{}");
    FIELD(urma_cmd_delete_jfs_batch_t, out.async_events_reported, uint32_t);
    FIELD(urma_cmd_delete_jfs_batch_t, out.bad_jfs_index, uint32_t);
    GROUP(urma_cmd_delete_jfs_batch_t, in, "struct{}");
    FIELD(urma_cmd_delete_jfs_batch_t, in.jfs_num, uint32_t);
    FIELD(urma_cmd_delete_jfs_batch_t, in.jfs_ptr, uint64_t);

    TYPE(urma_cmd_alloc_jfs_t);
    GROUP(urma_cmd_alloc_jfs_t, in, "struct{}");
    FIELD(urma_cmd_alloc_jfs_t, in.depth, uint32_t);
    FIELD(urma_cmd_alloc_jfs_t, in.flag, uint32_t);
    FIELD(urma_cmd_alloc_jfs_t, in.trans_mode, uint32_t);
    FIELD(urma_cmd_alloc_jfs_t, in.priority, uint8_t);
    FIELD(urma_cmd_alloc_jfs_t, in.max_sge, uint8_t);
    FIELD(urma_cmd_alloc_jfs_t, in.max_rsge, uint8_t);
    FIELD(urma_cmd_alloc_jfs_t, in.max_inline_data, uint32_t);
    FIELD(urma_cmd_alloc_jfs_t, in.rnr_retry, uint8_t);
    FIELD(urma_cmd_alloc_jfs_t, in.err_timeout, uint8_t);
    FIELD(urma_cmd_alloc_jfs_t, in.jfc_id, uint32_t);
    FIELD(urma_cmd_alloc_jfs_t, in.jfc_handle, uint64_t);
    FIELD(urma_cmd_alloc_jfs_t, in.urma_jfs, uint64_t);
    GROUP(urma_cmd_alloc_jfs_t, out, "struct{}");
    FIELD(urma_cmd_alloc_jfs_t, out.id, uint32_t);
    FIELD(urma_cmd_alloc_jfs_t, out.depth, uint32_t);
    FIELD(urma_cmd_alloc_jfs_t, out.max_sge, uint8_t);
    FIELD(urma_cmd_alloc_jfs_t, out.max_rsge, uint8_t);
    FIELD(urma_cmd_alloc_jfs_t, out.max_inline_data, uint32_t);
    FIELD(urma_cmd_alloc_jfs_t, out.handle, uint64_t);
    FIELD(urma_cmd_alloc_jfs_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_free_jfs_t);
    GROUP(urma_cmd_free_jfs_t, in, "struct{}");
    FIELD(urma_cmd_free_jfs_t, in.handle, uint64_t);
    GROUP(urma_cmd_free_jfs_t, out, "struct{}");
    FIELD(urma_cmd_free_jfs_t, out.async_events_reported, uint32_t);
    FIELD(urma_cmd_free_jfs_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_set_jfs_opt_t);
    GROUP(urma_cmd_set_jfs_opt_t, in, "struct{}");
    FIELD(urma_cmd_set_jfs_opt_t, in.handle, uint64_t);
    FIELD(urma_cmd_set_jfs_opt_t, in.opt, uint64_t);
    FIELD(urma_cmd_set_jfs_opt_t, in.buf, uint64_t);
    FIELD(urma_cmd_set_jfs_opt_t, in.len, uint32_t);
    FIELD(urma_cmd_set_jfs_opt_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_get_jfs_opt_t);
    GROUP(urma_cmd_get_jfs_opt_t, in, "struct{}");
    FIELD(urma_cmd_get_jfs_opt_t, in.handle, uint64_t);
    FIELD(urma_cmd_get_jfs_opt_t, in.opt, uint64_t);
    FIELD(urma_cmd_get_jfs_opt_t, in.buf, uint64_t);
    FIELD(urma_cmd_get_jfs_opt_t, in.len, uint32_t);
    GROUP(urma_cmd_get_jfs_opt_t, out, "struct{}");
    FIELD(urma_cmd_get_jfs_opt_t, out.buf, uint64_t);
    FIELD(urma_cmd_get_jfs_opt_t, out.len, uint32_t);
    FIELD(urma_cmd_get_jfs_opt_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_active_jfs_t);
    GROUP(urma_cmd_active_jfs_t, in, "struct{}");
    FIELD(urma_cmd_active_jfs_t, in.handle, uint64_t);
    FIELD(urma_cmd_active_jfs_t, in.depth, uint32_t);
    FIELD(urma_cmd_active_jfs_t, in.flag, uint32_t);
    FIELD(urma_cmd_active_jfs_t, in.trans_mode, uint32_t);
    FIELD(urma_cmd_active_jfs_t, in.priority, uint32_t);
    FIELD(urma_cmd_active_jfs_t, in.max_sge, uint8_t);
    FIELD(urma_cmd_active_jfs_t, in.max_rsge, uint8_t);
    FIELD(urma_cmd_active_jfs_t, in.max_inline_data, uint32_t);
    FIELD(urma_cmd_active_jfs_t, in.rnr_retry, uint8_t);
    FIELD(urma_cmd_active_jfs_t, in.err_timeout, uint8_t);
    FIELD(urma_cmd_active_jfs_t, in.jfc_id, uint32_t);
    FIELD(urma_cmd_active_jfs_t, in.jfc_handle, uint64_t);
    FIELD(urma_cmd_active_jfs_t, in.jfs_opt, uint64_t);
    GROUP(urma_cmd_active_jfs_t, out, "struct{}");
    FIELD(urma_cmd_active_jfs_t, out.id, uint32_t);
    FIELD(urma_cmd_active_jfs_t, out.depth, uint32_t);
    FIELD(urma_cmd_active_jfs_t, out.max_sge, uint8_t);
    FIELD(urma_cmd_active_jfs_t, out.max_rsge, uint8_t);
    FIELD(urma_cmd_active_jfs_t, out.max_inline_data, uint32_t);
    FIELD(urma_cmd_active_jfs_t, out.handle, uint64_t);
    FIELD(urma_cmd_active_jfs_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_deactive_jfs_t);
    GROUP(urma_cmd_deactive_jfs_t, in, "struct{}");
    FIELD(urma_cmd_deactive_jfs_t, in.handle, uint64_t);
    FIELD(urma_cmd_deactive_jfs_t, udata, urma_cmd_udrv_priv_t);
}
