/* Memory of other nodes. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "holders.h"
#include "obmm.h"
#include "table.h"

/* The export at this place on the bus; NULL with errno. */
static entry_t *exported_at(table_t *table, const struct obmm_mem_desc *desc)
{
    for (int i = 0; i < TABLE_ENTRIES; i++) {
        entry_t *entry = &table->entries[i];
        if (entry->id != OBMM_INVALID_MEMID && entry->kind != ENTRY_IMPORT && entry->addr == desc->addr) {
            bool same = memcmp(entry->deid, desc->deid, sizeof(entry->deid)) == 0 && entry->length == desc->length;
            errno = same ? EPERM : EINVAL;
            return same && entry->tokenid == desc->tokenid ? entry : NULL;
        }
    }

    /* Nothing decodes the address. */
    errno = ENODEV;
    return NULL;
}

static mem_id register_import(table_t *table, const struct obmm_mem_desc *desc)
{
    entry_t *source = exported_at(table, desc);
    entry_t *entry = source == NULL ? NULL : table_free_entry(table);
    if (entry == NULL) {
        return OBMM_INVALID_MEMID;
    }

    char memory[PATH_MAX];
    char node[PATH_MAX];
    table_memory_path(memory, source->id);
    table_node_path(node, table->next_id);

    /* The id is not in use: what is there was left by a process that was killed while it imported. */
    unlink(node);
    if (link(memory, node) != 0) {
        return OBMM_INVALID_MEMID;
    }

    mem_id id = table->next_id++;
    *entry = (entry_t){
        .addr = desc->addr,
        .length = desc->length,
        .source = source->id,
        .kind = ENTRY_IMPORT,
        .tokenid = desc->tokenid,
        .owner = process_self(),
    };
    entry->id = id;
    return id;
}

OBMM_API mem_id obmm_import(const struct obmm_mem_desc *desc, unsigned long flags, int base_dist, int *numa)
{
    bool mapped = (flags & OBMM_IMPORT_FLAG_ALLOW_MMAP) != 0;
    bool borrowed = (flags & OBMM_IMPORT_FLAG_NUMA_REMOTE) != 0;
    bool early = (flags & OBMM_IMPORT_FLAG_PREIMPORT) != 0;
    bool far = borrowed && !early && (base_dist < 0 || base_dist > 255 || (base_dist > 0 && base_dist <= 10));
    if (desc == NULL || (flags & ~OBMM_IMPORT_FLAG_MASK) != 0 || mapped == borrowed || (early && !borrowed) || far ||
        desc->priv_len > OBMM_MAX_PRIV_LEN || desc->length == 0 || desc->addr == 0 ||
        desc->length % OBMM_GRANULARITY != 0 || desc->addr % OBMM_GRANULARITY != 0) {
        errno = EINVAL;
        return OBMM_INVALID_MEMID;
    }

    if (borrowed) {
        /* Only the kernel can bring a NUMA node up. */
        errno = ENOTSUP;
        return OBMM_INVALID_MEMID;
    }

    open_table_t opened;
    if (!table_open(&opened)) {
        return OBMM_INVALID_MEMID;
    }

    mem_id id = register_import(opened.table, desc);
    table_close(&opened);
    if (id != OBMM_INVALID_MEMID && numa != NULL) {
        *numa = -1;
    }

    return id;
}

OBMM_API int obmm_unimport(mem_id id, unsigned long flags)
{
    if (id == OBMM_INVALID_MEMID || flags != 0) {
        errno = EINVAL;
        return -1;
    }

    open_table_t opened;
    if (!table_open(&opened)) {
        return -1;
    }

    int result = -1;
    entry_t *entry = table_find(opened.table, id);
    if (entry != NULL && entry->kind != ENTRY_IMPORT) {
        errno = EINVAL;
    } else if (entry != NULL && holders_of_node(id)) {
        errno = EBUSY;
    } else if (entry != NULL) {
        table_remove(entry);
        result = 0;
    }

    table_close(&opened);
    return result;
}

OBMM_API int obmm_preimport(struct obmm_preimport_info *preimport_info, unsigned long flags)
{
    (void)flags;
    errno = preimport_info == NULL ? EINVAL : ENOTSUP;
    return -1;
}

OBMM_API int obmm_unpreimport(const struct obmm_preimport_info *preimport_info, unsigned long flags)
{
    (void)flags;
    errno = preimport_info == NULL ? EINVAL : ENOTSUP;
    return -1;
}
