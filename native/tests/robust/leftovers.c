/* What is left behind by a call that failed, and by objects that go while completions still name them. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "device.h"

#define DEPTH 8U
#define SECONDS 20U
/* Enough for the memory of a freed object to be given to somebody else. */
#define BLOCKS 256U
/* No program's memory is at the first page. */
#define NOWHERE 8U

typedef struct pair {
    urma_context_t *context;
    urma_jfc_t *jfc;
    urma_jfs_t *jfs;
} pair_t;

static urma_jfc_t *create_jfc(urma_context_t *context)
{
    urma_jfc_cfg_t configuration = {.depth = 4 * DEPTH};
    urma_jfc_t *jfc = urma_create_jfc(context, &configuration);
    CHECK(jfc != NULL, "urma_create_jfc");
    return jfc;
}

static urma_jfs_cfg_t sending(urma_jfc_t *jfc)
{
    return (urma_jfs_cfg_t){.depth = DEPTH, .trans_mode = URMA_TM_RM, .max_sge = 1, .max_rsge = 1, .jfc = jfc};
}

static void post_nothing(const pair_t *pair)
{
    urma_jfs_wr_t request = {.opcode = URMA_OPC_NOP, .flag.bs = {.complete_enable = URMA_COMPLETE_ENABLE}};
    urma_jfs_wr_t *refused = NULL;
    CHECK(urma_post_jfs_wr(pair->jfs, &request, &refused) == URMA_SUCCESS, "urma_post_jfs_wr");
}

static void *post_and_poll(void *argument)
{
    const pair_t *pair = argument;
    post_nothing(pair);
    (void)device_wait(pair->jfc);
    return NULL;
}

static void *post_and_poll_with_bad_pointers(void *argument)
{
    const pair_t *pair = argument;
    urma_sge_t *nowhere = (urma_sge_t *)(uintptr_t)NOWHERE;
    urma_jfs_wr_t request = {
        .opcode = URMA_OPC_WRITE,
        .rw = {.src = {.sge = nowhere, .num_sge = 1}, .dst = {.sge = nowhere, .num_sge = 1}},
    };
    urma_jfs_wr_t *refused = NULL;
    CHECK(urma_post_jfs_wr(pair->jfs, &request, &refused) != URMA_SUCCESS, "a request of memory that is nowhere");
    post_nothing(pair);
    CHECK(urma_poll_jfc(pair->jfc, 1, (urma_cr_t *)(uintptr_t)NOWHERE) < 0, "a record to a place that is nowhere");
    return NULL;
}

static void in_a_thread(void *(*run)(void *), pair_t *pair)
{
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, run, pair) == 0 && pthread_join(thread, NULL) == 0, "a thread");
}

/* A bad pointer is the program's mistake, which must not stop its other threads. */
static void bad_pointers_hold_nobody_up(urma_context_t *context)
{
    pair_t pair = {.context = context, .jfc = create_jfc(context)};
    urma_jfs_cfg_t configuration = sending(pair.jfc);
    pair.jfs = urma_create_jfs(context, &configuration);
    CHECK(pair.jfs != NULL, "urma_create_jfs");
    (void)alarm(SECONDS);
    /* The first thread of a queue and later ones are treated differently. */
    in_a_thread(post_and_poll_with_bad_pointers, &pair);
    in_a_thread(post_and_poll, &pair);
    (void)post_and_poll(&pair);
    in_a_thread(post_and_poll_with_bad_pointers, &pair);
    (void)post_and_poll(&pair);
    (void)alarm(0);
    CHECK(urma_delete_jfs(pair.jfs) == URMA_SUCCESS && urma_delete_jfc(pair.jfc) == URMA_SUCCESS, "urma_delete_jfs, _jfc");
}

/* Takes the memory of freed objects, if there is any. */
static void take_freed_memory(size_t bytes)
{
    static void *taken[BLOCKS];
    /* What is behind the structures is the library's own. */
    for (size_t more = 0; more <= 32; more += 16) {
        for (unsigned int i = 0; i < BLOCKS; i++) {
            taken[i] = malloc(bytes + more);
            CHECK(taken[i] != NULL, "malloc");
            memset(taken[i], 0xee, bytes + more);
        }

        for (unsigned int i = 0; i < BLOCKS; i++) {
            free(taken[i]);
        }
    }
}

