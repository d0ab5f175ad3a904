/* The second life cycle (alloc, set_opt, active, deactive, free) of each kind of object, the extended forms of calls, and
 * what a device of software answers where there is no network below it. One process, its own peer. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "device.h"

#define LENGTH 64U

typedef struct pair {
    urma_context_t *context;
    urma_jfc_t *jfc;
    urma_jfr_t *jfr;
    urma_jetty_t *jetty;
    unsigned char *memory;
    urma_target_seg_t *segment;
    urma_target_jetty_t *target;
} pair_t;

static void make_completion_queue(pair_t *pair)
{
    urma_jfc_cfg_t configuration = {.depth = 16};
    CHECK(urma_alloc_jfc(pair->context, &configuration, &pair->jfc) == URMA_SUCCESS, "urma_alloc_jfc");
    uint32_t depth = 128;
    CHECK(urma_set_jfc_opt(pair->jfc, URMA_JFC_DEPTH, &depth, sizeof(depth)) == URMA_SUCCESS, "depth of the JFC");
    CHECK(urma_active_jfc(pair->jfc) == URMA_SUCCESS, "urma_active_jfc");
}

static void make_receive_queue(pair_t *pair)
{
    urma_jfr_cfg_t configuration = {
        .depth = 8,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .trans_mode = URMA_TM_RM,
        .max_sge = 1,
        .jfc = pair->jfc,
    };
    CHECK(urma_alloc_jfr(pair->context, &configuration, &pair->jfr) == URMA_SUCCESS, "urma_alloc_jfr");
    urma_token_t token = {.token = DEVICE_TOKEN};
    CHECK(urma_set_jfr_opt(pair->jfr, URMA_JFR_TOKEN_VALUE, &token, sizeof(token)) == URMA_SUCCESS, "token of the JFR");
    uint32_t depth = 32;
    CHECK(urma_set_jfr_opt(pair->jfr, URMA_JFR_DEPTH, &depth, sizeof(depth)) == URMA_SUCCESS, "depth of the JFR");
    depth = 0;
    CHECK(urma_get_jfr_opt(pair->jfr, URMA_JFR_DEPTH, &depth, sizeof(depth)) == URMA_SUCCESS && depth == 32, "%u", depth);
    CHECK(urma_active_jfr(pair->jfr) == URMA_SUCCESS, "urma_active_jfr");

    urma_jfr_cfg_t found;
    urma_jfr_attr_t attributes;
    memset(&found, 0, sizeof(found));
    CHECK(urma_query_jfr(pair->jfr, &found, &attributes) == URMA_SUCCESS, "urma_query_jfr");
    CHECK(found.depth >= 32 && attributes.state == URMA_JFR_STATE_READY, "depth %u", found.depth);
}

static void make_jetty(pair_t *pair)
{
    urma_jetty_cfg_t configuration = {
        .flag.bs = {.share_jfr = URMA_SHARE_JFR},
        .jfs_cfg = {
            .depth = 8,
            .trans_mode = URMA_TM_RM,
            .max_sge = 1,
            .max_rsge = 1,
            .rnr_retry = URMA_TYPICAL_RNR_RETRY,
            .err_timeout = URMA_TYPICAL_ERR_TIMEOUT,
            .jfc = pair->jfc,
        },
        .shared = {.jfr = pair->jfr},
    };
    CHECK(urma_alloc_jetty(pair->context, &configuration, &pair->jetty) == URMA_SUCCESS, "urma_alloc_jetty");
    uint64_t user_context = 99;
    CHECK(urma_set_jetty_opt(pair->jetty, URMA_JETTY_USER_CTX, &user_context, sizeof(user_context)) == URMA_SUCCESS,
          "user context of the jetty");
    CHECK(urma_active_jetty(pair->jetty) == URMA_SUCCESS, "urma_active_jetty");
    user_context = 0;
    CHECK(urma_get_jetty_opt(pair->jetty, URMA_JETTY_USER_CTX, &user_context, sizeof(user_context)) == URMA_SUCCESS &&
              user_context == 99, "user context %llu", (unsigned long long)user_context);

    urma_jetty_cfg_t found;
    urma_jetty_attr_t attributes;
    memset(&found, 0, sizeof(found));
    CHECK(urma_query_jetty(pair->jetty, &found, &attributes) == URMA_SUCCESS, "urma_query_jetty");
    CHECK(found.shared.jfr == pair->jfr && attributes.state == URMA_JETTY_STATE_READY, "state %d", (int)attributes.state);
}

static void import_with_chosen_path(pair_t *pair)
{
    urma_get_tp_cfg_t wanted = {
        .flag.bs = {.rtp = 1, .ctp = 1, .utp = 1},
        .trans_mode = URMA_TM_RM,
        .local_eid = pair->context->eid,
        .peer_eid = pair->context->eid,
    };
    urma_tp_info_t paths[4];
    uint32_t count = 4;
    CHECK(urma_get_tp_list(pair->context, &wanted, &count, paths) == URMA_SUCCESS && count >= 1, "urma_get_tp_list");

    urma_rjetty_t descriptor = {
        .jetty_id = pair->jetty->jetty_id,
        .trans_mode = URMA_TM_RM,
        .type = URMA_JETTY,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .tp_type = device_path_type(pair->context, URMA_TM_RM),
    };
    urma_token_t token = {.token = DEVICE_TOKEN};
    urma_import_jetty_ex_cfg_t path = {.tp_handle = paths[0].tp_handle, .peer_tp_handle = paths[0].tp_handle};
    pair->target = urma_import_jetty_ex(pair->context, &descriptor, &token, &path);
    CHECK(pair->target != NULL, "urma_import_jetty_ex");
    CHECK(urma_advise_jetty(pair->jetty, pair->target) == URMA_SUCCESS, "urma_advise_jetty");
}

static void send_to_itself(const pair_t *pair)
{
    uint64_t address = (uint64_t)(uintptr_t)pair->memory;
    urma_sge_t place = {.addr = address + 1024, .len = LENGTH, .tseg = pair->segment};
    urma_jfr_wr_t receive = {.src = {.sge = &place, .num_sge = 1}, .user_ctx = 1};
    urma_jfr_wr_t *refused_receive = NULL;
    CHECK(urma_post_jetty_recv_wr(pair->jetty, &receive, &refused_receive) == URMA_SUCCESS, "urma_post_jetty_recv_wr");

    memset(pair->memory, 0x3c, LENGTH);
    urma_sge_t source = {.addr = address, .len = LENGTH, .tseg = pair->segment};
    urma_jfs_wr_t send = {
        .opcode = URMA_OPC_SEND,
        .flag.bs = {.complete_enable = URMA_COMPLETE_ENABLE},
        .tjetty = pair->target,
        .user_ctx = 2,
        .send = {.src = {.sge = &source, .num_sge = 1}},
    };
    urma_jfs_wr_t *refused = NULL;
    CHECK(urma_post_jetty_send_wr(pair->jetty, &send, &refused) == URMA_SUCCESS, "urma_post_jetty_send_wr");
    uint64_t contexts = 0;
    for (int i = 0; i < 2; i++) {
        urma_cr_t record = device_wait(pair->jfc);
        CHECK(record.status == URMA_CR_SUCCESS, "status %d", (int)record.status);
        contexts += record.user_ctx;
    }

    CHECK(contexts == 3 && pair->memory[1024 + LENGTH - 1] == 0x3c, "what a jetty sent to itself");
}

static void unmake(pair_t *pair)
{
    CHECK(urma_unadvise_jetty(pair->jetty, pair->target) == URMA_SUCCESS, "urma_unadvise_jetty");
    CHECK(urma_unimport_jetty(pair->target) == URMA_SUCCESS, "urma_unimport_jetty");
    CHECK(urma_deactive_jetty(pair->jetty) == URMA_SUCCESS, "urma_deactive_jetty");
    CHECK(urma_free_jetty(pair->jetty) == URMA_SUCCESS, "urma_free_jetty");
    CHECK(urma_deactive_jfr(pair->jfr) == URMA_SUCCESS, "urma_deactive_jfr");
    CHECK(urma_free_jfr(pair->jfr) == URMA_SUCCESS, "urma_free_jfr");
    CHECK(urma_unregister_seg(pair->segment) == URMA_SUCCESS, "urma_unregister_seg");
    CHECK(urma_deactive_jfc(pair->jfc) == URMA_SUCCESS, "urma_deactive_jfc");
    CHECK(urma_free_jfc(pair->jfc) == URMA_SUCCESS, "urma_free_jfc");
}

static int advised;

static void on_advised(urma_status_t result, void *argument)
{
    CHECK(result == URMA_SUCCESS, "status %d", result);
    __atomic_store_n((int *)argument, 1, __ATOMIC_RELEASE);
}

/* A JFS in steps, a JFR imported in the extended form, and advice that answers by itself. */
static void queues_without_a_jetty(urma_context_t *context)
{
    urma_jfc_cfg_t jfc_configuration = {.depth = 64};
    urma_jfc_t *jfc = urma_create_jfc(context, &jfc_configuration);
    urma_jfr_cfg_t jfr_configuration = {
        .depth = 8,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .trans_mode = URMA_TM_RM,
        .max_sge = 1,
        .jfc = jfc,
        .token_value = {.token = DEVICE_TOKEN},
    };
    urma_jfr_t *jfr = urma_create_jfr(context, &jfr_configuration);
    CHECK(jfc != NULL && jfr != NULL, "urma_create_jfc or urma_create_jfr");
    urma_jfs_cfg_t jfs_configuration = {.depth = 8, .trans_mode = URMA_TM_RM, .max_sge = 1, .max_rsge = 1, .jfc = jfc};
    urma_jfs_t *jfs = NULL;
    CHECK(urma_alloc_jfs(context, &jfs_configuration, &jfs) == URMA_SUCCESS, "urma_alloc_jfs");
    uint8_t priority = 3;
    CHECK(urma_set_jfs_opt(jfs, URMA_JFS_PRIORITY, &priority, sizeof(priority)) == URMA_SUCCESS, "priority");
    CHECK(urma_active_jfs(jfs) == URMA_SUCCESS, "urma_active_jfs");
    priority = 0;
    CHECK(urma_get_jfs_opt(jfs, URMA_JFS_PRIORITY, &priority, sizeof(priority)) == URMA_SUCCESS && priority == 3, "priority");

    urma_rjfr_t descriptor = {
        .jfr_id = jfr->jfr_id,
        .trans_mode = URMA_TM_RM,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .tp_type = device_path_type(context, URMA_TM_RM),
    };
    urma_token_t token = {.token = DEVICE_TOKEN};
    urma_import_jfr_ex_cfg_t path = {.tp_handle = 1};
    urma_target_jetty_t *target = urma_import_jfr_ex(context, &descriptor, &token, &path);
    CHECK(target != NULL, "urma_import_jfr_ex");
    CHECK(urma_advise_jfr_async(jfs, target, on_advised, &advised) == URMA_SUCCESS, "urma_advise_jfr_async");
    uint64_t limit = check_now_ns() + CHECK_LIMIT_NS;
    while (!__atomic_load_n(&advised, __ATOMIC_ACQUIRE)) {
        CHECK(check_now_ns() < limit, "the advice was never answered");
    }

    CHECK(urma_advise_jfr(jfs, target) == URMA_SUCCESS || errno == EEXIST, "urma_advise_jfr");
    CHECK(urma_unadvise_jfr(jfs, target) == URMA_SUCCESS, "urma_unadvise_jfr");
    CHECK(urma_unimport_jfr(target) == URMA_SUCCESS, "urma_unimport_jfr");
    CHECK(urma_deactive_jfs(jfs) == URMA_SUCCESS && urma_free_jfs(jfs) == URMA_SUCCESS, "urma_free_jfs");
    urma_jfr_t *receive_queues[1] = {jfr};
    urma_jfr_t *bad_jfr = NULL;
    CHECK(urma_delete_jfr_batch(receive_queues, 1, &bad_jfr) == URMA_SUCCESS, "urma_delete_jfr_batch");
    urma_jfc_t *completion_queues[1] = {jfc};
    urma_jfc_t *bad_jfc = NULL;
    CHECK(urma_delete_jfc_batch(completion_queues, 1, &bad_jfc) == URMA_SUCCESS, "urma_delete_jfc_batch");
}

