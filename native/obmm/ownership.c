/* Who may do what with mapped pages. Software has no caches of other nodes to write back or to invalidate: the rights of
 * the mapping are all there is, and the kernel enforces them. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "obmm.h"
#include "table.h"

/* Whether the whole range maps the file, in however many mappings. */
static bool maps_file(uintptr_t start, uintptr_t end, const struct stat *file)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    if (maps == NULL) {
        return false;
    }

    char line[PATH_MAX + 128];
    uintptr_t next = start;
    while (next < end && fgets(line, sizeof(line), maps) != NULL) {
        uintptr_t from;
        uintptr_t to;
        unsigned major_number;
        unsigned minor_number;
        uint64_t inode;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %*4s %*x %x:%x %" SCNu64, &from, &to, &major_number, &minor_number, &inode) != 5 ||
            to <= next) {
            continue;
        }

        if (from > next || inode != file->st_ino || makedev(major_number, minor_number) != file->st_dev) {
            break;
        }

        next = to;
    }

    fclose(maps);
    return next >= end;
}

/* Whether the descriptor is of a node of ours. */
static bool is_node(int fd)
{
    char link_path[64];
    char path[PATH_MAX];
    snprintf(link_path, sizeof(link_path), "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link_path, path, sizeof(path) - 1);
    if (length <= 0) {
        return false;
    }

    path[length] = '\0';
    const char *name = strrchr(path, '/');
    return name != NULL && strstr(name, "obmm_shmdev") != NULL;
}

OBMM_API int obmm_set_ownership(int fd, void *start, void *end, int prot)
{
    uintptr_t from = (uintptr_t)start;
    uintptr_t to = (uintptr_t)end;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    bool known = prot == PROT_NONE || prot == PROT_READ || prot == PROT_WRITE || prot == (PROT_READ | PROT_WRITE);
    int mode = fcntl(fd, F_GETFL);
    if (mode < 0) {
        return -1;
    }

    struct stat file;
    /* O_SYNC asks the driver for a mapping without caches, which has no ownership. */
    if (!known || from % page != 0 || to % page != 0 || from >= to || (mode & O_SYNC) == O_SYNC || !is_node(fd) ||
        fstat(fd, &file) != 0) {
        errno = EINVAL;
        return -1;
    }

    if (!maps_file(from, to, &file)) {
        errno = EFAULT;
        return -1;
    }

    /* What was written with the old rights is there before the new ones are announced to anybody. */
    atomic_thread_fence(memory_order_seq_cst);
    int result = mprotect(start, to - from, (prot & PROT_WRITE) != 0 ? PROT_READ | PROT_WRITE : prot);
    atomic_thread_fence(memory_order_seq_cst);
    return result;
}
