/* A reliable connection (RC): two jetties bound to each other, messages in both directions. */
#include <stdio.h>

#include "check.h"
#include "device.h"
#include "peer.h"

#define LENGTH 4096
#define TURNS 100

typedef struct end {
    urma_jetty_t *jetty;
    urma_target_jetty_t *target;
    urma_jfc_t *send_jfc;
    urma_jfc_t *receive_jfc;
    urma_target_seg_t *segment;
    unsigned char *send_buffer;
    unsigned char *receive_buffer;
} end_t;

static urma_jetty_t *create_jetty(urma_context_t *context, urma_jfc_t *send_jfc, urma_jfr_t *jfr)
{
    urma_jetty_cfg_t configuration = {
        .flag.bs = {.share_jfr = URMA_SHARE_JFR},
        .jfs_cfg = {
            .depth = 16,
            .trans_mode = URMA_TM_RC,
            .max_sge = 1,
            .max_rsge = 1,
            .rnr_retry = URMA_TYPICAL_RNR_RETRY,
            .err_timeout = URMA_TYPICAL_ERR_TIMEOUT,
            .jfc = send_jfc,
        },
        .shared = {.jfr = jfr},
    };
    urma_jetty_t *jetty = urma_create_jetty(context, &configuration);
    CHECK(jetty != NULL, "urma_create_jetty");
    return jetty;
}

static urma_target_jetty_t *connect_to_peer(const peer_t *peer, urma_context_t *context, urma_jetty_t *jetty)
{
    urma_rjetty_t mine = {
        .jetty_id = jetty->jetty_id,
        .trans_mode = URMA_TM_RC,
        .type = URMA_JETTY,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .tp_type = device_path_type(context, URMA_TM_RC),
    };
    urma_rjetty_t theirs;
    peer_exchange(peer, &mine, &theirs, sizeof(mine));
    urma_token_t token = {.token = DEVICE_TOKEN};
    urma_target_jetty_t *target = urma_import_jetty(context, &theirs, &token);
    CHECK(target != NULL, "urma_import_jetty");
    CHECK(urma_bind_jetty(jetty, target) == URMA_SUCCESS, "urma_bind_jetty");
    CHECK(urma_bind_jetty(jetty, target) == URMA_EEXIST, "a second bind");
    CHECK(jetty->remote_jetty == target, "the jetty does not name its peer");
    /* Both sides are bound before the first message. */
    peer_meet(peer);
    return target;
}

static void post_receive(const end_t *end, uint64_t turn)
{
    urma_sge_t piece = {.addr = (uint64_t)(uintptr_t)end->receive_buffer, .len = LENGTH, .tseg = end->segment};
    urma_jfr_wr_t request = {.src = {.sge = &piece, .num_sge = 1}, .user_ctx = turn};
    urma_jfr_wr_t *refused = NULL;
    CHECK(urma_post_jetty_recv_wr(end->jetty, &request, &refused) == URMA_SUCCESS, "turn %llu", (unsigned long long)turn);
}

static void send_turn(const end_t *end, uint64_t turn)
{
    end->send_buffer[0] = (unsigned char)turn;
    end->send_buffer[LENGTH - 1] = (unsigned char)~turn;
    urma_sge_t piece = {.addr = (uint64_t)(uintptr_t)end->send_buffer, .len = LENGTH, .tseg = end->segment};
    urma_jfs_wr_t request = {
        .opcode = URMA_OPC_SEND,
        .flag.bs = {.complete_enable = URMA_COMPLETE_ENABLE},
        .tjetty = end->target,
        .user_ctx = turn,
        .send = {.src = {.sge = &piece, .num_sge = 1}},
    };
    urma_jfs_wr_t *refused = NULL;
    CHECK(urma_post_jetty_send_wr(end->jetty, &request, &refused) == URMA_SUCCESS, "turn %llu", (unsigned long long)turn);
    urma_cr_t record = device_wait(end->send_jfc);
    CHECK(record.status == URMA_CR_SUCCESS && record.user_ctx == turn, "status %d", (int)record.status);
}

static void receive_turn(const end_t *end, uint64_t turn)
{
    urma_cr_t record = device_wait(end->receive_jfc);
    CHECK(record.status == URMA_CR_SUCCESS && record.user_ctx == turn, "status %d", (int)record.status);
    CHECK(record.completion_len == LENGTH && record.opcode == URMA_CR_OPC_SEND, "%u bytes", record.completion_len);
    CHECK(end->receive_buffer[0] == (unsigned char)turn && end->receive_buffer[LENGTH - 1] == (unsigned char)~turn,
          "the message of turn %llu", (unsigned long long)turn);
}

static void play(const peer_t *peer, const end_t *end)
{
    post_receive(end, 0);
    peer_meet(peer);
    for (uint64_t turn = 0; turn < TURNS; turn++) {
        if (peer->initiator) {
            send_turn(end, turn);
        }

        receive_turn(end, turn);
        /* Posted before the answer, so that the peer's next message finds it. */
        if (turn + 1 < TURNS) {
            post_receive(end, turn + 1);
        }

        if (!peer->initiator) {
            send_turn(end, turn);
        }
    }
}

int main(void)
{
    peer_t peer = peer_start();
    urma_context_t *context = device_open();
    urma_jfc_cfg_t jfc_configuration = {.depth = 64};
    end_t end = {
        .send_jfc = urma_create_jfc(context, &jfc_configuration),
        .receive_jfc = urma_create_jfc(context, &jfc_configuration),
        .send_buffer = device_memory(2 * LENGTH),
    };
    CHECK(end.send_jfc != NULL && end.receive_jfc != NULL, "urma_create_jfc");
    end.receive_buffer = end.send_buffer + LENGTH;
    end.segment = device_register(context, end.send_buffer, 2 * LENGTH, URMA_ACCESS_LOCAL_ONLY);
    urma_jfr_cfg_t jfr_configuration = {
        .depth = 16,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .trans_mode = URMA_TM_RC,
        .max_sge = 1,
        .min_rnr_timer = URMA_TYPICAL_MIN_RNR_TIMER,
        .jfc = end.receive_jfc,
        .token_value = {.token = DEVICE_TOKEN},
    };
    urma_jfr_t *jfr = urma_create_jfr(context, &jfr_configuration);
    CHECK(jfr != NULL, "urma_create_jfr");
    end.jetty = create_jetty(context, end.send_jfc, jfr);
    end.target = connect_to_peer(&peer, context, end.jetty);

    play(&peer, &end);
    if (peer.initiator) {
        printf("%d messages of %d bytes there and back\n", TURNS, LENGTH);
    }

    peer_meet(&peer);
    CHECK(urma_unbind_jetty(end.jetty) == URMA_SUCCESS, "urma_unbind_jetty");
    CHECK(urma_unimport_jetty(end.target) == URMA_SUCCESS, "urma_unimport_jetty");
    CHECK(urma_delete_jetty(end.jetty) == URMA_SUCCESS, "urma_delete_jetty");
    CHECK(urma_delete_jfr(jfr) == URMA_SUCCESS, "urma_delete_jfr");
    CHECK(urma_unregister_seg(end.segment) == URMA_SUCCESS, "urma_unregister_seg");
    CHECK(urma_delete_jfc(end.send_jfc) == URMA_SUCCESS, "urma_delete_jfc");
    CHECK(urma_delete_jfc(end.receive_jfc) == URMA_SUCCESS, "urma_delete_jfc");
    device_close(context);
    return peer_finish(&peer);
}
