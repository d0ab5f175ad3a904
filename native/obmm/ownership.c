/* Who may do what with mapped pages. Software has no caches of other nodes to write back or to invalidate: the rights of
 * the mapping are all there is, and the kernel enforces them. Each id stands for a host: processes that map the same node
 * share its rights, as processes of one host do. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "holders.h"
#include "obmm.h"
#include "table.h"

/* The id of the node a descriptor was opened from; 0 for another file. */
static uint64_t id_of(int fd)
{
    char link_path[64];
    char path[PATH_MAX];
    snprintf(link_path, sizeof(link_path), "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link_path, path, sizeof(path) - 1);
    path[length < 0 ? 0 : length] = '\0';
    return table_id_of_node(path);
}

/* The entry of a node that leads to memory whose exporter lives; otherwise NULL. */
static const entry_t *connected(table_t *table, uint64_t id, const struct stat *file)
{
    char path[PATH_MAX];
    struct stat node;
    table_node_path(path, id);
    const entry_t *entry = table_find(table, id);
    bool is_whole = entry != NULL && stat(path, &node) == 0 && node.st_ino == file->st_ino &&
        (entry->kind != ENTRY_IMPORT || table_find(table, entry->source) != NULL);
    return is_whole ? entry : NULL;
}

/* Whether another id than this leads to the same memory. */
static bool has_other_hosts(const table_t *table, const entry_t *entry)
{
    for (int i = 0; i < TABLE_ENTRIES; i++) {
        const entry_t *other = &table->entries[i];
        if (other->id != OBMM_INVALID_MEMID && other != entry && other->addr == entry->addr) {
            return true;
        }
    }

    return false;
}

static int change(table_t *table, uint64_t id, const struct stat *file, void *start, void *end, int prot)
{
    pieces_t pieces;
    if (!holders_own_pieces((uintptr_t)start, (uintptr_t)end, file->st_ino, id, &pieces)) {
        return -1;
    }

    int result = -1;
    const entry_t *entry = connected(table, id, file);
    if (prot != PROT_NONE && entry == NULL) {
        errno = ENOTRECOVERABLE;
    } else if (prot != PROT_NONE && has_other_hosts(table, entry) &&
        holders_elsewhere(&pieces, file->st_ino, id, (prot & PROT_WRITE) != 0)) {
        errno = EBUSY;
    } else {
        size_t length = (size_t)((char *)end - (char *)start);
        result = mprotect(start, length, (prot & PROT_WRITE) != 0 ? PROT_READ | PROT_WRITE : prot);
    }

    free(pieces.items);
    return result;
}

OBMM_API int obmm_set_ownership(int fd, void *start, void *end, int prot)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    bool known = prot == PROT_NONE || prot == PROT_READ || prot == PROT_WRITE || prot == (PROT_READ | PROT_WRITE);
    int mode = fcntl(fd, F_GETFL);
    if (mode < 0) {
        return -1;
    }

    uint64_t id = id_of(fd);
    struct stat file;
    /* O_SYNC asks the driver for a mapping without caches, which has no ownership. */
    if (!known || (uintptr_t)start % page != 0 || (uintptr_t)end % page != 0 || (uintptr_t)start >= (uintptr_t)end ||
        (mode & O_SYNC) == O_SYNC || id == OBMM_INVALID_MEMID || fstat(fd, &file) != 0) {
        errno = EINVAL;
        return -1;
    }

    open_table_t opened;
    if (!table_open(&opened)) {
        return -1;
    }

    /* What was written with the old rights is there before the new ones are announced to anybody; nobody else changes any
     * while the table is open. */
    atomic_thread_fence(memory_order_seq_cst);
    int result = change(opened.table, id, &file, start, end, prot);
    atomic_thread_fence(memory_order_seq_cst);
    table_close(&opened);
    return result;
}