static urma_jfr_t *create_jfr(urma_context_t *context, urma_jfc_t *jfc)
{
    urma_jfr_cfg_t configuration = {
        .depth = DEPTH,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .trans_mode = URMA_TM_RM,
        .max_sge = 1,
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
        .jfs_cfg = sending(jfc),
        .shared = {.jfr = jfr},
    };
    urma_jetty_t *jetty = urma_create_jetty(context, &configuration);
    CHECK(jetty != NULL, "urma_create_jetty");
    return jetty;
}

static void send_to_itself(urma_context_t *context, urma_jetty_t *jetty)
{
    urma_rjetty_t itself = {
        .jetty_id = jetty->jetty_id,
        .trans_mode = URMA_TM_RM,
        .type = URMA_JETTY,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .tp_type = device_path_type(context, URMA_TM_RM),
    };
    urma_token_t token = {.token = DEVICE_TOKEN};
    urma_target_jetty_t *target = urma_import_jetty(context, &itself, &token);
    CHECK(target != NULL, "urma_import_jetty");
    uint64_t word = 1;
    urma_sge_t piece = {.addr = (uint64_t)(uintptr_t)&word, .len = sizeof(word)};
    urma_jfs_wr_t request = {
        .opcode = URMA_OPC_SEND,
        .flag.bs = {.inline_flag = URMA_INLINE_ENABLE},
        .tjetty = target,
        .send = {.src = {.sge = &piece, .num_sge = 1}},
    };
    urma_jfs_wr_t *refused = NULL;
    CHECK(urma_post_jetty_send_wr(jetty, &request, &refused) == URMA_SUCCESS, "urma_post_jetty_send_wr");
    CHECK(urma_unimport_jetty(target) == URMA_SUCCESS, "urma_unimport_jetty");
}

/* A receive that is polled late names its jetty, also when the jetty and the JFC it sent through are gone. */
static void late_completions_name_readable_memory(urma_context_t *context)
{
    urma_jfc_t *send_jfc = create_jfc(context);
    urma_jfc_t *receive_jfc = create_jfc(context);
    urma_jfr_t *jfr = create_jfr(context, receive_jfc);
    urma_jetty_t *jetty = create_jetty(context, send_jfc, jfr);
    unsigned char *memory = device_memory(4096);
    urma_target_seg_t *segment = device_register(context, memory, 4096, URMA_ACCESS_LOCAL_ONLY);
    CHECK(urma_recv(jfr, segment, (uint64_t)(uintptr_t)memory, 64, 7) == URMA_SUCCESS, "urma_recv");
    send_to_itself(context, jetty);

    uint32_t id = jetty->jetty_id.id;
    CHECK(urma_delete_jetty(jetty) == URMA_SUCCESS && urma_delete_jfc(send_jfc) == URMA_SUCCESS, "urma_delete_jetty, _jfc");
    take_freed_memory(sizeof(urma_jetty_t));
    urma_cr_t record = device_wait(receive_jfc);
    CHECK(record.status == URMA_CR_SUCCESS && record.user_ctx == 7 && record.local_id == id, "status %d", (int)record.status);
    const urma_jetty_t *named = (const urma_jetty_t *)(uintptr_t)record.user_data;
    CHECK(named->jetty_id.id == id, "the record names jetty %u, not %u", named->jetty_id.id, id);

    CHECK(urma_delete_jfr(jfr) == URMA_SUCCESS && urma_delete_jfc(receive_jfc) == URMA_SUCCESS, "urma_delete_jfr, _jfc");
    CHECK(urma_unregister_seg(segment) == URMA_SUCCESS, "urma_unregister_seg");
}

/* One thread acknowledges the event of a JFC that another has deleted. */
static void late_acknowledgements_read_no_freed_memory(urma_context_t *context)
{
    urma_jfc_t *jfc = create_jfc(context);
    uint32_t id = jfc->jfc_id.id;
    CHECK(urma_delete_jfc(jfc) == URMA_SUCCESS, "urma_delete_jfc");
    take_freed_memory(sizeof(urma_jfc_t));
    uint32_t count = 1;
    urma_ack_jfc(&jfc, &count, 1);
    CHECK(jfc->jfc_id.id == id, "the memory of the JFC was given to somebody else");
}

int main(void)
{
    urma_context_t *context = device_open();
    bad_pointers_hold_nobody_up(context);
    late_completions_name_readable_memory(context);
    late_acknowledgements_read_no_freed_memory(context);
    device_close(context);
    puts("leftovers: as documented");
    return 0;
}
