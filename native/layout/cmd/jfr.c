#include "ub/umdk/urma/urma_cmd.h"

#include "../layout.h"

void layout_cmd_jfr(void)
{
    TYPE(urma_cmd_create_jfr_t);
    GROUP(urma_cmd_create_jfr_t, in, "struct{}");
    FIELD(urma_cmd_create_jfr_t, in.depth, uint32_t);
    FIELD(urma_cmd_create_jfr_t, in.flag, uint32_t);
    FIELD(urma_cmd_create_jfr_t, in.trans_mode, uint32_t);
    FIELD(urma_cmd_create_jfr_t, in.max_sge, uint8_t);
    FIELD(urma_cmd_create_jfr_t, in.min_rnr_timer, uint8_t);
    FIELD(urma_cmd_create_jfr_t, in.jfc_id, uint32_t);
    FIELD(urma_cmd_create_jfr_t, in.jfc_handle, uint64_t);
    FIELD(urma_cmd_create_jfr_t, in.token, uint32_t);
    FIELD(urma_cmd_create_jfr_t, in.id, uint32_t);
    FIELD(urma_cmd_create_jfr_t, in.urma_jfr, uint64_t);
    GROUP(urma_cmd_create_jfr_t, out, "struct{}");
    FIELD(urma_cmd_create_jfr_t, out.id, uint32_t);
    FIELD(urma_cmd_create_jfr_t, out.depth, uint32_t);
    FIELD(urma_cmd_create_jfr_t, out.max_sge, uint8_t);
    FIELD(urma_cmd_create_jfr_t, out.handle, uint64_t);
    FIELD(urma_cmd_create_jfr_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_modify_jfr_t);
    GROUP(urma_cmd_modify_jfr_t, in, "struct{}");
    FIELD(urma_cmd_modify_jfr_t, in.handle, uint64_t);
    FIELD(urma_cmd_modify_jfr_t, in.mask, uint32_t);
    FIELD(urma_cmd_modify_jfr_t, in.rx_threshold, uint32_t);
    FIELD(urma_cmd_modify_jfr_t, in.state, uint32_t);
    FIELD(urma_cmd_modify_jfr_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_query_jfr_t);
    GROUP(urma_cmd_query_jfr_t, in, "struct{}");
    FIELD(urma_cmd_query_jfr_t, in.handle, uint64_t);
    GROUP(urma_cmd_query_jfr_t, out, "struct{}");
    FIELD(urma_cmd_query_jfr_t, out.depth, uint32_t);
    FIELD(urma_cmd_query_jfr_t, out.flag, uint32_t);
    FIELD(urma_cmd_query_jfr_t, out.trans_mode, uint32_t);
    FIELD(urma_cmd_query_jfr_t, out.max_sge, uint8_t);
    FIELD(urma_cmd_query_jfr_t, out.min_rnr_timer, uint8_t);
    FIELD(urma_cmd_query_jfr_t, out.token, uint32_t);
    FIELD(urma_cmd_query_jfr_t, out.id, uint32_t);
    FIELD(urma_cmd_query_jfr_t, out.rx_threshold, uint32_t);
    FIELD(urma_cmd_query_jfr_t, out.state, uint32_t);

    TYPE(urma_cmd_delete_jfr_t);
    GROUP(urma_cmd_delete_jfr_t, in, "struct{}");
    FIELD(urma_cmd_delete_jfr_t, in.handle, uint64_t);
    GROUP(urma_cmd_delete_jfr_t, out, "struct{}");
    FIELD(urma_cmd_delete_jfr_t, out.async_events_reported, uint32_t);

    TYPE(urma_cmd_delete_jfr_batch_t);
    GROUP(urma_cmd_delete_jfr_batch_t, out, "struct{}");
    FIELD(urma_cmd_delete_jfr_batch_t, out.async_events_reported, uint32_t);
    FIELD(urma_cmd_delete_jfr_batch_t, out.bad_jfr_index, uint32_t);
    GROUP(urma_cmd_delete_jfr_batch_t, in, "struct{}");
    FIELD(urma_cmd_delete_jfr_batch_t, in.jfr_num, uint32_t);
    FIELD(urma_cmd_delete_jfr_batch_t, in.jfr_ptr, uint64_t);

    TYPE(urma_cmd_alloc_jfr_t);
    GROUP(urma_cmd_alloc_jfr_t, in, "struct{}");
    FIELD(urma_cmd_alloc_jfr_t, in.depth, uint32_t);
    FIELD(urma_cmd_alloc_jfr_t, in.flag, uint32_t);
    FIELD(urma_cmd_alloc_jfr_t, in.trans_mode, uint32_t);
    FIELD(urma_cmd_alloc_jfr_t, in.max_sge, uint8_t);
    FIELD(urma_cmd_alloc_jfr_t, in.min_rnr_timer, uint8_t);
    FIELD(urma_cmd_alloc_jfr_t, in.jfc_id, uint32_t);
    FIELD(urma_cmd_alloc_jfr_t, in.jfc_handle, uint64_t);
    FIELD(urma_cmd_alloc_jfr_t, in.token, uint32_t);
    FIELD(urma_cmd_alloc_jfr_t, in.id, uint32_t);
    FIELD(urma_cmd_alloc_jfr_t, in.urma_jfr, uint64_t);
    GROUP(urma_cmd_alloc_jfr_t, out, "struct{}");
    FIELD(urma_cmd_alloc_jfr_t, out.id, uint32_t);
    FIELD(urma_cmd_alloc_jfr_t, out.depth, uint32_t);
    FIELD(urma_cmd_alloc_jfr_t, out.handle, uint64_t);
    FIELD(urma_cmd_alloc_jfr_t, out.max_sge, uint8_t);
    FIELD(urma_cmd_alloc_jfr_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_free_jfr_t);
    GROUP(urma_cmd_free_jfr_t, in, "struct{}");
    FIELD(urma_cmd_free_jfr_t, in.handle, uint64_t);
    GROUP(urma_cmd_free_jfr_t, out, "struct{}");
    FIELD(urma_cmd_free_jfr_t, out.async_events_reported, uint32_t);
    FIELD(urma_cmd_free_jfr_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_set_jfr_opt_t);
    GROUP(urma_cmd_set_jfr_opt_t, in, "struct{}");
    FIELD(urma_cmd_set_jfr_opt_t, in.handle, uint64_t);
    FIELD(urma_cmd_set_jfr_opt_t, in.opt, uint64_t);
    FIELD(urma_cmd_set_jfr_opt_t, in.buf, uint64_t);
    FIELD(urma_cmd_set_jfr_opt_t, in.len, uint32_t);
    FIELD(urma_cmd_set_jfr_opt_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_get_jfr_opt_t);
    GROUP(urma_cmd_get_jfr_opt_t, in, "struct{}");
    FIELD(urma_cmd_get_jfr_opt_t, in.handle, uint64_t);
    FIELD(urma_cmd_get_jfr_opt_t, in.opt, uint64_t);
    FIELD(urma_cmd_get_jfr_opt_t, in.buf, uint64_t);
    FIELD(urma_cmd_get_jfr_opt_t, in.len, uint32_t);
    GROUP(urma_cmd_get_jfr_opt_t, out, "struct{}");
    FIELD(urma_cmd_get_jfr_opt_t, out.buf, uint64_t);
    FIELD(urma_cmd_get_jfr_opt_t, out.len, uint32_t);
    FIELD(urma_cmd_get_jfr_opt_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_active_jfr_t);
    GROUP(urma_cmd_active_jfr_t, in, "struct{}");
    FIELD(urma_cmd_active_jfr_t, in.handle, uint64_t);
    FIELD(urma_cmd_active_jfr_t, in.depth, uint32_t);
    FIELD(urma_cmd_active_jfr_t, in.flag, uint32_t);
    FIELD(urma_cmd_active_jfr_t, in.trans_mode, uint32_t);
    FIELD(urma_cmd_active_jfr_t, in.max_sge, uint8_t);
    FIELD(urma_cmd_active_jfr_t, in.min_rnr_timer, uint8_t);
    FIELD(urma_cmd_active_jfr_t, in.jfc_id, uint32_t);
    FIELD(urma_cmd_active_jfr_t, in.jfc_handle, uint64_t);
    FIELD(urma_cmd_active_jfr_t, in.token_value, uint32_t);
    FIELD(urma_cmd_active_jfr_t, in.jfr_opt, uint64_t);
    GROUP(urma_cmd_active_jfr_t, out, "struct{}");
    FIELD(urma_cmd_active_jfr_t, out.id, uint32_t);
    FIELD(urma_cmd_active_jfr_t, out.depth, uint32_t);
    FIELD(urma_cmd_active_jfr_t, out.handle, uint64_t);
    FIELD(urma_cmd_active_jfr_t, out.max_sge, uint8_t);
    FIELD(urma_cmd_active_jfr_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_deactive_jfr_t);
    GROUP(urma_cmd_deactive_jfr_t, in, "struct{}");
    FIELD(urma_cmd_deactive_jfr_t, in.handle, uint64_t);
    FIELD(urma_cmd_deactive_jfr_t, udata, urma_cmd_udrv_priv_t);
}
