/* One cell of the matrix: an operation, its size, how it is described and how its end is learned. */
#ifndef TESTS_CELL_H
#define TESTS_CELL_H

#include <stdbool.h>
#include <ub/umdk/urma/urma_api.h>

#include "endpoint.h"

/* How the end of a request is learned. */
typedef enum completion_mode {
    /* By polling. */
    COMPLETION_POLLED,
    /* By sleeping on the descriptor of the event channel. */
    COMPLETION_EVENT,
    /* The request is silent; a signalled NOP behind it tells. */
    COMPLETION_SILENT,
    /* Several requests in one list, each with its record, in their order. */
    COMPLETION_LIST,
    COMPLETION_MODES
} completion_mode_t;

typedef struct cell {
    urma_opcode_t opcode;
    uint32_t bytes;
    uint32_t pieces;
    bool inlined;
    completion_mode_t completion;
} cell_t;

/* Requests of a cell in one list. */
uint32_t cell_requests(const cell_t *cell);

bool cell_is_atomic(const cell_t *cell);

/* Whether the peer's receive queue takes part. */
bool cell_consumes_receive(const cell_t *cell);

/* Whether such a cell makes sense at all and within this mode. */
bool cell_exists(const cell_t *cell, shape_t shape);

/* Whether the device claims to do it. */
bool cell_offered(const cell_t *cell, const endpoint_t *endpoint);

/* For messages: "WRITE 64 B, 2 pieces, polled". */
const char *cell_name(const cell_t *cell);
const char *cell_opcode_name(urma_opcode_t opcode);

#endif
