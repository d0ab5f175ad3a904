/* Rarer ways of a message: events for solicited messages only, groups of jetties, invalidating a token on arrival, a
 * receiver that never is ready. */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "device.h"
#include "endpoint.h"

#define LENGTH 32U

static bool readable(const urma_jfce_t *channel, int milliseconds)
{
    struct pollfd descriptor = {.fd = channel->fd, .events = POLLIN};
    return poll(&descriptor, 1, milliseconds) == 1;
}

static void acknowledge(urma_jfce_t *channel)
{
    urma_jfc_t *ready[1] = {NULL};
    CHECK(urma_wait_jfc(channel, 1, 0, ready) == 1, "urma_wait_jfc");
    uint32_t events[1] = {1};
    urma_ack_jfc(ready, events, 1);
}

static urma_cr_t send_one(const endpoint_t *endpoint, urma_jetty_t *jetty, urma_jfs_wr_t request)
{
    urma_sge_t source = {
        .addr = (uint64_t)(uintptr_t)endpoint_outgoing(endpoint),
        .len = LENGTH,
        .tseg = endpoint->local,
    };
    request.send.src = (urma_sg_t){.sge = &source, .num_sge = 1};
    request.flag.bs.complete_enable = URMA_COMPLETE_ENABLE;
    urma_jfs_wr_t *refused = NULL;
    CHECK(urma_post_jetty_send_wr(jetty, &request, &refused) == URMA_SUCCESS, "opcode 0x%x", (unsigned)request.opcode);
    return device_wait(endpoint->send_jfc);
}

static void deliver(const endpoint_t *endpoint, urma_jfs_wr_t request)
{
    urma_cr_t record = send_one(endpoint, endpoint->jetty, request);
    CHECK(record.status == URMA_CR_SUCCESS, "status %d", (int)record.status);
}

static void post_receive(const endpoint_t *endpoint, urma_jetty_t *jetty, uint64_t context)
{
    urma_sge_t place = {
        .addr = (uint64_t)(uintptr_t)endpoint_incoming(endpoint) + context * LENGTH,
        .len = LENGTH,
        .tseg = endpoint->local,
    };
    urma_jfr_wr_t request = {.src = {.sge = &place, .num_sge = 1}, .user_ctx = context};
    urma_jfr_wr_t *refused = NULL;
    CHECK(urma_post_jetty_recv_wr(jetty, &request, &refused) == URMA_SUCCESS, "urma_post_jetty_recv_wr");
}

static urma_cr_t receive(const endpoint_t *endpoint)
{
    urma_cr_t record = device_wait(endpoint->receive_jfc);
    CHECK(record.status == URMA_CR_SUCCESS && record.completion_len == LENGTH, "status %d", (int)record.status);
    return record;
}

static void only_solicited_messages_wake(const endpoint_t *endpoint)
{
    urma_jfs_wr_t request = {.opcode = URMA_OPC_SEND, .tjetty = endpoint->target};
    if (endpoint->peer->initiator) {
        peer_meet(endpoint->peer);
        deliver(endpoint, request);
        peer_meet(endpoint->peer);
        peer_meet(endpoint->peer);
        request.flag.bs.solicited_enable = URMA_SOLICITED_ENABLE;
        deliver(endpoint, request);
    } else {
        post_receive(endpoint, endpoint->jetty, 0);
        post_receive(endpoint, endpoint->jetty, 1);
        CHECK(urma_rearm_jfc(endpoint->receive_jfc, true) == URMA_SUCCESS, "urma_rearm_jfc");
        peer_meet(endpoint->peer);
        peer_meet(endpoint->peer);
        CHECK(!readable(endpoint->receive_channel, 100), "an ordinary message woke a JFC armed for solicited ones");
        peer_meet(endpoint->peer);
        CHECK(readable(endpoint->receive_channel, 20000), "a solicited message did not wake");
        acknowledge(endpoint->receive_channel);
        CHECK(receive(endpoint).user_ctx == 0 && receive(endpoint).user_ctx == 1, "the order of the messages");
    }

    peer_meet(endpoint->peer);
}

