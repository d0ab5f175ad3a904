#include "holders.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "table.h"

/* A line of /proc/PID/maps. */
typedef struct mapping {
    uintptr_t start;
    uintptr_t end;
    uint64_t offset;
    /* The node's id; 0 for everything else. */
    uint64_t id;
    bool readable;
    bool writable;
    bool shared;
} mapping_t;

static FILE *open_maps(const char *process)
{
    char path[NAME_MAX + 16];
    snprintf(path, sizeof(path), "/proc/%s/maps", process);
    return fopen(path, "re");
}

/* Of a line such as "7f00-7f02 rw-s 00001000 00:19 42    /dev/shm/x"; false for another file's. By hand, because there are
 * tens of thousands of lines. */
static bool parse(char *line, uint64_t inode, mapping_t *mapping)
{
    char *next;
    mapping->start = strtoull(line, &next, 16);
    mapping->end = strtoull(next + 1, &next, 16);
    const char *rights = next + 1;
    mapping->offset = strtoull(next + strlen(" rw-s "), &next, 16);
    next = strchr(next + 1, ' ');
    if (next == NULL || strtoull(next, &next, 10) != inode) {
        return false;
    }

    next[strcspn(next, "\n")] = '\0';
    mapping->readable = rights[0] == 'r';
    mapping->writable = rights[1] == 'w';
    mapping->shared = rights[3] == 's';
    mapping->id = table_id_of_node(next);
    return true;
}

/* The next mapping of this file; false at the end. */
static bool next_mapping(FILE *maps, uint64_t inode, mapping_t *mapping)
{
    char line[PATH_MAX + 128];
    while (fgets(line, sizeof(line), maps) != NULL) {
        if (parse(line, inode, mapping)) {
            return true;
        }
    }

    return false;
}

static bool append(pieces_t *pieces, uint64_t start, uint64_t end)
{
    if (pieces->count > 0 && pieces->items[pieces->count - 1].end == start) {
        pieces->items[pieces->count - 1].end = end;
        return true;
    }

    /* Grows at 1, 2, 4, … */
    if ((pieces->count & (pieces->count - 1)) == 0) {
        size_t room = pieces->count == 0 ? 1 : 2 * pieces->count;
        piece_t *items = reallocarray(pieces->items, room, sizeof(piece_t));
        if (items == NULL) {
            return false;
        }

        pieces->items = items;
    }

    pieces->items[pieces->count++] = (piece_t){start, end};
    return true;
}

bool holders_own_pieces(uintptr_t start, uintptr_t end, uint64_t inode, uint64_t id, pieces_t *pieces)
{
    *pieces = (pieces_t){NULL, 0};
    FILE *maps = open_maps("self");
    if (maps == NULL) {
        return false;
    }

    uintptr_t next = start;
    mapping_t mapping;
    bool enough = true;
    while (enough && next < end && next_mapping(maps, inode, &mapping)) {
        if (mapping.end <= next) {
            continue;
        }

        if (mapping.start > next || mapping.id != id || !mapping.shared) {
            break;
        }

        uintptr_t upto = mapping.end < end ? mapping.end : end;
        enough = append(pieces, mapping.offset + (next - mapping.start), mapping.offset + (upto - mapping.start));
        next = upto;
    }

    fclose(maps);
    if (next >= end) {
        return true;
    }

    free(pieces->items);
    errno = enough ? EFAULT : ENOMEM;
    return false;
}

static bool overlaps(const pieces_t *pieces, const mapping_t *mapping)
{
    uint64_t end = mapping->offset + (mapping->end - mapping->start);
    for (size_t i = 0; i < pieces->count; i++) {
        if (pieces->items[i].start < end && mapping->offset < pieces->items[i].end) {
            return true;
        }
    }

    return false;
}

/* What is asked about every process. */
typedef struct question {
    /* NULL: whether it uses the node, in whatever way. Otherwise: whether it has rights to these pieces by another one. */
    const pieces_t *pieces;
    uint64_t inode;
    uint64_t id;
    bool any;
} question_t;

static bool answers(const question_t *question, const mapping_t *mapping)
{
    if (question->pieces == NULL) {
        return mapping->id == question->id;
    }

    return mapping->id != 0 && mapping->id != question->id && (mapping->writable || (question->any && mapping->readable)) &&
        overlaps(question->pieces, mapping);
}

static bool has_mapped(const char *process, const question_t *question)
{
    FILE *maps = open_maps(process);
    if (maps == NULL) {
        return false;
    }

    bool found = false;
    mapping_t mapping;
    while (!found && next_mapping(maps, question->inode, &mapping)) {
        found = answers(question, &mapping);
    }

    fclose(maps);
    return found;
}

static bool has_open(const char *process, const question_t *question)
{
    char folder[NAME_MAX + 16];
    snprintf(folder, sizeof(folder), "/proc/%s/fd", process);
    DIR *descriptors = opendir(folder);
    if (descriptors == NULL) {
        return false;
    }

    bool found = false;
    for (const struct dirent *entry = readdir(descriptors); entry != NULL && !found; entry = readdir(descriptors)) {
        char path[PATH_MAX];
        struct stat file;
        ssize_t length = readlinkat(dirfd(descriptors), entry->d_name, path, sizeof(path) - 1);
        path[length < 0 ? 0 : length] = '\0';
        found = table_id_of_node(path) == question->id && fstatat(dirfd(descriptors), entry->d_name, &file, 0) == 0 &&
            file.st_ino == question->inode;
    }

    closedir(descriptors);
    return found;
}

/* Whether the answer is yes for any process. Those that may not be looked into are other users', who cannot have the
 * memory. */
static bool ask_processes(const question_t *question)
{
    DIR *processes = opendir("/proc");
    if (processes == NULL) {
        return false;
    }

    bool found = false;
    for (const struct dirent *entry = readdir(processes); entry != NULL && !found; entry = readdir(processes)) {
        bool is_process = entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
        found = is_process && (has_mapped(entry->d_name, question) || (question->pieces == NULL && has_open(entry->d_name, question)));
    }

    closedir(processes);
    return found;
}

bool holders_elsewhere(const pieces_t *pieces, uint64_t inode, uint64_t id, bool any)
{
    return ask_processes(&(question_t){.pieces = pieces, .inode = inode, .id = id, .any = any});
}

bool holders_of_node(uint64_t id)
{
    char path[PATH_MAX];
    struct stat file;
    table_node_path(path, id);
    return stat(path, &file) == 0 && ask_processes(&(question_t){.inode = file.st_ino, .id = id});
}
