/* Reliable messages without a connection (RM): one jetty sends to another, which had posted a receive. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "device.h"
#include "peer.h"

#define LENGTH 64
#define IMMEDIATE UINT64_C(0x0123456789abcdef)

static urma_jfr_t *create_receive_queue(urma_context_t *context, urma_jfc_t *jfc)
{
    urma_jfr_cfg_t configuration = {
        .depth = 16,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .trans_mode = URMA_TM_RM,
        .max_sge = 1,
        .min_rnr_timer = URMA_TYPICAL_MIN_RNR_TIMER,
        .jfc = jfc,
        .token_value = {.token = DEVICE_TOKEN},
    };
    urma_jfr_t *jfr = urma_create_jfr(context, &configuration);
    CHECK(jfr != NULL, "urma_create_jfr");
    return jfr;
}

static urma_jetty_t *create_jetty(urma_context_t *context, urma_jfc_t *jfc, urma_jfr_t *jfr)
{
    urma_jetty_cfg_t configuration = {
        .flag.bs = {.share_jfr = URMA_SHARE_JFR},
        .jfs_cfg = {
            .depth = 16,
            .trans_mode = URMA_TM_RM,
            .max_sge = 1,
            .max_rsge = 1,
            .rnr_retry = URMA_TYPICAL_RNR_RETRY,
            .err_timeout = URMA_TYPICAL_ERR_TIMEOUT,
            .jfc = jfc,
        },
        .shared = {.jfr = jfr, .jfc = jfc},
    };
    urma_jetty_t *jetty = urma_create_jetty(context, &configuration);
    CHECK(jetty != NULL, "urma_create_jetty");
    return jetty;
}

static void receive(const peer_t *peer, urma_jetty_t *jetty, urma_jfc_t *jfc, urma_target_seg_t *segment, char *buffer)
{
    urma_sge_t piece = {.addr = (uint64_t)(uintptr_t)buffer, .len = LENGTH, .tseg = segment};
    urma_jfr_wr_t request = {.src = {.sge = &piece, .num_sge = 1}, .user_ctx = 7};
    urma_jfr_wr_t *refused = NULL;
    CHECK(urma_post_jetty_recv_wr(jetty, &request, &refused) == URMA_SUCCESS, "urma_post_jetty_recv_wr");
    peer_meet(peer);

    urma_cr_t record = device_wait(jfc);
    CHECK(record.status == URMA_CR_SUCCESS, "status %d", (int)record.status);
    CHECK(record.flag.bs.s_r == 1 && record.opcode == URMA_CR_OPC_SEND_WITH_IMM, "opcode %d", (int)record.opcode);
    CHECK(record.user_ctx == 7 && record.completion_len == LENGTH, "%u bytes", record.completion_len);
    CHECK(record.imm_data == IMMEDIATE, "immediate data");
    printf("received \"%s\" from jetty %u\n", buffer, record.remote_id.id);
}

static void send_message(const peer_t *peer, urma_jetty_t *jetty, urma_target_jetty_t *target, urma_jfc_t *jfc,
                         urma_target_seg_t *segment, char *buffer)
{
    strcpy(buffer, "hello");
    /* The receiver has posted. */
    peer_meet(peer);

    urma_sge_t piece = {.addr = (uint64_t)(uintptr_t)buffer, .len = LENGTH, .tseg = segment};
    urma_jfs_wr_t request = {
        .opcode = URMA_OPC_SEND_IMM,
        .flag.bs = {.complete_enable = URMA_COMPLETE_ENABLE},
        .tjetty = target,
        .user_ctx = 8,
        .send = {.src = {.sge = &piece, .num_sge = 1}, .imm_data = IMMEDIATE},
    };
    urma_jfs_wr_t *refused = NULL;
    CHECK(urma_post_jetty_send_wr(jetty, &request, &refused) == URMA_SUCCESS, "urma_post_jetty_send_wr");

    urma_cr_t record = device_wait(jfc);
    CHECK(record.status == URMA_CR_SUCCESS && record.flag.bs.s_r == 0, "status %d", (int)record.status);
    CHECK(record.user_ctx == 8, "user context %llu", (unsigned long long)record.user_ctx);
}

int main(void)
{
    peer_t peer = peer_start();
    urma_context_t *context = device_open();
    urma_jfc_cfg_t jfc_configuration = {.depth = 64};
    urma_jfc_t *jfc = urma_create_jfc(context, &jfc_configuration);
    CHECK(jfc != NULL, "urma_create_jfc");
    urma_jfr_t *jfr = create_receive_queue(context, jfc);
    urma_jetty_t *jetty = create_jetty(context, jfc, jfr);
    char *buffer = device_memory(4096);
    urma_target_seg_t *segment = device_register(context, buffer, 4096, URMA_ACCESS_LOCAL_ONLY);

    urma_rjetty_t mine = {
        .jetty_id = jetty->jetty_id,
        .trans_mode = URMA_TM_RM,
        .type = URMA_JETTY,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .tp_type = device_path_type(context, URMA_TM_RM),
    };
    urma_rjetty_t theirs;
    peer_exchange(&peer, &mine, &theirs, sizeof(mine));
    urma_token_t token = {.token = DEVICE_TOKEN};
    urma_target_jetty_t *target = urma_import_jetty(context, &theirs, &token);
    CHECK(target != NULL, "urma_import_jetty");

    if (peer.initiator) {
        send_message(&peer, jetty, target, jfc, segment, buffer);
    } else {
        receive(&peer, jetty, jfc, segment, buffer);
    }

    peer_meet(&peer);
    CHECK(urma_unimport_jetty(target) == URMA_SUCCESS, "urma_unimport_jetty");
    CHECK(urma_unregister_seg(segment) == URMA_SUCCESS, "urma_unregister_seg");
    CHECK(urma_delete_jetty(jetty) == URMA_SUCCESS, "urma_delete_jetty");
    CHECK(urma_delete_jfr(jfr) == URMA_SUCCESS, "urma_delete_jfr");
    CHECK(urma_delete_jfc(jfc) == URMA_SUCCESS, "urma_delete_jfc");
    device_close(context);
    return peer_finish(&peer);
}
