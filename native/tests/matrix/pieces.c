#include "pieces.h"

#include <string.h>

#define GAP 48U
#define PAINT 0xa5

static unsigned char byte_of(uint64_t message, uint64_t position)
{
    /* Differs between messages and does not repeat within a page. */
    return (unsigned char)(message * 131 + position * 7 + (position >> 8) * 13 + 1);
}

static unsigned char *memory_of(const urma_sge_t *entry)
{
    return (unsigned char *)(uintptr_t)entry->addr;
}

static bool painted(const unsigned char *memory, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) {
        if (memory[i] != PAINT) {
            return false;
        }
    }

    return true;
}

pieces_t pieces_make(uint64_t address, urma_target_seg_t *segment, uint32_t bytes, uint32_t count)
{
    pieces_t pieces = {.count = count};
    uint64_t next = address + GAP;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t part = i + 1 < count ? bytes / count : bytes - bytes / count * (count - 1);
        pieces.entries[i] = (urma_sge_t){.addr = next, .len = part, .tseg = segment};
        next += part + GAP;
    }

    return pieces;
}

void pieces_clear(const pieces_t *pieces)
{
    unsigned char *first = memory_of(&pieces->entries[0]) - GAP;
    const urma_sge_t *last = &pieces->entries[pieces->count - 1];
    memset(first, PAINT, (size_t)(memory_of(last) + last->len + GAP - first));
}

void pieces_fill(const pieces_t *pieces, uint64_t message)
{
    uint64_t position = 0;
    for (uint32_t i = 0; i < pieces->count; i++) {
        unsigned char *memory = memory_of(&pieces->entries[i]);
        for (uint32_t k = 0; k < pieces->entries[i].len; k++) {
            memory[k] = byte_of(message, position++);
        }
    }
}

bool pieces_hold(const pieces_t *pieces, uint64_t message)
{
    uint64_t position = 0;
    bool whole = painted(memory_of(&pieces->entries[0]) - GAP, GAP);
    for (uint32_t i = 0; i < pieces->count; i++) {
        const unsigned char *memory = memory_of(&pieces->entries[i]);
        for (uint32_t k = 0; k < pieces->entries[i].len; k++) {
            whole = whole && memory[k] == byte_of(message, position++);
        }

        whole = whole && painted(memory + pieces->entries[i].len, GAP);
    }

    return whole;
}

bool pieces_clean(const pieces_t *pieces)
{
    const unsigned char *first = memory_of(&pieces->entries[0]) - GAP;
    const urma_sge_t *last = &pieces->entries[pieces->count - 1];
    return painted(first, (uint32_t)(memory_of(last) + last->len + GAP - first));
}
