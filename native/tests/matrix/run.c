#include "run.h"

#include <string.h>

#include "atomics.h"
#include "check.h"
#include "pieces.h"
#include "records.h"

#define LIST 8

/* Distance of the messages of a list, and of the results of its atomics. */
#define STRIDE 8192U

/* Where WRITE_NOTIFY leaves its data, from the start of the incoming room. */
#define NOTIFY_AT (ENDPOINT_ROOM - 64U)

/* Everything the requests of a cell point to. */
typedef struct batch {
    urma_jfs_wr_t requests[LIST + 1];
    pieces_t near[LIST];
    urma_sge_t far[LIST][2];
    atomic_step_t steps[LIST];
} batch_t;

static uint64_t address_of(const unsigned char *memory)
{
    return (uint64_t)(uintptr_t)memory;
}

static pieces_t outgoing(const endpoint_t *endpoint, const cell_t *cell, uint32_t index)
{
    return pieces_make(address_of(endpoint_outgoing(endpoint)) + index * STRIDE, endpoint->local, cell->bytes, cell->pieces);
}

static pieces_t incoming(const endpoint_t *endpoint, const cell_t *cell, uint32_t index, uint32_t count)
{
    return pieces_make(address_of(endpoint_incoming(endpoint)) + index * STRIDE, endpoint->local, cell->bytes, count);
}

/* A remote place is always one piece; the one that `incoming` with one piece describes over there. */
static urma_sge_t remote_piece(const endpoint_t *endpoint, const cell_t *cell, uint32_t index, uint64_t room)
{
    pieces_t there = pieces_make(endpoint->remote_address + room + index * STRIDE, endpoint->remote, cell->bytes, 1);
    return there.entries[0];
}

/* How many pieces the message has where it arrives. */
static uint32_t arriving_pieces(const endpoint_t *endpoint, const cell_t *cell)
{
    bool message = cell->opcode == URMA_OPC_SEND || cell->opcode == URMA_OPC_SEND_IMM;
    return message && cell->pieces <= endpoint->device.max_jfr_sge ? cell->pieces : 1;
}

static void describe_atomic(const endpoint_t *endpoint, const cell_t *cell, uint64_t number, batch_t *batch, uint32_t index)
{
    word_t found = index == 0 ? atomic_initial(cell, number) : batch->steps[index - 1].left;
    atomic_step_t *step = &batch->steps[index];
    *step = atomic_step(cell, number, index, found);
    batch->near[index] = incoming(endpoint, cell, index, 1);
    pieces_clear(&batch->near[index]);
    /* All of them meet at one word. */
    batch->far[index][0] = remote_piece(endpoint, cell, 0, ENDPOINT_ROOM);

    urma_jfs_wr_t *request = &batch->requests[index];
    if (cell->opcode != URMA_OPC_CAS && cell->opcode != URMA_OPC_SWAP) {
        request->faa = (urma_faa_wr_t){
            .dst = &batch->far[index][0],
            .src = &batch->near[index].entries[0],
            .operand = step->operand.low,
        };
        return;
    }

    request->cas = (urma_cas_wr_t){.dst = &batch->far[index][0], .src = &batch->near[index].entries[0]};
    if (cell->bytes > 8) {
        request->cas.cmp_addr = (uint64_t)(uintptr_t)&step->compare;
        request->cas.swap_addr = (uint64_t)(uintptr_t)&step->operand;
    } else {
        request->cas.cmp_data = step->compare.low;
        request->cas.swap_data = step->operand.low;
    }
}