/* A group that hands messages out in turn, or by the sender's hint. */
static void groups_share_messages(const endpoint_t *endpoint, urma_jetty_grp_policy_t policy)
{
    enum { MEMBERS = 2, MESSAGES = 6 };
    urma_jetty_grp_cfg_t configuration = {
        .name = "messages",
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .token_value = {.token = DEVICE_TOKEN},
        .policy = policy,
    };
    urma_jetty_grp_t *group = urma_create_jetty_grp(endpoint->context, &configuration);
    CHECK(group != NULL, "urma_create_jetty_grp");
    urma_jetty_t *members[MEMBERS];
    for (int i = 0; i < MEMBERS; i++) {
        urma_jetty_cfg_t member = endpoint->jetty->jetty_cfg;
        member.id = 0;
        member.jetty_grp = group;
        members[i] = urma_create_jetty(endpoint->context, &member);
        CHECK(members[i] != NULL, "urma_create_jetty in a group");
    }

    urma_rjetty_t mine = {
        .jetty_id = group->jetty_grp_id,
        .trans_mode = URMA_TM_RM,
        .policy = policy,
        .type = URMA_JETTY_GROUP,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .tp_type = device_path_type(endpoint->context, URMA_TM_RM),
    };
    urma_rjetty_t theirs;
    peer_exchange(endpoint->peer, &mine, &theirs, sizeof(mine));
    urma_token_t token = {.token = DEVICE_TOKEN};
    urma_target_jetty_t *target = urma_import_jetty(endpoint->context, &theirs, &token);
    CHECK(target != NULL, "urma_import_jetty of a group");

    if (endpoint->peer->initiator) {
        peer_meet(endpoint->peer);
        for (int i = 0; i < MESSAGES; i++) {
            deliver(endpoint, (urma_jfs_wr_t){.opcode = URMA_OPC_SEND, .tjetty = target, .send = {.target_hint = 1}});
        }
    } else {
        for (uint64_t i = 0; i < MESSAGES; i++) {
            post_receive(endpoint, members[0], i);
        }

        peer_meet(endpoint->peer);
        int taken[MEMBERS] = {0, 0};
        for (int i = 0; i < MESSAGES; i++) {
            urma_cr_t record = receive(endpoint);
            CHECK(record.local_id == members[0]->jetty_id.id || record.local_id == members[1]->jetty_id.id,
                  "jetty %u is not in the group", record.local_id);
            taken[record.local_id == members[1]->jetty_id.id]++;
        }

        if (policy == URMA_JETTY_GRP_POLICY_RR) {
            CHECK(taken[0] == MESSAGES / 2 && taken[1] == MESSAGES / 2, "%d and %d messages", taken[0], taken[1]);
        } else {
            CHECK(taken[0] == 0 || taken[1] == 0, "one hint, but %d and %d messages", taken[0], taken[1]);
        }
    }

    peer_meet(endpoint->peer);
    CHECK(urma_unimport_jetty(target) == URMA_SUCCESS, "urma_unimport_jetty");
    peer_meet(endpoint->peer);
    for (int i = 0; i < MEMBERS; i++) {
        CHECK(urma_delete_jetty(members[i]) == URMA_SUCCESS, "urma_delete_jetty");
    }

    CHECK(urma_delete_jetty_grp(group) == URMA_SUCCESS, "urma_delete_jetty_grp");
}

/* The message takes the receiver's grant back: the sender cannot write there any more. A device without the operation
 * says so. */
