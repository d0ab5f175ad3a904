/* Every operation in every transport mode, size, description and way of learning its end, between two processes. */
#include <stdio.h>

#include "check.h"
#include "device.h"
#include "run.h"

static const shape_t shapes[] = {
    {.mode = URMA_TM_RM, .jetty = true},
    {.mode = URMA_TM_RM, .jetty = false},
    {.mode = URMA_TM_RC, .jetty = true},
    {.mode = URMA_TM_UM, .jetty = true},
    {.mode = URMA_TM_UM, .jetty = false},
};

static const urma_opcode_t opcodes[] = {
    URMA_OPC_WRITE, URMA_OPC_WRITE_IMM, URMA_OPC_WRITE_NOTIFY, URMA_OPC_READ, URMA_OPC_CAS, URMA_OPC_SWAP, URMA_OPC_FADD,
    URMA_OPC_FSUB, URMA_OPC_FAND, URMA_OPC_FOR, URMA_OPC_FXOR, URMA_OPC_SEND, URMA_OPC_SEND_IMM, URMA_OPC_NOP,
};

/* Around the sizes of atomics, of a cache line, of what completions carry, of a page, and the largest. */
static const uint32_t sizes[] = {1, 4, 8, 16, 31, 64, 100, 4096, 65537, ENDPOINT_MESSAGE};

static const struct {
    uint32_t pieces;
    bool inlined;
} descriptions[] = {{1, false}, {2, false}, {ENDPOINT_PIECES, false}, {1, true}, {2, true}};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef struct tally {
    uint64_t number;
    uint32_t ran;
    uint32_t not_offered;
} tally_t;

static void run_opcode(const endpoint_t *endpoint, urma_opcode_t opcode, tally_t *tally)
{
    for (size_t size = 0; size < COUNT(sizes); size++) {
        for (size_t description = 0; description < COUNT(descriptions); description++) {
            for (completion_mode_t completion = 0; completion < COMPLETION_MODES; completion++) {
                cell_t cell = {
                    .opcode = opcode,
                    .bytes = sizes[size],
                    .pieces = descriptions[description].pieces,
                    .inlined = descriptions[description].inlined,
                    .completion = completion,
                };
                if (!cell_exists(&cell, endpoint->shape)) {
                    continue;
                }

                if (cell_offered(&cell, endpoint)) {
                    run_cell(endpoint, &cell, tally->number++);
                    tally->ran++;
                } else {
                    tally->not_offered++;
                }
            }
        }
    }
}

static const char *shape_name(shape_t shape)
{
    const char *const names[][2] = {{"RM JFS to JFR", "RM jetty"}, {"", "RC jetty"}, {"UM JFS to JFR", "UM jetty"}};
    return names[shape.mode == URMA_TM_RM ? 0 : shape.mode == URMA_TM_RC ? 1 : 2][shape.jetty ? 1 : 0];
}

static uint32_t run_shape(const peer_t *peer, urma_context_t *context, shape_t shape)
{
    endpoint_t endpoint = endpoint_create(peer, context, shape);
    tally_t all = {.number = 1};
    for (size_t i = 0; i < COUNT(opcodes); i++) {
        tally_t tally = {.number = all.number};
        run_opcode(&endpoint, opcodes[i], &tally);
        all.number = tally.number;
        all.ran += tally.ran;
        if (peer->initiator && tally.not_offered > 0) {
            printf("%s %s: %u cells are not offered by the device\n", shape_name(shape), cell_opcode_name(opcodes[i]),
                   tally.not_offered);
        }
    }

    endpoint_delete(&endpoint);
    if (peer->initiator) {
        printf("%s: %u cells\n", shape_name(shape), all.ran);
        fflush(stdout);
    }

    return all.ran;
}

int main(void)
{
    peer_t peer = peer_start();
    urma_context_t *context = device_open();
    uint16_t modes = device_capabilities(context).trans_mode;
    uint32_t ran = 0;
    for (size_t i = 0; i < COUNT(shapes); i++) {
        if ((modes & shapes[i].mode) != 0) {
            ran += run_shape(&peer, context, shapes[i]);
        } else if (peer.initiator) {
            printf("%s: the device does not offer the mode\n", shape_name(shapes[i]));
        }
    }

    CHECK(ran > 0, "nothing was run");
    device_close(context);
    if (peer.initiator) {
        printf("matrix: %u cells passed\n", ran);
    }

    return peer_finish(&peer);
}
