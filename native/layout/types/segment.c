#include "ub/umdk/urma/urma_types.h"

#include "../layout.h"

void layout_types_segment(void)
{
    TYPE(urma_ubva_t);
    FIELD(urma_ubva_t, eid, urma_eid_t);
    FIELD(urma_ubva_t, uasid, uint32_t);
    FIELD(urma_ubva_t, va, uint64_t);

    TYPE(urma_reg_seg_flag_t);
    GROUP(urma_reg_seg_flag_t, bs, "struct{}");
    BITS(urma_reg_seg_flag_t, bs.token_policy, uint32_t);
    BITS(urma_reg_seg_flag_t, bs.cacheable, uint32_t);
    BITS(urma_reg_seg_flag_t, bs.dsva, uint32_t);
    BITS(urma_reg_seg_flag_t, bs.access, uint32_t);
    BITS(urma_reg_seg_flag_t, bs.non_pin, uint32_t);
    BITS(urma_reg_seg_flag_t, bs.user_iova, uint32_t);
    BITS(urma_reg_seg_flag_t, bs.token_id_valid, uint32_t);
    BITS(urma_reg_seg_flag_t, bs.reserved, uint32_t);
    FIELD(urma_reg_seg_flag_t, value, uint32_t);

    TYPE(urma_seg_attr_t);
    GROUP(urma_seg_attr_t, bs, "struct{}");
    BITS(urma_seg_attr_t, bs.token_policy, uint32_t);
    BITS(urma_seg_attr_t, bs.cacheable, uint32_t);
    BITS(urma_seg_attr_t, bs.dsva, uint32_t);
    BITS(urma_seg_attr_t, bs.access, uint32_t);
    BITS(urma_seg_attr_t, bs.non_pin, uint32_t);
    BITS(urma_seg_attr_t, bs.user_iova, uint32_t);
    BITS(urma_seg_attr_t, bs.user_token_id, uint32_t);
    BITS(urma_seg_attr_t, bs.has_user_info, uint32_t);
    BITS(urma_seg_attr_t, bs.reserved, uint32_t);
    FIELD(urma_seg_attr_t, value, uint32_t);

    TYPE(urma_import_seg_flag_t);
    GROUP(urma_import_seg_flag_t, bs, "struct{}");
    BITS(urma_import_seg_flag_t, bs.cacheable, uint32_t);
    BITS(urma_import_seg_flag_t, bs.access, uint32_t);
    BITS(urma_import_seg_flag_t, bs.mapping, uint32_t);
    BITS(urma_import_seg_flag_t, bs.reserved, uint32_t);
    FIELD(urma_import_seg_flag_t, value, uint32_t);

    TYPE(urma_token_id_flag_t);
    GROUP(urma_token_id_flag_t, bs, "struct{}");
    BITS(urma_token_id_flag_t, bs.multi_seg, uint32_t);
    BITS(urma_token_id_flag_t, bs.reserved, uint32_t);
    FIELD(urma_token_id_flag_t, value, uint32_t);

    TYPE(urma_token_id_t);
    FIELD(urma_token_id_t, urma_ctx, urma_context_t *);
    FIELD(urma_token_id_t, token_id, uint32_t);
    FIELD(urma_token_id_t, handle, uint64_t);
    FIELD(urma_token_id_t, ref, urma_ref_t);
    FIELD(urma_token_id_t, flag, urma_token_id_flag_t);

    TYPE(urma_seg_cfg_t);
    FIELD(urma_seg_cfg_t, va, uint64_t);
    FIELD(urma_seg_cfg_t, len, uint64_t);
    FIELD(urma_seg_cfg_t, token_id, urma_token_id_t *);
    FIELD(urma_seg_cfg_t, token_value, urma_token_t);
    FIELD(urma_seg_cfg_t, flag, urma_reg_seg_flag_t);
    FIELD(urma_seg_cfg_t, user_ctx, uint64_t);
    FIELD(urma_seg_cfg_t, iova, uint64_t);

    TYPE(urma_seg_t);
    FIELD(urma_seg_t, ubva, urma_ubva_t);
    FIELD(urma_seg_t, len, uint64_t);
    FIELD(urma_seg_t, attr, urma_seg_attr_t);
    FIELD(urma_seg_t, token_id, uint32_t);

    TYPE(urma_target_seg_t);
    FIELD(urma_target_seg_t, seg, urma_seg_t);
    FIELD(urma_target_seg_t, user_ctx, uint64_t);
    FIELD(urma_target_seg_t, mva, uint64_t);
    FIELD(urma_target_seg_t, urma_ctx, urma_context_t *);
    FIELD(urma_target_seg_t, token_id, urma_token_id_t *);
    FIELD(urma_target_seg_t, handle, uint64_t);

    TYPE(urma_user_tseg_t);
    FIELD(urma_user_tseg_t, attr, urma_seg_attr_t);
    FIELD(urma_user_tseg_t, token_id, uint32_t);
    FIELD(urma_user_tseg_t, token_value, urma_token_t);
}
