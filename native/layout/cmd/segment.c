#include "ub/umdk/urma/urma_cmd.h"

#include "../layout.h"

void layout_cmd_segment(void)
{
    TYPE(urma_cmd_alloc_token_id_t);
    GROUP(urma_cmd_alloc_token_id_t, in, "struct{}");
    FIELD(urma_cmd_alloc_token_id_t, in.flag, urma_token_id_flag_t);
    GROUP(urma_cmd_alloc_token_id_t, out, "struct{}");
    FIELD(urma_cmd_alloc_token_id_t, out.token_id, uint32_t);
    FIELD(urma_cmd_alloc_token_id_t, out.handle, uint64_t);
    FIELD(urma_cmd_alloc_token_id_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_free_token_id_t);
    GROUP(urma_cmd_free_token_id_t, in, "struct{}");
    FIELD(urma_cmd_free_token_id_t, in.handle, uint64_t);
    FIELD(urma_cmd_free_token_id_t, in.token_id, uint32_t);
    FIELD(urma_cmd_free_token_id_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_register_seg_t);
    GROUP(urma_cmd_register_seg_t, in, "struct{}");
    FIELD(urma_cmd_register_seg_t, in.va, uint64_t);
    FIELD(urma_cmd_register_seg_t, in.len, uint64_t);
    FIELD(urma_cmd_register_seg_t, in.token_id, uint32_t);
    FIELD(urma_cmd_register_seg_t, in.token_id_handle, uint64_t);
    FIELD(urma_cmd_register_seg_t, in.token, uint32_t);
    FIELD(urma_cmd_register_seg_t, in.flag, uint32_t);
    GROUP(urma_cmd_register_seg_t, out, "struct{}");
    FIELD(urma_cmd_register_seg_t, out.token_id, uint32_t);
    FIELD(urma_cmd_register_seg_t, out.handle, uint64_t);
    FIELD(urma_cmd_register_seg_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_unregister_seg_t);
    GROUP(urma_cmd_unregister_seg_t, in, "struct{}");
    FIELD(urma_cmd_unregister_seg_t, in.handle, uint64_t);

    TYPE(urma_cmd_import_seg_t);
    GROUP(urma_cmd_import_seg_t, in, "struct{}");
    FIELD(urma_cmd_import_seg_t, in.eid, uint8_t[16]);
    FIELD(urma_cmd_import_seg_t, in.va, uint64_t);
    FIELD(urma_cmd_import_seg_t, in.len, uint64_t);
    FIELD(urma_cmd_import_seg_t, in.flag, uint32_t);
    FIELD(urma_cmd_import_seg_t, in.token, uint32_t);
    FIELD(urma_cmd_import_seg_t, in.token_id, uint32_t);
    FIELD(urma_cmd_import_seg_t, in.mva, uint64_t);
    GROUP(urma_cmd_import_seg_t, out, "struct{}");
    FIELD(urma_cmd_import_seg_t, out.handle, uint64_t);
    FIELD(urma_cmd_import_seg_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_unimport_seg_t);
    GROUP(urma_cmd_unimport_seg_t, in, "struct{}");
    FIELD(urma_cmd_unimport_seg_t, in.handle, uint64_t);
}
