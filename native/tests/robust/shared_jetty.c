/* Objects belong to every thread unless they were created lock_free: many threads post on one jetty and poll one JFC, and
 * every request has exactly one record. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "device.h"
#include "endpoint.h"

#define THREADS 4
#define MESSAGES 3000U
#define ALL (THREADS * MESSAGES)
#define LENGTH 16U

typedef struct work {
    const endpoint_t *endpoint;
    uint32_t thread;
} work_t;

/* How often each message's record was seen. */
static _Atomic uint8_t seen[ALL];
static _Atomic uint32_t total;

static void note(uint64_t message)
{
    CHECK(message < ALL, "a record of message %llu, which nobody sent", (unsigned long long)message);
    CHECK(atomic_fetch_add(&seen[message], 1) == 0, "two records of message %llu", (unsigned long long)message);
    atomic_fetch_add(&total, 1);
}

/* Takes what is there, for whichever thread it is. */
static void poll_some(urma_jfc_t *jfc)
{
    urma_cr_t records[8];
    int found = urma_poll_jfc(jfc, 8, records);
    CHECK(found >= 0, "urma_poll_jfc: %d", found);
    for (int i = 0; i < found; i++) {
        CHECK(records[i].status == URMA_CR_SUCCESS, "status %d", (int)records[i].status);
        note(records[i].user_ctx);
    }

    if (found == 0) {
        sched_yield();
    }
}

static void *send_messages(void *argument)
{
    const work_t *work = argument;
    const endpoint_t *endpoint = work->endpoint;
    uint64_t *place = (uint64_t *)(void *)(endpoint_outgoing(endpoint) + work->thread * 4096);
    for (uint32_t i = 0; i < MESSAGES; i++) {
        uint64_t message = (uint64_t)work->thread * MESSAGES + i;
        place[0] = message;
        place[1] = ~message;
        urma_sge_t source = {.addr = (uint64_t)(uintptr_t)place, .len = LENGTH, .tseg = endpoint->local};
        urma_jfs_wr_t request = {
            .opcode = URMA_OPC_SEND,
            .flag.bs = {.complete_enable = URMA_COMPLETE_ENABLE, .inline_flag = URMA_INLINE_ENABLE},
            .tjetty = endpoint->target,
            .user_ctx = message,
            .send = {.src = {.sge = &source, .num_sge = 1}},
        };
        urma_jfs_wr_t *refused = NULL;
        urma_status_t status;
        while ((status = urma_post_jetty_send_wr(endpoint->jetty, &request, &refused)) == URMA_ENOMEM) {
            poll_some(endpoint->send_jfc);
        }

        CHECK(status == URMA_SUCCESS, "status %d", status);
    }

    while (atomic_load(&total) < ALL) {
        poll_some(endpoint->send_jfc);
    }

    return NULL;
}

static void post_receive(const endpoint_t *endpoint, uint64_t slot)
{
    urma_sge_t place = {
        .addr = (uint64_t)(uintptr_t)endpoint_incoming(endpoint) + slot * LENGTH,
        .len = LENGTH,
        .tseg = endpoint->local,
    };
    urma_jfr_wr_t request = {.src = {.sge = &place, .num_sge = 1}, .user_ctx = slot};
    urma_jfr_wr_t *refused = NULL;
    CHECK(urma_post_jetty_recv_wr(endpoint->jetty, &request, &refused) == URMA_SUCCESS, "urma_post_jetty_recv_wr");
}

static void *receive_messages(void *argument)
{
    const endpoint_t *endpoint = ((const work_t *)argument)->endpoint;
    while (atomic_load(&total) < ALL) {
        urma_cr_t record;
        int found = urma_poll_jfc(endpoint->receive_jfc, 1, &record);
        CHECK(found >= 0, "urma_poll_jfc: %d", found);
        if (found == 0) {
            sched_yield();
            continue;
        }

        CHECK(record.status == URMA_CR_SUCCESS && record.completion_len == LENGTH, "status %d", (int)record.status);
        uint64_t message[2];
        memcpy(message, endpoint_incoming(endpoint) + record.user_ctx * LENGTH, LENGTH);
        CHECK(message[1] == ~message[0], "half a message");
        /* Before the message is counted: the last one ends the other threads. */
        post_receive(endpoint, record.user_ctx);
        note(message[0]);
    }

    return NULL;
}

static void in_threads(const endpoint_t *endpoint, void *(*body)(void *))
{
    pthread_t threads[THREADS];
    work_t works[THREADS];
    for (uint32_t i = 0; i < THREADS; i++) {
        works[i] = (work_t){.endpoint = endpoint, .thread = i};
        CHECK(pthread_create(&threads[i], NULL, body, &works[i]) == 0, "pthread_create");
    }

    for (uint32_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
}

/* Threads make and delete objects of one context at the same time. */
static void *make_and_delete(void *argument)
{
    const endpoint_t *endpoint = ((const work_t *)argument)->endpoint;
    for (int i = 0; i < 50; i++) {
        urma_jfc_cfg_t configuration = {.depth = 64};
        urma_jfc_t *jfc = urma_create_jfc(endpoint->context, &configuration);
        CHECK(jfc != NULL, "urma_create_jfc");
        urma_jetty_cfg_t both = endpoint->jetty->jetty_cfg;
        both.id = 0;
        both.jfs_cfg.jfc = jfc;
        both.jfs_cfg.depth = 16;
        urma_jetty_t *jetty = urma_create_jetty(endpoint->context, &both);
        CHECK(jetty != NULL, "urma_create_jetty");
        void *memory = device_memory(4096);
        urma_target_seg_t *segment = device_register(endpoint->context, memory, 4096, URMA_ACCESS_LOCAL_ONLY);
        CHECK(urma_unregister_seg(segment) == URMA_SUCCESS, "urma_unregister_seg");
        CHECK(urma_delete_jetty(jetty) == URMA_SUCCESS, "urma_delete_jetty");
        CHECK(urma_delete_jfc(jfc) == URMA_SUCCESS, "urma_delete_jfc");
    }

    return NULL;
}

int main(void)
{
    peer_t peer = peer_start();
    urma_context_t *context = device_open();
    endpoint_t endpoint = endpoint_create(&peer, context, (shape_t){.mode = URMA_TM_RM, .jetty = true});
    in_threads(&endpoint, make_and_delete);
    if (!peer.initiator) {
        for (uint64_t i = 0; i < ENDPOINT_DEPTH; i++) {
            post_receive(&endpoint, i);
        }
    }

    peer_meet(&peer);
    in_threads(&endpoint, peer.initiator ? send_messages : receive_messages);
    for (uint32_t i = 0; i < ALL; i++) {
        CHECK(seen[i] == 1, "message %u was seen %u times", i, seen[i]);
    }

    if (peer.initiator) {
        printf("shared jetty: %u messages, each with its record\n", ALL);
    }

    endpoint_delete(&endpoint);
    device_close(context);
    return peer_finish(&peer);
}
