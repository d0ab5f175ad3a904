#include "ub/umdk/urma/urma_types.h"

#include "../layout.h"

void layout_types_region(void)
{
    TYPE(urma_ur_attr_t);
    GROUP(urma_ur_attr_t, bs, "struct{}");
    BITS(urma_ur_attr_t, bs.reserved, uint32_t);
    FIELD(urma_ur_attr_t, value, uint32_t);

    TYPE(urma_import_ur_flag_t);
    GROUP(urma_import_ur_flag_t, bs, "struct{}");
    BITS(urma_import_ur_flag_t, bs.mapping, uint32_t);
    BITS(urma_import_ur_flag_t, bs.reserved, uint32_t);
    FIELD(urma_import_ur_flag_t, value, uint32_t);

    TYPE(urma_ur_t);
    FIELD(urma_ur_t, name, char[256]);
    FIELD(urma_ur_t, size, uint64_t);
    FIELD(urma_ur_t, attr, urma_ur_attr_t);
    FIELD(urma_ur_t, token, uint64_t);
    FIELD(urma_ur_t, user_ctx, uint64_t);

    TYPE(urma_target_ur_t);
    FIELD(urma_target_ur_t, name, char[256]);
    FIELD(urma_target_ur_t, size, uint64_t);
    FIELD(urma_target_ur_t, flag, urma_import_ur_flag_t);
    FIELD(urma_target_ur_t, tseg_list, urma_target_seg_t **);
    FIELD(urma_target_ur_t, cnt, uint32_t);

    TYPE(urma_seg_info_t);
    FIELD(urma_seg_info_t, seg, urma_seg_t);
    FIELD(urma_seg_info_t, idx_in_ur, uint32_t);

    TYPE(urma_ur_info_t);
    FIELD(urma_ur_info_t, name, char[256]);
    FIELD(urma_ur_info_t, size, uint64_t);
    FIELD(urma_ur_info_t, attr, urma_ur_attr_t);
    FIELD(urma_ur_info_t, cnt, uint32_t);
    FLEXIBLE(urma_ur_info_t, seg_list, urma_seg_info_t);

    TYPE(urma_jfr_info_t);
    FIELD(urma_jfr_info_t, name, char[256]);
    FIELD(urma_jfr_info_t, eid, urma_eid_t);
    FIELD(urma_jfr_info_t, uasid, uint32_t);
    FIELD(urma_jfr_info_t, id, uint32_t);
}
