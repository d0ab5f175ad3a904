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

/* "URMAOBM2": another version of the table is another number. */
#define TABLE_MAGIC UINT64_C(0x324d424f414d5255)

/* Addresses on the bus start where no program expects memory of its own. */
#define FIRST_ADDR (UINT64_C(1) << 44)

#define NODE_NAME "obmm_shmdev"

/* More than the longest name that follows the prefix. */
#define LONGEST_NAME 64

/* Everything of ours begins with this; "/dev/" makes the names those of the real driver. */
static void prefixed(char path[PATH_MAX], const char *name)
{
    const char *prefix = secure_getenv("URMA_OBMM_PREFIX");
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
    numbered(path, NODE_NAME, id);
}

uint64_t table_id_of_node(const char *path)
{
    const char *name = strrchr(path, '/');
    const char *node = strstr(name == NULL ? path : name, NODE_NAME);
    if (node == NULL) {
        return OBMM_INVALID_MEMID;
    }

    char *end;
    node += strlen(NODE_NAME);
    uint64_t id = strtoull(node, &end, 10);
    bool whole = end != node && (*end == '\0' || strcmp(end, " (deleted)") == 0);
    return whole ? id : OBMM_INVALID_MEMID;
}

void table_remove(entry_t *entry)
{
    char path[PATH_MAX];
    table_node_path(path, entry->id);
    unlink(path);
    if (entry->kind != ENTRY_IMPORT) {
        table_memory_path(path, entry->id);
        unlink(path);
    }

    entry->id = OBMM_INVALID_MEMID;
}

static void remove_what_the_dead_left(table_t *table)
{
    process_t last = process_self();
    bool last_is_alive = true;
    for (int i = 0; i < TABLE_ENTRIES; i++) {
        entry_t *entry = &table->entries[i];
        if (entry->id == OBMM_INVALID_MEMID) {
            continue;
        }

        if (memcmp(&entry->owner, &last, sizeof(last)) != 0) {
            last = entry->owner;
            last_is_alive = process_is_alive(&last);
        }

        if (!last_is_alive) {
            table_remove(entry);
        }
    }
}

/* The folder may be shared with everybody (/dev/shm): what somebody else made there under our name does not serve. */
static bool make_folder(const char *path)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof(folder), "%s", path);
    char *end = strrchr(folder, '/');
    if (path[0] != '/' || strlen(path) + LONGEST_NAME >= PATH_MAX) {
        /* Programs of one prefix may be in different folders, and every name must fit. */
        errno = path[0] != '/' ? EINVAL : ENAMETOOLONG;
        return false;
    }

    /* The root folder is root's. */
    if (end == folder) {
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

    /* In a folder that others may write to, only the sticky bit keeps them from exchanging files. */
    bool open_to_others = (found.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (found.st_mode & S_ISVTX) == 0;
    bool ours = S_ISDIR(found.st_mode) && (found.st_uid == geteuid() || found.st_uid == 0) && !open_to_others;
    errno = ours ? errno : EACCES;
    return ours;
}

/* A table that somebody else may have written to is not believed. */
static bool is_trusted(const struct stat *file)
{
    bool trusted = S_ISREG(file->st_mode) && file->st_uid == geteuid() && (file->st_mode & (S_IRWXG | S_IRWXO)) == 0;
    errno = trusted ? errno : EACCES;
    return trusted;
}

static bool prepare(open_table_t *opened)
{
    struct stat found;
    if (fstat(opened->file, &found) != 0 || !is_trusted(&found) || flock(opened->file, LOCK_EX) != 0 ||
        fstat(opened->file, &found) != 0) {
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

    /* Whoever made it may have been killed before it was ready. */
    if (opened->table->magic == 0) {
        opened->table->next_id = 1;
        opened->table->next_addr = FIRST_ADDR;
        opened->table->magic = TABLE_MAGIC;
    } else if (opened->table->magic != TABLE_MAGIC) {
        munmap(opened->table, sizeof(table_t));
        errno = EPROTO;
        return false;
    }

    remove_what_the_dead_left(opened->table);
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