static void describe_transfer(const endpoint_t *endpoint, const cell_t *cell, uint64_t number, batch_t *batch, uint32_t index)
{
    bool read = cell->opcode == URMA_OPC_READ;
    pieces_t *near = &batch->near[index];
    *near = read ? incoming(endpoint, cell, index, cell->pieces) : outgoing(endpoint, cell, index);
    pieces_clear(near);
    if (!read) {
        pieces_fill(near, number * LIST + index);
    }

    urma_sge_t *far = batch->far[index];
    far[0] = remote_piece(endpoint, cell, index, read ? 0 : ENDPOINT_ROOM);
    far[1] = (urma_sge_t){.addr = endpoint->remote_address + ENDPOINT_ROOM + NOTIFY_AT, .len = 8, .tseg = endpoint->remote};
    urma_sg_t here = {.sge = near->entries, .num_sge = near->count};
    urma_sg_t there = {.sge = far, .num_sge = cell->opcode == URMA_OPC_WRITE_NOTIFY ? 2 : 1};
    urma_jfs_wr_t *request = &batch->requests[index];
    uint64_t immediate = record_immediate(number, index);
    if (cell->opcode == URMA_OPC_SEND || cell->opcode == URMA_OPC_SEND_IMM) {
        request->send = (urma_send_wr_t){.src = here, .imm_data = immediate};
    } else {
        request->rw = (urma_rw_wr_t){.src = read ? there : here, .dst = read ? here : there, .notify_data = immediate};
    }
}

static void describe(const endpoint_t *endpoint, const cell_t *cell, uint64_t number, batch_t *batch)
{
    uint32_t count = cell_requests(cell);
    bool silent = cell->completion == COMPLETION_SILENT;
    for (uint32_t i = 0; i < count; i++) {
        batch->requests[i] = (urma_jfs_wr_t){
            .opcode = cell->opcode,
            .flag.bs = {.complete_enable = !silent, .inline_flag = cell->inlined},
            .tjetty = endpoint->target,
            .user_ctx = record_context(number, i),
            .next = i + 1 < count ? &batch->requests[i + 1] : NULL,
        };
        if (cell_is_atomic(cell)) {
            describe_atomic(endpoint, cell, number, batch, i);
        } else if (cell->opcode != URMA_OPC_NOP) {
            describe_transfer(endpoint, cell, number, batch, i);
        }
    }

    if (silent) {
        batch->requests[0].next = &batch->requests[1];
        batch->requests[1] = (urma_jfs_wr_t){
            .opcode = URMA_OPC_NOP,
            .flag.bs = {.complete_enable = URMA_COMPLETE_ENABLE, .comp_order = 1, .fence = 1},
            .tjetty = endpoint->target,
            .user_ctx = record_context(number, 1),
        };
    }
}

static void initiate(const endpoint_t *endpoint, const cell_t *cell, uint64_t number)
{
    static batch_t batch;
    memset(&batch, 0, sizeof(batch));
    describe(endpoint, cell, number, &batch);
    if (cell->completion == COMPLETION_EVENT) {
        CHECK(urma_rearm_jfc(endpoint->send_jfc, false) == URMA_SUCCESS, "urma_rearm_jfc");
    }

    peer_meet(endpoint->peer);
    urma_jfs_wr_t *refused = NULL;
    urma_status_t status = endpoint_post(endpoint, batch.requests, &refused);
    CHECK(status == URMA_SUCCESS, "%s: status %d", cell_name(cell), status);
    if (cell->inlined) {
        /* The data of an inline request was taken when it was posted. */
        for (uint32_t i = 0; i < cell_requests(cell); i++) {
            pieces_clear(&batch.near[i]);
        }
    }

    bool moves = cell->opcode != URMA_OPC_NOP;
    if (cell->completion == COMPLETION_SILENT) {
        record_of_send(endpoint, cell, record_context(number, 1), 0);
    } else {
        for (uint32_t i = 0; i < cell_requests(cell); i++) {
            record_of_send(endpoint, cell, record_context(number, i), moves ? cell->bytes : 0);
        }
    }

    for (uint32_t i = 0; i < cell_requests(cell); i++) {
        if (cell->opcode == URMA_OPC_READ) {
            CHECK(pieces_hold(&batch.near[i], number * LIST + i), "%s: what was read", cell_name(cell));
        } else if (cell_is_atomic(cell)) {
            const void *found = (const void *)(uintptr_t)batch.near[i].entries[0].addr;
            CHECK(memcmp(found, &batch.steps[i].found, cell->bytes) == 0, "%s: what was found", cell_name(cell));
        }
    }
}

