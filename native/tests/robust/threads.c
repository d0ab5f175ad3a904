/* The library is thread-safe unless told otherwise: threads share a jetty, a JFR and a JFC, and no message, record or receive is
 * lost or seen twice. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "device.h"

#define THREADS 4U
#define MESSAGES 20000U
#define DEPTH 256U
#define SLOT 64U

typedef struct shared {
    urma_jfc_t *jfc;
    urma_jfr_t *jfr;
    urma_jetty_t *jetty;
    urma_target_jetty_t *target;
    urma_target_seg_t *segment;
    unsigned char *memory;
    atomic_uint sent;
    atomic_uint received;
    /* How often each message arrived. */
    atomic_uchar seen[THREADS * MESSAGES];
} shared_t;

typedef struct worker {
    shared_t *shared;
    unsigned int number;
    pthread_t thread;
} worker_t;

static void offer(shared_t *shared, uint64_t slot)
{
    CHECK(urma_recv(shared->jfr, shared->segment, (uint64_t)(uintptr_t)shared->memory + slot * SLOT, SLOT, slot) == URMA_SUCCESS,
          "urma_recv of slot %llu", (unsigned long long)slot);
}

static void take(shared_t *shared)
{
    urma_cr_t records[8];
    int count = urma_poll_jfc(shared->jfc, 8, records);
    CHECK(count >= 0 && count <= 8, "urma_poll_jfc: %d", count);
    for (int i = 0; i < count; i++) {
        CHECK(records[i].status == URMA_CR_SUCCESS, "status %d", (int)records[i].status);
        if (records[i].flag.bs.s_r == 0) {
            atomic_fetch_add(&shared->sent, 1);
            continue;
        }

        uint32_t message;
        memcpy(&message, shared->memory + records[i].user_ctx * SLOT, sizeof(message));
        CHECK(message < THREADS * MESSAGES && atomic_fetch_add(&shared->seen[message], 1) == 0, "message %u again", message);
        offer(shared, records[i].user_ctx);
        atomic_fetch_add(&shared->received, 1);
    }
}

static void *run(void *argument)
{
    worker_t *worker = argument;
    shared_t *shared = worker->shared;
    for (uint32_t i = 0; i < MESSAGES; i++) {
        uint32_t message = worker->number * MESSAGES + i;
        urma_sge_t piece = {.addr = (uint64_t)(uintptr_t)&message, .len = sizeof(message)};
        urma_jfs_wr_t request = {
            .opcode = URMA_OPC_SEND,
            .flag.bs = {.complete_enable = URMA_COMPLETE_ENABLE, .inline_flag = URMA_INLINE_ENABLE},
            .tjetty = shared->target,
            .user_ctx = message,
            .send = {.src = {.sge = &piece, .num_sge = 1}},
        };
        urma_jfs_wr_t *refused = NULL;
        urma_status_t status;
        while ((status = urma_post_jetty_send_wr(shared->jetty, &request, &refused)) == URMA_ENOMEM) {
            take(shared);
        }

        CHECK(status == URMA_SUCCESS, "urma_post_jetty_send_wr: %d", status);
        take(shared);
    }

    uint64_t limit = check_now_ns() + CHECK_LIMIT_NS;
    while (atomic_load(&shared->received) < THREADS * MESSAGES || atomic_load(&shared->sent) < THREADS * MESSAGES) {
        take(shared);
        CHECK(check_now_ns() < limit, "%u sent, %u received", atomic_load(&shared->sent), atomic_load(&shared->received));
    }

    return NULL;
}

static void create(shared_t *shared, urma_context_t *context)
{
    urma_jfc_cfg_t jfc_configuration = {.depth = 4 * DEPTH};
    shared->jfc = urma_create_jfc(context, &jfc_configuration);
    CHECK(shared->jfc != NULL, "urma_create_jfc");
    urma_jfr_cfg_t jfr_configuration = {
        .depth = DEPTH,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .trans_mode = URMA_TM_RM,
        .max_sge = 1,
        .jfc = shared->jfc,
        .token_value = {.token = DEVICE_TOKEN},
    };
    shared->jfr = urma_create_jfr(context, &jfr_configuration);
    CHECK(shared->jfr != NULL, "urma_create_jfr");
    urma_jetty_cfg_t configuration = {
        .flag.bs = {.share_jfr = URMA_SHARE_JFR},
        .jfs_cfg = {.depth = DEPTH, .trans_mode = URMA_TM_RM, .max_sge = 1, .rnr_retry = URMA_TYPICAL_RNR_RETRY, .jfc = shared->jfc},
        .shared = {.jfr = shared->jfr},
    };
    shared->jetty = urma_create_jetty(context, &configuration);
    CHECK(shared->jetty != NULL, "urma_create_jetty");
    urma_rjetty_t itself = {
        .jetty_id = shared->jetty->jetty_id,
        .trans_mode = URMA_TM_RM,
        .type = URMA_JETTY,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .tp_type = device_path_type(context, URMA_TM_RM),
    };
    urma_token_t token = {.token = DEVICE_TOKEN};
    shared->target = urma_import_jetty(context, &itself, &token);
    CHECK(shared->target != NULL, "urma_import_jetty");
    shared->memory = device_memory(DEPTH * SLOT);
    shared->segment = device_register(context, shared->memory, DEPTH * SLOT, URMA_ACCESS_LOCAL_ONLY);
    for (uint64_t slot = 0; slot < DEPTH; slot++) {
        offer(shared, slot);
    }
}

int main(void)
{
    static shared_t shared;
    urma_context_t *context = device_open();
    create(&shared, context);
    worker_t workers[THREADS];
    for (unsigned int i = 0; i < THREADS; i++) {
        workers[i] = (worker_t){.shared = &shared, .number = i};
        CHECK(pthread_create(&workers[i].thread, NULL, run, &workers[i]) == 0, "pthread_create");
    }

    for (unsigned int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
    }

    CHECK(urma_unimport_jetty(shared.target) == URMA_SUCCESS, "urma_unimport_jetty");
    CHECK(urma_delete_jetty(shared.jetty) == URMA_SUCCESS, "urma_delete_jetty");
    CHECK(urma_delete_jfr(shared.jfr) == URMA_SUCCESS, "urma_delete_jfr");
    CHECK(urma_delete_jfc(shared.jfc) == URMA_SUCCESS, "urma_delete_jfc");
    CHECK(urma_unregister_seg(shared.segment) == URMA_SUCCESS, "urma_unregister_seg");
    device_close(context);
    printf("threads: %u messages, each once\n", THREADS * MESSAGES);
    return 0;
}
