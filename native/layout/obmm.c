#include "ub/obmm/libobmm.h"

#include "layout.h"

/* The library names its structs by their tags only. */
typedef struct obmm_mem_desc obmm_mem_desc;
typedef struct obmm_preimport_info obmm_preimport_info;

void layout_obmm(void)
{
    TYPE(obmm_mem_desc);
    FIELD(obmm_mem_desc, addr, uint64_t);
    FIELD(obmm_mem_desc, length, uint64_t);
    FIELD(obmm_mem_desc, seid, uint8_t[16]);
    FIELD(obmm_mem_desc, deid, uint8_t[16]);
    FIELD(obmm_mem_desc, tokenid, uint32_t);
    FIELD(obmm_mem_desc, scna, uint32_t);
    FIELD(obmm_mem_desc, dcna, uint32_t);
    FIELD(obmm_mem_desc, priv_len, uint16_t);
    FLEXIBLE(obmm_mem_desc, priv, uint8_t);

    TYPE(obmm_preimport_info);
    FIELD(obmm_preimport_info, pa, uint64_t);
    FIELD(obmm_preimport_info, length, uint64_t);
    FIELD(obmm_preimport_info, base_dist, int);
    FIELD(obmm_preimport_info, numa_id, int);
    FIELD(obmm_preimport_info, seid, uint8_t[16]);
    FIELD(obmm_preimport_info, deid, uint8_t[16]);
    FIELD(obmm_preimport_info, scna, uint32_t);
    FIELD(obmm_preimport_info, dcna, uint32_t);
    FIELD(obmm_preimport_info, priv_len, uint16_t);
    FLEXIBLE(obmm_preimport_info, priv, uint8_t);
}
