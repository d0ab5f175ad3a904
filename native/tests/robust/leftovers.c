/* What is left behind by a call that failed, and by objects that go while completions still name them. */
#include <pthread.h>
#include <stdio.h>
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

int main(void)
{
    urma_context_t *context = device_open();
    bad_pointers_hold_nobody_up(context);
    device_close(context);
    puts("leftovers: as documented");
    return 0;
}
