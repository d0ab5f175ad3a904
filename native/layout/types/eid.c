#include "ub/umdk/urma/urma_types.h"

#include "../layout.h"

void layout_types_eid(void)
{
    TYPE(urma_eid_t);
    FIELD(urma_eid_t, raw, uint8_t[16]);
    GROUP(urma_eid_t, in4, "struct{}");
    FIELD(urma_eid_t, in4.reserved, uint64_t);
    FIELD(urma_eid_t, in4.prefix, uint32_t);
    FIELD(urma_eid_t, in4.addr, uint32_t);
    GROUP(urma_eid_t, in6, "struct{}");
    FIELD(urma_eid_t, in6.subnet_prefix, uint64_t);
    FIELD(urma_eid_t, in6.interface_id, uint64_t);

    TYPE(urma_eid_info_t);
    FIELD(urma_eid_info_t, eid, urma_eid_t);
    FIELD(urma_eid_info_t, eid_index, uint32_t);

    TYPE(urma_guid_t);
    FIELD(urma_guid_t, raw, uint8_t[16]);

    TYPE(urma_token_t);
    FIELD(urma_token_t, token, uint32_t);
}
