/* What stands for the kernel's side of OBMM: a table of exported and imported memory in a file that every process of the
 * same prefix sees, and a file of memory for each export. */
#ifndef OBMM_TABLE_H
#define OBMM_TABLE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <ub/obmm/libobmm.h>

#include "process.h"

#define TABLE_ENTRIES 1024

/* What memory is handed out in. */
#define OBMM_GRANULARITY (UINT64_C(2) << 20)

typedef enum entry_kind {
    ENTRY_EXPORT = 1,
    /* The exporter goes on using the memory where it was. */
    ENTRY_EXPORT_OF_USER = 2,
    ENTRY_IMPORT = 3
} entry_kind_t;

typedef struct entry {
    /* 0 while the entry is free; written last. */
    uint64_t id;
    uint64_t addr;
    uint64_t length;
    /* The export that an import shows. */
    uint64_t source;
    uint32_t kind;
    uint32_t tokenid;
    /* The UB controller of the exporter, as it named itself. */
    uint8_t deid[16];
    /* Whoever made it: it ends with this process. */
    process_t owner;
} entry_t;

typedef struct table {
    uint64_t magic;
    uint64_t next_id;
    uint64_t next_addr;
    entry_t entries[TABLE_ENTRIES];
} table_t;

/* The table, for this thread alone until it is closed. */
typedef struct open_table {
    table_t *table;
    int file;
} open_table_t;

/* Takes out what processes left that have ended. False with errno, such as when the prefix does not serve. */
bool table_open(open_table_t *opened);
void table_close(open_table_t *opened);

/* NULL with errno ENOENT. */
entry_t *table_find(table_t *table, uint64_t id);

/* A free entry; NULL with errno ENOSPC. */
entry_t *table_free_entry(table_t *table);

/* Where the memory of an export lies, and the node that programs map. */
void table_memory_path(char path[PATH_MAX], uint64_t id);
void table_node_path(char path[PATH_MAX], uint64_t id);

/* The id in the path of a node, also of one that is gone; 0 for any other path. */
uint64_t table_id_of_node(const char *path);

/* Removes an entry and its files. */
void table_remove(entry_t *entry);

#endif
