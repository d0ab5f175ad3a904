#include "ub/umdk/urma/urma_cmd.h"

#include "../layout.h"

void layout_cmd_jfc(void)
{
    TYPE(urma_cmd_create_jfc_t);
    GROUP(urma_cmd_create_jfc_t, in, "struct{}");
    FIELD(urma_cmd_create_jfc_t, in.depth, uint32_t);
    FIELD(urma_cmd_create_jfc_t, in.flag, uint32_t);
    FIELD(urma_cmd_create_jfc_t, in.jfce_fd, int);
    FIELD(urma_cmd_create_jfc_t, in.urma_jfc, uint64_t);
    FIELD(urma_cmd_create_jfc_t, in.ceqn, uint32_t);
    GROUP(urma_cmd_create_jfc_t, out, "struct{}");
    FIELD(urma_cmd_create_jfc_t, out.id, uint32_t);
    FIELD(urma_cmd_create_jfc_t, out.depth, uint32_t);
    FIELD(urma_cmd_create_jfc_t, out.handle, uint64_t);
    FIELD(urma_cmd_create_jfc_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_modify_jfc_t);
    GROUP(urma_cmd_modify_jfc_t, in, "struct{}");
    FIELD(urma_cmd_modify_jfc_t, in.handle, uint64_t);
    FIELD(urma_cmd_modify_jfc_t, in.mask, uint32_t);
    FIELD(urma_cmd_modify_jfc_t, in.moderate_count, uint16_t);
    FIELD(urma_cmd_modify_jfc_t, in.moderate_period, uint16_t);
    FIELD(urma_cmd_modify_jfc_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_delete_jfc_t);
    GROUP(urma_cmd_delete_jfc_t, in, "struct{}");
    FIELD(urma_cmd_delete_jfc_t, in.handle, uint64_t);
    GROUP(urma_cmd_delete_jfc_t, out, "struct{}");
    FIELD(urma_cmd_delete_jfc_t, out.comp_events_reported, uint32_t);
    FIELD(urma_cmd_delete_jfc_t, out.async_events_reported, uint32_t);

    TYPE(urma_cmd_delete_jfc_batch_t);
    GROUP(urma_cmd_delete_jfc_batch_t, out, "struct{}");
    FIELD(urma_cmd_delete_jfc_batch_t, out.comp_events_reported, uint32_t);
    FIELD(urma_cmd_delete_jfc_batch_t, out.async_events_reported, uint32_t);
    FIELD(urma_cmd_delete_jfc_batch_t, out.bad_jfc_index, uint32_t);
    GROUP(urma_cmd_delete_jfc_batch_t, in, "struct{}");
    FIELD(urma_cmd_delete_jfc_batch_t, in.jfc_num, uint32_t);
    FIELD(urma_cmd_delete_jfc_batch_t, in.jfc_ptr, uint64_t);

    TYPE(urma_cmd_alloc_jfc_t);
    GROUP(urma_cmd_alloc_jfc_t, in, "struct{}");
    FIELD(urma_cmd_alloc_jfc_t, in.depth, uint32_t);
    FIELD(urma_cmd_alloc_jfc_t, in.flag, uint32_t);
    FIELD(urma_cmd_alloc_jfc_t, in.jfce_fd, int);
    FIELD(urma_cmd_alloc_jfc_t, in.urma_jfc, uint64_t);
    FIELD(urma_cmd_alloc_jfc_t, in.ceqn, uint32_t);
    GROUP(urma_cmd_alloc_jfc_t, out, "struct{}");
    FIELD(urma_cmd_alloc_jfc_t, out.id, uint32_t);
    FIELD(urma_cmd_alloc_jfc_t, out.depth, uint32_t);
    FIELD(urma_cmd_alloc_jfc_t, out.handle, uint64_t);
    FIELD(urma_cmd_alloc_jfc_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_free_jfc_t);
    GROUP(urma_cmd_free_jfc_t, in, "struct{}");
    FIELD(urma_cmd_free_jfc_t, in.handle, uint64_t);
    GROUP(urma_cmd_free_jfc_t, out, "struct{}");
    FIELD(urma_cmd_free_jfc_t, out.comp_events_reported, uint32_t);
    FIELD(urma_cmd_free_jfc_t, out.async_events_reported, uint32_t);
    FIELD(urma_cmd_free_jfc_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_set_jfc_opt_t);
    GROUP(urma_cmd_set_jfc_opt_t, in, "struct{}");
    FIELD(urma_cmd_set_jfc_opt_t, in.handle, uint64_t);
    FIELD(urma_cmd_set_jfc_opt_t, in.opt, uint64_t);
    FIELD(urma_cmd_set_jfc_opt_t, in.buf, uint64_t);
    FIELD(urma_cmd_set_jfc_opt_t, in.len, uint32_t);
    FIELD(urma_cmd_set_jfc_opt_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_get_jfc_opt_t);
    GROUP(urma_cmd_get_jfc_opt_t, in, "struct{}");
    FIELD(urma_cmd_get_jfc_opt_t, in.handle, uint64_t);
    FIELD(urma_cmd_get_jfc_opt_t, in.opt, uint64_t);
    FIELD(urma_cmd_get_jfc_opt_t, in.buf, uint64_t);
    FIELD(urma_cmd_get_jfc_opt_t, in.len, uint32_t);
    GROUP(urma_cmd_get_jfc_opt_t, out, "struct{}");
    FIELD(urma_cmd_get_jfc_opt_t, out.buf, uint64_t);
    FIELD(urma_cmd_get_jfc_opt_t, out.len, uint32_t);
    FIELD(urma_cmd_get_jfc_opt_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_active_jfc_t);
    GROUP(urma_cmd_active_jfc_t, in, "struct{}");
    FIELD(urma_cmd_active_jfc_t, in.handle, uint64_t);
    FIELD(urma_cmd_active_jfc_t, in.depth, uint32_t);
    FIELD(urma_cmd_active_jfc_t, in.flag, uint32_t);
    FIELD(urma_cmd_active_jfc_t, in.ceqn, uint32_t);
    FIELD(urma_cmd_active_jfc_t, in.urma_jfc_opt, uint64_t);
    GROUP(urma_cmd_active_jfc_t, out, "struct{}");
    FIELD(urma_cmd_active_jfc_t, out.id, uint32_t);
    FIELD(urma_cmd_active_jfc_t, out.depth, uint32_t);
    FIELD(urma_cmd_active_jfc_t, out.handle, uint64_t);
    FIELD(urma_cmd_active_jfc_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_deactive_jfc_t);
    GROUP(urma_cmd_deactive_jfc_t, in, "struct{}");
    FIELD(urma_cmd_deactive_jfc_t, in.handle, uint64_t);
    FIELD(urma_cmd_deactive_jfc_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_create_jfce_t);
    GROUP(urma_cmd_create_jfce_t, out, "struct{}");
    FIELD(urma_cmd_create_jfce_t, out.fd, int);
}
