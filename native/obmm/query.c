/* Addresses and ids. What passes for a physical address is the address on the bus. */
#include <errno.h>

#include "obmm.h"
#include "table.h"

OBMM_API int obmm_query_memid_by_pa(unsigned long pa, mem_id *id, unsigned long *offset)
{
    open_table_t opened;
    if (!table_open(&opened)) {
        return -1;
    }

    int result = -1;
    errno = ENOENT;
    for (int i = 0; i < TABLE_ENTRIES && result != 0; i++) {
        const entry_t *entry = &opened.table->entries[i];
        if (entry->id == OBMM_INVALID_MEMID || pa < entry->addr || pa - entry->addr >= entry->length) {
            continue;
        }

        if (id != NULL) {
            *id = entry->id;
        }

        if (offset != NULL) {
            *offset = pa - entry->addr;
        }

        result = 0;
    }

    table_close(&opened);
    return result;
}

OBMM_API int obmm_query_pa_by_memid(mem_id id, unsigned long offset, unsigned long *pa)
{
    open_table_t opened;
    if (!table_open(&opened)) {
        return -1;
    }

    int result = -1;
    const entry_t *entry = table_find(opened.table, id);
    if (entry != NULL && offset >= entry->length) {
        errno = EINVAL;
    } else if (entry != NULL) {
        if (pa != NULL) {
            *pa = entry->addr + offset;
        }

        result = 0;
    }

    table_close(&opened);
    return result;
}