/* A software device has one path and no network: it must say so at once. */
static void what_has_no_meaning_is_refused(urma_context_t *context)
{
    urma_net_addr_t address;
    memset(&address, 0, sizeof(address));
    urma_eid_t eid = context->eid;
    uint8_t mac[URMA_MAC_BYTES];
    uint32_t count = 1;
    CHECK(urma_get_net_addr_list(context, &count) == NULL && count == 0, "urma_get_net_addr_list");
    CHECK(urma_get_eid_by_ip(context, &address, &eid) != URMA_SUCCESS, "urma_get_eid_by_ip");
    CHECK(urma_get_ip_by_eid(context, &eid, &address) != URMA_SUCCESS, "urma_get_ip_by_eid");
    CHECK(urma_get_smac(context, mac) != URMA_SUCCESS, "urma_get_smac");
    CHECK(urma_get_dmac(context, &address, mac) != URMA_SUCCESS, "urma_get_dmac");
    urma_user_ctl_in_t in = {.opcode = 0x7fff};
    urma_user_ctl_out_t out = {.len = 0};
    CHECK(urma_user_ctl(context, &in, &out) != URMA_SUCCESS, "an opcode that no provider has");
    urma_context_aggr_mode_t mode = URMA_AGGR_MODE_BALANCE;
    urma_status_t status = urma_set_context_opt(context, URMA_OPT_AGGR_MODE, &mode, sizeof(mode));
    CHECK(status == URMA_SUCCESS || status == URMA_EINVAL, "urma_set_context_opt: %d", status);
    CHECK(urma_set_context_opt(context, URMA_OPT_AGGR_MODE, &mode, 1) == URMA_EINVAL, "an option of a wrong size");
}

int main(void)
{
    pair_t pair = {.context = device_open(), .memory = device_memory(4096)};
    pair.segment = device_register(pair.context, pair.memory, 4096, URMA_ACCESS_LOCAL_ONLY);
    make_completion_queue(&pair);
    make_receive_queue(&pair);
    make_jetty(&pair);
    import_with_chosen_path(&pair);
    send_to_itself(&pair);
    unmake(&pair);
    queues_without_a_jetty(pair.context);
    what_has_no_meaning_is_refused(pair.context);
    device_close(pair.context);
    puts("steps: as documented");
    return 0;
}
