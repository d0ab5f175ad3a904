#include "table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* "URMAOBM1": another version of the table is another number. */
#define TABLE_MAGIC UINT64_C(0x314d424f414d5255)

/* Addresses on the bus start where no program expects memory of its own. */
#define FIRST_ADDR (UINT64_C(1) << 44)

/* Everything of ours begins with this; "/dev/" makes the names those of the real driver. */
static void prefixed(char path[PATH_MAX], const char *name)
{
    const char *prefix = getenv("URMA_OBMM_PREFIX");
    if (prefix != NULL && prefix[0] != '\0') {
        snprintf(path, PATH_MAX, "%s%s", prefix, name);
    } else {
        snprintf(path, PATH_MAX, "/dev/shm/urma-obmm-%u/%s", (unsigned)geteuid(), name);
    }
}

static void numbered(char path[PATH_MAX], const char *name, uint64_t id)
{
    char whole[64];
    snprintf(whole, sizeof(whole), "%s%llu", name, (unsigned long long)id);
    prefixed(path, whole);
}

void table_memory_path(char path[PATH_MAX], uint64_t id)
{
    numbered(path, "obmm_memory", id);
}

void table_node_path(char path[PATH_MAX], uint64_t id)
{
    numbered(path, "obmm_shmdev", id);
}

/* The folder may be shared with everybody (/dev/shm): what somebody else made there under our name does not serve. */
static bool make_folder(const char *path)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof(folder), "%s", path);
    char *end = strrchr(folder, '/');
    if (end == NULL || end == folder) {
        return true;
    }

    *end = '\0';
    if (mkdir(folder, S_IRWXU) != 0 && errno != EEXIST) {
        return false;
    }

    struct stat found;
    if (stat(folder, &found) != 0) {
        return false;
    }

    bool ours = S_ISDIR(found.st_mode) && (found.st_uid == geteuid() || found.st_uid == 0);
    errno = ours ? errno : EACCES;
    return ours;
}

static bool prepare(open_table_t *opened)
{
    struct stat found;
    if (flock(opened->file, LOCK_EX) != 0 || fstat(opened->file, &found) != 0) {
        return false;
    }

    bool fresh = found.st_size == 0;
    if (!fresh && found.st_size != (off_t)sizeof(table_t)) {
        errno = EPROTO;
        return false;
    }

    if (fresh && ftruncate(opened->file, sizeof(table_t)) != 0) {
        return false;
    }

    opened->table = mmap(NULL, sizeof(table_t), PROT_READ | PROT_WRITE, MAP_SHARED, opened->file, 0);
    if (opened->table == MAP_FAILED) {
        return false;
    }

    if (fresh) {
        opened->table->next_id = 1;
        opened->table->next_addr = FIRST_ADDR;
        opened->table->magic = TABLE_MAGIC;
    } else if (opened->table->magic != TABLE_MAGIC) {
        munmap(opened->table, sizeof(table_t));
        errno = EPROTO;
        return false;
    }

    return true;
}

bool table_open(open_table_t *opened)
{
    char path[PATH_MAX];
    prefixed(path, "obmm_table");
    if (!make_folder(path)) {
        return false;
    }

    /* Opened anew each time: the lock belongs to the opening, so threads exclude each other as processes do. */
    opened->file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (opened->file < 0) {
        return false;
    }

    if (!prepare(opened)) {
        int error = errno;
        close(opened->file);
        errno = error;
        return false;
    }

    return true;
}

void table_close(open_table_t *opened)
{
    int error = errno;
    munmap(opened->table, sizeof(table_t));
    close(opened->file);
    errno = error;
}

entry_t *table_find(table_t *table, uint64_t id)
{
    for (int i = 0; i < TABLE_ENTRIES && id != OBMM_INVALID_MEMID; i++) {
        if (table->entries[i].id == id) {
            return &table->entries[i];
        }
    }

    errno = ENOENT;
    return NULL;
}

entry_t *table_free_entry(table_t *table)
{
    for (int i = 0; i < TABLE_ENTRIES; i++) {
        if (table->entries[i].id == OBMM_INVALID_MEMID) {
            return &table->entries[i];
        }
    }

    errno = ENOSPC;
    return NULL;
}