static void offer(const endpoint_t *endpoint, const cell_t *cell, uint64_t number)
{
    for (uint32_t i = 0; i < cell_requests(cell); i++) {
        pieces_t there = outgoing(endpoint, &(cell_t){.bytes = cell->bytes, .pieces = 1}, i);
        pieces_t here = incoming(endpoint, cell, i, arriving_pieces(endpoint, cell));
        pieces_clear(&there);
        pieces_clear(&here);
        if (cell->opcode == URMA_OPC_READ) {
            pieces_fill(&there, number * LIST + i);
        }

        if (cell_consumes_receive(cell)) {
            urma_jfr_wr_t request = {
                .src = {.sge = here.entries, .num_sge = here.count},
                .user_ctx = record_context(number, i),
            };
            urma_jfr_wr_t *refused = NULL;
            CHECK(endpoint_post_receive(endpoint, &request, &refused) == URMA_SUCCESS, "%s: receive", cell_name(cell));
        }
    }

    memset(endpoint_incoming(endpoint) + NOTIFY_AT, 0, 8);
    if (cell_is_atomic(cell)) {
        word_t initial = atomic_initial(cell, number);
        pieces_t word = incoming(endpoint, cell, 0, 1);
        memcpy((void *)(uintptr_t)word.entries[0].addr, &initial, cell->bytes);
    }

    if (cell->completion == COMPLETION_EVENT && cell_consumes_receive(cell)) {
        CHECK(urma_rearm_jfc(endpoint->receive_jfc, false) == URMA_SUCCESS, "urma_rearm_jfc");
    }
}

static void inspect(const endpoint_t *endpoint, const cell_t *cell, uint64_t number)
{
    word_t word = atomic_initial(cell, number);
    for (uint32_t i = 0; i < cell_requests(cell); i++) {
        pieces_t here = incoming(endpoint, cell, i, arriving_pieces(endpoint, cell));
        if (cell_is_atomic(cell)) {
            word = atomic_step(cell, number, i, word).left;
        } else if (cell->opcode == URMA_OPC_READ || cell->opcode == URMA_OPC_NOP) {
            CHECK(pieces_clean(&here), "%s: the memory of the other side changed", cell_name(cell));
        } else {
            CHECK(pieces_hold(&here, number * LIST + i), "%s: what arrived", cell_name(cell));
        }
    }

    uint64_t notified = 0;
    memcpy(&notified, endpoint_incoming(endpoint) + NOTIFY_AT, sizeof(notified));
    uint64_t expected = cell->opcode == URMA_OPC_WRITE_NOTIFY ? record_immediate(number, cell_requests(cell) - 1) : 0;
    CHECK(notified == expected, "%s: notified %llx", cell_name(cell), (unsigned long long)notified);
    if (cell_is_atomic(cell)) {
        pieces_t here = incoming(endpoint, cell, 0, 1);
        CHECK(memcmp((const void *)(uintptr_t)here.entries[0].addr, &word, cell->bytes) == 0, "%s: what was left",
              cell_name(cell));
    }
}

void run_cell(const endpoint_t *endpoint, const cell_t *cell, uint64_t number)
{
    if (endpoint->peer->initiator) {
        initiate(endpoint, cell, number);
        peer_meet(endpoint->peer);
    } else {
        offer(endpoint, cell, number);
        peer_meet(endpoint->peer);
        if (cell_consumes_receive(cell)) {
            for (uint32_t i = 0; i < cell_requests(cell); i++) {
                record_of_receive(endpoint, cell, number, i);
            }
        }

        peer_meet(endpoint->peer);
        inspect(endpoint, cell, number);
    }

    record_none(endpoint, cell);
}
