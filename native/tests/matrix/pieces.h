/* A message spread over several places of memory, with gaps between them that nobody may touch. */
#ifndef TESTS_PIECES_H
#define TESTS_PIECES_H

#include <stdbool.h>
#include <ub/umdk/urma/urma_api.h>

#include "endpoint.h"

typedef struct pieces {
    urma_sge_t entries[ENDPOINT_PIECES];
    uint32_t count;
} pieces_t;

/* Spreads `bytes` bytes over `count` pieces from `address` on; the last piece takes what does not divide. */
pieces_t pieces_make(uint64_t address, urma_target_seg_t *segment, uint32_t bytes, uint32_t count);

/* Paints the memory around and under the pieces, as far as a message may reach by mistake. */
void pieces_clear(const pieces_t *pieces);

/* Writes the message of this number into the pieces. */
void pieces_fill(const pieces_t *pieces, uint64_t message);

/* Whether the pieces hold the message of this number, and the paint around them is whole. */
bool pieces_hold(const pieces_t *pieces, uint64_t message);

/* Whether the paint is whole everywhere: nothing arrived. */
bool pieces_clean(const pieces_t *pieces);

#endif
