/* One-sided operations from a JFS on the memory behind a peer's JFR: write, read, compare-and-swap, fetch-and-add. The
 * owner of the memory takes no part. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "device.h"
#include "peer.h"

#define MEMORY 4096

/* What the owner tells the initiator. */
typedef struct offer {
    urma_rjfr_t jfr;
    urma_seg_t segment;
} offer_t;

/* What the initiator works with. */
typedef struct link {
    urma_jfs_t *jfs;
    urma_jfc_t *jfc;
    urma_target_jetty_t *target;
    urma_target_seg_t *local;
    urma_target_seg_t *remote;
    uint64_t *buffer;
    uint64_t remote_address;
} link_t;

static void wait_for_success(const link_t *link, uint64_t user_context)
{
    urma_cr_t record = device_wait(link->jfc);
    CHECK(record.status == URMA_CR_SUCCESS, "status %d", (int)record.status);
    CHECK(record.user_ctx == user_context, "user context %llu", (unsigned long long)record.user_ctx);
}

static void post(const link_t *link, urma_jfs_wr_t *request)
{
    request->flag.bs.complete_enable = URMA_COMPLETE_ENABLE;
    request->tjetty = link->target;
    urma_jfs_wr_t *refused = NULL;
    CHECK(urma_post_jfs_wr(link->jfs, request, &refused) == URMA_SUCCESS, "opcode 0x%02x", (unsigned)request->opcode);
    wait_for_success(link, request->user_ctx);
}

static void work(const link_t *link)
{
    uint64_t local = (uint64_t)(uintptr_t)link->buffer;
    urma_jfs_wr_flag_t signalled = {.bs = {.complete_enable = URMA_COMPLETE_ENABLE}};

    link->buffer[0] = 40;
    CHECK(urma_write(link->jfs, link->target, link->remote, link->local, link->remote_address, local, 8, signalled, 1)
              == URMA_SUCCESS, "urma_write");
    wait_for_success(link, 1);

    urma_sge_t there = {.addr = link->remote_address, .len = 8, .tseg = link->remote};
    urma_sge_t found = {.addr = local + 8, .len = 8, .tseg = link->local};
    post(link, &(urma_jfs_wr_t){.opcode = URMA_OPC_FADD, .user_ctx = 2, .faa = {.dst = &there, .src = &found, .operand = 2}});
    CHECK(link->buffer[1] == 40, "found %llu", (unsigned long long)link->buffer[1]);

    post(link, &(urma_jfs_wr_t){
        .opcode = URMA_OPC_CAS,
        .user_ctx = 3,
        .cas = {.dst = &there, .src = &found, .cmp_data = 42, .swap_data = 43},
    });
    CHECK(link->buffer[1] == 42, "found %llu", (unsigned long long)link->buffer[1]);

    CHECK(urma_read(link->jfs, link->target, link->local, link->remote, local + 16, link->remote_address, 8, signalled, 4)
              == URMA_SUCCESS, "urma_read");
    wait_for_success(link, 4);
    CHECK(link->buffer[2] == 43, "read %llu", (unsigned long long)link->buffer[2]);
    printf("wrote 40, added 2, swapped 42 for 43, read %llu\n", (unsigned long long)link->buffer[2]);
}

static void own(const peer_t *peer, urma_context_t *context, urma_jfc_t *jfc)
{
    uint64_t *memory = device_memory(MEMORY);
    urma_target_seg_t *segment = device_register(context, memory, MEMORY, DEVICE_ACCESS_ALL);
    urma_jfr_cfg_t configuration = {
        .depth = 16,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .trans_mode = URMA_TM_RM,
        .max_sge = 1,
        .jfc = jfc,
        .token_value = {.token = DEVICE_TOKEN},
    };
    urma_jfr_t *jfr = urma_create_jfr(context, &configuration);
    CHECK(jfr != NULL, "urma_create_jfr");

    offer_t mine = {
        .jfr = {
            .jfr_id = jfr->jfr_id,
            .trans_mode = URMA_TM_RM,
            .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
            .tp_type = device_path_type(context, URMA_TM_RM),
        },
        .segment = segment->seg,
    };
    offer_t theirs;
    peer_exchange(peer, &mine, &theirs, sizeof(mine));
    peer_meet(peer);
    CHECK(memory[0] == 43, "the memory holds %llu", (unsigned long long)memory[0]);

    CHECK(urma_delete_jfr(jfr) == URMA_SUCCESS, "urma_delete_jfr");
    CHECK(urma_unregister_seg(segment) == URMA_SUCCESS, "urma_unregister_seg");
}

static void initiate(const peer_t *peer, urma_context_t *context, urma_jfc_t *jfc)
{
    offer_t nothing;
    memset(&nothing, 0, sizeof(nothing));
    offer_t theirs;
    peer_exchange(peer, &nothing, &theirs, sizeof(theirs));

    urma_jfs_cfg_t configuration = {
        .depth = 16,
        .trans_mode = URMA_TM_RM,
        .max_sge = 1,
        .max_rsge = 1,
        .rnr_retry = URMA_TYPICAL_RNR_RETRY,
        .err_timeout = URMA_TYPICAL_ERR_TIMEOUT,
        .jfc = jfc,
    };
    urma_token_t token = {.token = DEVICE_TOKEN};
    link_t link = {
        .jfs = urma_create_jfs(context, &configuration),
        .jfc = jfc,
        .target = urma_import_jfr(context, &theirs.jfr, &token),
        .remote = device_import(context, &theirs.segment, DEVICE_ACCESS_ALL),
        .buffer = device_memory(MEMORY),
        .remote_address = theirs.segment.ubva.va,
    };
    CHECK(link.jfs != NULL && link.target != NULL, "urma_create_jfs or urma_import_jfr");
    link.local = device_register(context, link.buffer, MEMORY, URMA_ACCESS_LOCAL_ONLY);

    work(&link);
    peer_meet(peer);

    CHECK(urma_unregister_seg(link.local) == URMA_SUCCESS, "urma_unregister_seg");
    CHECK(urma_unimport_seg(link.remote) == URMA_SUCCESS, "urma_unimport_seg");
    CHECK(urma_unimport_jfr(link.target) == URMA_SUCCESS, "urma_unimport_jfr");
    CHECK(urma_delete_jfs(link.jfs) == URMA_SUCCESS, "urma_delete_jfs");
}

int main(void)
{
    peer_t peer = peer_start();
    urma_context_t *context = device_open();
    urma_jfc_cfg_t configuration = {.depth = 64};
    urma_jfc_t *jfc = urma_create_jfc(context, &configuration);
    CHECK(jfc != NULL, "urma_create_jfc");

    (peer.initiator ? initiate : own)(&peer, context, jfc);

    CHECK(urma_delete_jfc(jfc) == URMA_SUCCESS, "urma_delete_jfc");
    device_close(context);
    return peer_finish(&peer);
}
