/* Who holds which rights. The kernel's lists of mappings are the only account of it: they know of mappings that were made,
 * unmapped or left by dead processes without a word to this library. */
#ifndef OBMM_HOLDERS_H
#define OBMM_HOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A range of a memory file, in bytes. */
typedef struct piece {
    uint64_t start;
    uint64_t end;
} piece_t;

typedef struct pieces {
    piece_t *items;
    size_t count;
} pieces_t;

/* What of the file the addresses from start to end map, in order; the caller frees the items. False with errno EFAULT when
 * they do not map it throughout, shared and by the node of this id. */
bool holders_own_pieces(uintptr_t start, uintptr_t end, uint64_t inode, uint64_t id, pieces_t *pieces);

/* Whether any process has rights to the pieces by a node of another id than this: the right to write, or, if any is set,
 * any right. */
bool holders_elsewhere(const pieces_t *pieces, uint64_t inode, uint64_t id, bool any);

/* Whether any process has the node of this id open or mapped. */
bool holders_of_node(uint64_t id);

#endif