static void a_message_can_invalidate(const endpoint_t *endpoint)
{
    unsigned char *memory = device_memory(4096);
    urma_target_seg_t *offered = device_register(endpoint->context, memory, 4096, DEVICE_ACCESS_ALL);
    urma_seg_t theirs;
    peer_exchange(endpoint->peer, &offered->seg, &theirs, sizeof(theirs));
    urma_target_seg_t *imported = device_import(endpoint->context, &theirs, DEVICE_ACCESS_ALL);
    char offers = 1;
    if (endpoint->peer->initiator) {
        peer_meet(endpoint->peer);
        urma_sge_t source = {.addr = (uint64_t)(uintptr_t)endpoint_outgoing(endpoint), .len = LENGTH, .tseg = endpoint->local};
        urma_jfs_wr_t request = {
            .opcode = URMA_OPC_SEND_INVALIDATE,
            .flag.bs = {.complete_enable = URMA_COMPLETE_ENABLE},
            .tjetty = endpoint->target,
            .send = {.src = {.sge = &source, .num_sge = 1}, .tseg = imported},
        };
        urma_jfs_wr_t *refused = NULL;
        urma_status_t status = urma_post_jetty_send_wr(endpoint->jetty, &request, &refused);
        CHECK(status == URMA_SUCCESS || (status == URMA_EINVAL && refused == &request), "status %d", status);
        offers = status == URMA_SUCCESS;
        if (offers) {
            CHECK(device_wait(endpoint->send_jfc).status == URMA_CR_SUCCESS, "SEND_INVALIDATE");
            urma_jfs_wr_flag_t signalled = {.bs = {.complete_enable = URMA_COMPLETE_ENABLE}};
            urma_sge_t destination = {.addr = theirs.ubva.va, .len = LENGTH, .tseg = imported};
            request.opcode = URMA_OPC_WRITE;
            request.flag = signalled;
            request.rw = (urma_rw_wr_t){.src = {.sge = &source, .num_sge = 1}, .dst = {.sge = &destination, .num_sge = 1}};
            CHECK(urma_post_jetty_send_wr(endpoint->jetty, &request, &refused) == URMA_SUCCESS, "WRITE");
            urma_cr_t record = device_wait(endpoint->send_jfc);
            CHECK(record.status == URMA_CR_REM_ACCESS_ABORT_ERR, "what was invalidated was written: %d", (int)record.status);
        } else {
            puts("SEND_INVALIDATE is not offered by the device");
        }
    } else {
        post_receive(endpoint, endpoint->jetty, 0);
        peer_meet(endpoint->peer);
    }

    char theirs_offers = 0;
    peer_exchange(endpoint->peer, &offers, &theirs_offers, 1);
    if (!endpoint->peer->initiator && theirs_offers) {
        urma_cr_t record = receive(endpoint);
        CHECK(record.opcode == URMA_CR_OPC_SEND_WITH_INV && record.invalid_token.token_id == offered->seg.token_id,
              "opcode %d", (int)record.opcode);
    } else if (!endpoint->peer->initiator) {
        /* Takes the receive that waits in vain. */
        peer_meet(endpoint->peer);
        receive(endpoint);
    } else if (!offers) {
        peer_meet(endpoint->peer);
        deliver(endpoint, (urma_jfs_wr_t){.opcode = URMA_OPC_SEND, .tjetty = endpoint->target});
    }

    CHECK(urma_unimport_seg(imported) == URMA_SUCCESS, "urma_unimport_seg");
    peer_meet(endpoint->peer);
    CHECK(urma_unregister_seg(offered) == URMA_SUCCESS, "urma_unregister_seg");
}

static void who_is_never_ready_is_given_up(const endpoint_t *endpoint)
{
    if (endpoint->peer->initiator) {
        urma_jetty_cfg_t impatient = endpoint->jetty->jetty_cfg;
        impatient.id = 0;
        impatient.jfs_cfg.rnr_retry = 0;
        urma_jetty_t *jetty = urma_create_jetty(endpoint->context, &impatient);
        CHECK(jetty != NULL, "urma_create_jetty");
        urma_cr_t record = send_one(endpoint, jetty, (urma_jfs_wr_t){
            .opcode = URMA_OPC_SEND,
            .tjetty = endpoint->target,
            .user_ctx = 9,
        });
        CHECK(record.status == URMA_CR_RNR_RETRY_CNT_EXC_ERR && record.user_ctx == 9, "status %d", (int)record.status);
        CHECK(urma_delete_jetty(jetty) == URMA_SUCCESS, "urma_delete_jetty");
    }

    peer_meet(endpoint->peer);
}

int main(void)
{
    peer_t peer = peer_start();
    urma_context_t *context = device_open();
    endpoint_t endpoint = endpoint_create(&peer, context, (shape_t){.mode = URMA_TM_RM, .jetty = true});
    only_solicited_messages_wake(&endpoint);
    groups_share_messages(&endpoint, URMA_JETTY_GRP_POLICY_RR);
    groups_share_messages(&endpoint, URMA_JETTY_GRP_POLICY_HASH_HINT);
    a_message_can_invalidate(&endpoint);
    who_is_never_ready_is_given_up(&endpoint);
    if (peer.initiator) {
        puts("messages: all arrived as they should");
    }

    endpoint_delete(&endpoint);
    device_close(context);
    return peer_finish(&peer);
}
