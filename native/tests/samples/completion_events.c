/* Sleeping until something completes: a JFC with an event channel (JFCE), whose descriptor any poll or epoll takes. */
#include <poll.h>
#include <stdio.h>

#include "check.h"
#include "device.h"
#include "peer.h"

#define MESSAGES 20
#define LENGTH 32

typedef struct end {
    urma_jfce_t *channel;
    urma_jfc_t *jfc;
    urma_jfr_t *jfr;
    urma_target_seg_t *segment;
    char *buffer;
} end_t;

/* Sleeps until the armed JFC has something, then acknowledges the event. */
static void sleep_until_event(const end_t *end)
{
    struct pollfd descriptor = {.fd = end->channel->fd, .events = POLLIN};
    CHECK(poll(&descriptor, 1, 20000) == 1, "the descriptor of the channel did not become readable");

    urma_jfc_t *ready[1] = {NULL};
    CHECK(urma_wait_jfc(end->channel, 1, 0, ready) == 1 && ready[0] == end->jfc, "urma_wait_jfc");
    uint32_t events[1] = {1};
    urma_ack_jfc(ready, events, 1);
}

/* Returns the next record, without missing one that comes between looking and sleeping. */
static urma_cr_t next_record(const end_t *end)
{
    urma_cr_t record;
    if (device_poll(end->jfc, &record)) {
        return record;
    }

    CHECK(urma_rearm_jfc(end->jfc, false) == URMA_SUCCESS, "urma_rearm_jfc");
    while (!device_poll(end->jfc, &record)) {
        sleep_until_event(end);
        CHECK(urma_rearm_jfc(end->jfc, false) == URMA_SUCCESS, "urma_rearm_jfc");
    }

    return record;
}

static void receive_all(const peer_t *peer, const end_t *end)
{
    for (uint64_t i = 0; i < MESSAGES; i++) {
        uint64_t address = (uint64_t)(uintptr_t)end->buffer + i * LENGTH;
        CHECK(urma_recv(end->jfr, end->segment, address, LENGTH, i) == URMA_SUCCESS, "urma_recv");
    }

    peer_meet(peer);
    for (uint64_t i = 0; i < MESSAGES; i++) {
        urma_cr_t record = next_record(end);
        CHECK(record.status == URMA_CR_SUCCESS, "status %d", (int)record.status);
        CHECK(record.user_ctx == i && record.completion_len == LENGTH, "record %llu", (unsigned long long)i);
        CHECK(end->buffer[i * LENGTH] == (char)i, "message %llu", (unsigned long long)i);
        /* The next message is sent only now, so that there is something to sleep for. */
        peer_meet(peer);
    }

    printf("slept for %d messages\n", MESSAGES);
}

static void send_all(const peer_t *peer, const end_t *end, urma_jfs_t *jfs, urma_target_jetty_t *target)
{
    urma_jfs_wr_flag_t flag = {.bs = {.complete_enable = URMA_COMPLETE_ENABLE}};
    peer_meet(peer);
    for (uint64_t i = 0; i < MESSAGES; i++) {
        end->buffer[0] = (char)i;
        CHECK(urma_send(jfs, target, end->segment, (uint64_t)(uintptr_t)end->buffer, LENGTH, flag, i) == URMA_SUCCESS,
              "urma_send");
        urma_cr_t record = next_record(end);
        CHECK(record.status == URMA_CR_SUCCESS && record.user_ctx == i, "status %d", (int)record.status);
        peer_meet(peer);
    }
}

int main(void)
{
    peer_t peer = peer_start();
    urma_context_t *context = device_open();
    end_t end = {.channel = urma_create_jfce(context), .buffer = device_memory(4096)};
    CHECK(end.channel != NULL && end.channel->fd >= 0, "urma_create_jfce");
    urma_jfc_cfg_t jfc_configuration = {.depth = 64, .jfce = end.channel};
    end.jfc = urma_create_jfc(context, &jfc_configuration);
    CHECK(end.jfc != NULL, "urma_create_jfc");
    end.segment = device_register(context, end.buffer, 4096, URMA_ACCESS_LOCAL_ONLY);

    urma_jfr_cfg_t jfr_configuration = {
        .depth = 64,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .trans_mode = URMA_TM_RM,
        .max_sge = 1,
        .min_rnr_timer = URMA_TYPICAL_MIN_RNR_TIMER,
        .jfc = end.jfc,
        .token_value = {.token = DEVICE_TOKEN},
    };
    end.jfr = urma_create_jfr(context, &jfr_configuration);
    urma_jfs_cfg_t jfs_configuration = {
        .depth = 64,
        .trans_mode = URMA_TM_RM,
        .max_sge = 1,
        .max_rsge = 1,
        .rnr_retry = URMA_TYPICAL_RNR_RETRY,
        .err_timeout = URMA_TYPICAL_ERR_TIMEOUT,
        .jfc = end.jfc,
    };
    urma_jfs_t *jfs = urma_create_jfs(context, &jfs_configuration);
    CHECK(end.jfr != NULL && jfs != NULL, "urma_create_jfr or urma_create_jfs");

    urma_rjfr_t mine = {
        .jfr_id = end.jfr->jfr_id,
        .trans_mode = URMA_TM_RM,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .tp_type = device_path_type(context, URMA_TM_RM),
    };
    urma_rjfr_t theirs;
    peer_exchange(&peer, &mine, &theirs, sizeof(mine));
    urma_token_t token = {.token = DEVICE_TOKEN};
    urma_target_jetty_t *target = urma_import_jfr(context, &theirs, &token);
    CHECK(target != NULL, "urma_import_jfr");

    if (peer.initiator) {
        send_all(&peer, &end, jfs, target);
    } else {
        receive_all(&peer, &end);
    }

    CHECK(urma_unimport_jfr(target) == URMA_SUCCESS, "urma_unimport_jfr");
    CHECK(urma_delete_jfs(jfs) == URMA_SUCCESS, "urma_delete_jfs");
    CHECK(urma_delete_jfr(end.jfr) == URMA_SUCCESS, "urma_delete_jfr");
    CHECK(urma_delete_jfc(end.jfc) == URMA_SUCCESS, "urma_delete_jfc");
    CHECK(urma_delete_jfce(end.channel) == URMA_SUCCESS, "urma_delete_jfce");
    CHECK(urma_unregister_seg(end.segment) == URMA_SUCCESS, "urma_unregister_seg");
    device_close(context);
    return peer_finish(&peer);
}
