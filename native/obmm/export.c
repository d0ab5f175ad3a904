/* Memory of this node, for others. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "holders.h"
#include "obmm.h"
#include "table.h"

static bool node_exists(int node)
{
    char path[64];
    snprintf(path, sizeof(path), "/sys/devices/system/node/node%d", node);
    /* Where the kernel shows no nodes there is one. */
    return node == 0 || access(path, F_OK) == 0;
}

/* The sum, or 0 with errno. */
static uint64_t total_of(const size_t length[OBMM_MAX_LOCAL_NUMA_NODES])
{
    uint64_t total = 0;
    for (int node = 0; node < OBMM_MAX_LOCAL_NUMA_NODES; node++) {
        if (length[node] % OBMM_GRANULARITY != 0) {
            errno = EINVAL;
            return 0;
        }

        if (length[node] != 0 && !node_exists(node)) {
            errno = ENODEV;
            return 0;
        }

        if (__builtin_add_overflow(total, length[node], &total) || total > INT64_MAX) {
            errno = EOVERFLOW;
            return 0;
        }
    }

    errno = EINVAL;
    return total;
}

/* A file whose memory is there: the exporter learns here that there is not enough, not by dying later. */
static int create_memory(uint64_t id, uint64_t length)
{
    char path[PATH_MAX];
    table_memory_path(path, id);

    /* The id is not in use: what is there was left by a process that was killed while it exported. */
    unlink(path);
    int memory = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (memory < 0) {
        return -1;
    }

    int error = posix_fallocate(memory, 0, (off_t)length);
    if (error != 0) {
        close(memory);
        unlink(path);
        errno = error == ENOSPC || error == EFBIG ? ENOMEM : error;
        return -1;
    }

    return memory;
}

static bool show_node(uint64_t id)
{
    char memory[PATH_MAX];
    char node[PATH_MAX];
    table_memory_path(memory, id);
    table_node_path(node, id);
    unlink(node);
    if (link(memory, node) == 0) {
        return true;
    }

    int error = errno;
    unlink(memory);
    errno = error;
    return false;
}

static uint32_t random_token(void)
{
    uint32_t token = 0;
    if (getrandom(&token, sizeof(token), 0) != (ssize_t)sizeof(token)) {
        token = (uint32_t)getpid();
    }

    /* A token id has 20 bits on the bus, and 0 is none. */
    return (token & 0xfffff) | 1;
}

static mem_id register_export(table_t *table, entry_t *entry, entry_kind_t kind, uint64_t length, struct obmm_mem_desc *desc)
{
    mem_id id = table->next_id++;
    *entry = (entry_t){
        .addr = table->next_addr,
        .length = length,
        .kind = kind,
        .tokenid = random_token(),
        .owner = process_self(),
    };
    memcpy(entry->deid, desc->deid, sizeof(entry->deid));
    table->next_addr += length;
    entry->id = id;

    desc->addr = entry->addr;
    desc->length = length;
    desc->tokenid = entry->tokenid;
    desc->scna = 0;
    desc->dcna = 0;
    return id;
}

OBMM_API mem_id obmm_export(const size_t length[OBMM_MAX_LOCAL_NUMA_NODES], unsigned long flags, struct obmm_mem_desc *desc)
{
    if (length == NULL || desc == NULL || (flags & ~OBMM_EXPORT_FLAG_MASK) != 0 || desc->priv_len > OBMM_MAX_PRIV_LEN) {
        errno = EINVAL;
        return OBMM_INVALID_MEMID;
    }

    uint64_t total = total_of(length);
    open_table_t opened;
    if (total == 0 || !table_open(&opened)) {
        return OBMM_INVALID_MEMID;
    }

    mem_id id = OBMM_INVALID_MEMID;
    entry_t *entry = table_free_entry(opened.table);
    int memory = entry == NULL ? -1 : create_memory(opened.table->next_id, total);
    if (memory >= 0) {
        close(memory);
        if ((flags & OBMM_EXPORT_FLAG_ALLOW_MMAP) == 0 || show_node(opened.table->next_id)) {
            id = register_export(opened.table, entry, ENTRY_EXPORT, total, desc);
        }
    }

    table_close(&opened);
    return id;
}

/* Puts the file in the place of the process's memory, with what was in it. */
static bool replace(void *va, size_t length, int memory)
{
    for (size_t done = 0; done < length;) {
        ssize_t written = pwrite(memory, (const char *)va + done, length - done, (off_t)done);
        if (written <= 0) {
            return false;
        }

        done += (size_t)written;
    }

    return mmap(va, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, memory, 0) == va;
}

OBMM_API mem_id obmm_export_useraddr(int pid, void *va, size_t length, unsigned long flags, struct obmm_mem_desc *desc)
{
    if (desc == NULL || flags != 0 || length == 0 || length % OBMM_GRANULARITY != 0 ||
        (uintptr_t)va % OBMM_GRANULARITY != 0 || va == NULL || desc->priv_len > OBMM_MAX_PRIV_LEN) {
        errno = EINVAL;
        return OBMM_INVALID_MEMID;
    }

    if (pid != 0 && pid != getpid()) {
        /* Only the kernel can reach into another process. */
        errno = ENOTSUP;
        return OBMM_INVALID_MEMID;
    }

    open_table_t opened;
    if (!table_open(&opened)) {
        return OBMM_INVALID_MEMID;
    }

    mem_id id = OBMM_INVALID_MEMID;
    entry_t *entry = table_free_entry(opened.table);
    int memory = entry == NULL ? -1 : create_memory(opened.table->next_id, length);
    if (memory >= 0) {
        if (replace(va, length, memory)) {
            id = register_export(opened.table, entry, ENTRY_EXPORT_OF_USER, length, desc);
        } else {
            int error = errno;
            char path[PATH_MAX];
            table_memory_path(path, opened.table->next_id);
            unlink(path);
            errno = error;
        }

        close(memory);
    }

    table_close(&opened);
    return id;
}

static bool may_go(const table_t *table, const entry_t *entry)
{
    for (int i = 0; i < TABLE_ENTRIES; i++) {
        if (table->entries[i].id != OBMM_INVALID_MEMID && table->entries[i].source == entry->id) {
            errno = EBUSY;
            return false;
        }
    }

    if (holders_of_node(entry->id)) {
        errno = EBUSY;
        return false;
    }

    return true;
}

OBMM_API int obmm_unexport(mem_id id, unsigned long flags)
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
    if (entry != NULL && entry->kind == ENTRY_IMPORT) {
        errno = EINVAL;
    } else if (entry != NULL && may_go(opened.table, entry)) {
        table_remove(entry);
        result = 0;
    }

    table_close(&opened);
    return result;
}
