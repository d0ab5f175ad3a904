#include "link.h"

#include <stdlib.h>

#include "check.h"
#include "device.h"
#include "pair.h"

/* Requests in flight at most, and how many go unsignalled between two signalled ones. */
#define DEPTH 256
#define SIGNAL_EVERY 16

/* Records taken at a time. */
#define BATCH 16

#define LATENCY_TURNS 40000
#define BANDWIDTH_MESSAGES 300
#define RATE_MESSAGES 400000

/* Receives that are always posted. */
#define RECEIVES 64

static uint64_t address_of(const unsigned char *memory)
{
    return (uint64_t)(uintptr_t)memory;
}

static void create_queues(link_t *link)
{
    urma_jfc_cfg_t completion = {.depth = 2 * DEPTH};
    link->send_jfc = urma_create_jfc(link->context, &completion);
    link->receive_jfc = urma_create_jfc(link->context, &completion);
    CHECK(link->send_jfc != NULL && link->receive_jfc != NULL, "urma_create_jfc");
    urma_jfr_cfg_t receiving = {
        .depth = DEPTH,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .trans_mode = URMA_TM_RM,
        .max_sge = 1,
        .min_rnr_timer = URMA_TYPICAL_MIN_RNR_TIMER,
        .jfc = link->receive_jfc,
        .token_value = {.token = DEVICE_TOKEN},
    };
    link->jfr = urma_create_jfr(link->context, &receiving);
    CHECK(link->jfr != NULL, "urma_create_jfr");
    urma_jetty_cfg_t configuration = {
        .flag.bs = {.share_jfr = URMA_SHARE_JFR},
        .jfs_cfg = {
            .depth = DEPTH,
            .trans_mode = URMA_TM_RM,
            .max_sge = 1,
            .max_rsge = 1,
            .max_inline_data = 64,
            .rnr_retry = URMA_TYPICAL_RNR_RETRY,
            .err_timeout = URMA_TYPICAL_ERR_TIMEOUT,
            .jfc = link->send_jfc,
        },
        .shared = {.jfr = link->jfr, .jfc = link->receive_jfc},
    };
    link->jetty = urma_create_jetty(link->context, &configuration);
    CHECK(link->jetty != NULL, "urma_create_jetty");
}

static void connect_link(link_t *link)
{
    struct introduction {
        urma_rjetty_t jetty;
        urma_seg_t segment;
    } mine = {
        .jetty = {
            .jetty_id = link->jetty->jetty_id,
            .trans_mode = URMA_TM_RM,
            .type = URMA_JETTY,
            .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
            .tp_type = device_path_type(link->context, URMA_TM_RM),
        },
        .segment = link->local->seg,
    }, theirs;
    peer_exchange(link->peer, &mine, &theirs, sizeof(mine));
    urma_token_t token = {.token = DEVICE_TOKEN};
    link->target = urma_import_jetty(link->context, &theirs.jetty, &token);
    CHECK(link->target != NULL, "urma_import_jetty");
    link->remote = device_import(link->context, &theirs.segment, DEVICE_ACCESS_ALL);
    link->remote_address = theirs.segment.ubva.va;
}

link_t link_create(const peer_t *peer, unsigned char *shared)
{
    link_t link = {.peer = peer, .shared = shared, .turns = calloc(1, sizeof(uint64_t)), .context = device_open()};
    CHECK(link.turns != NULL, "calloc");
    /* After the library started its threads, which shall not share the core of the measurement. */
    int cores[2];
    pair_cores(cores);
    pair_pin(cores[peer->initiator ? 0 : 1]);

    link.memory = device_memory(2 * LINK_MESSAGE);
    link.local = device_register(link.context, link.memory, 2 * LINK_MESSAGE, DEVICE_ACCESS_ALL);
    create_queues(&link);
    connect_link(&link);
    peer_meet(peer);
    return link;
}

void link_delete(const link_t *link)
{
    peer_meet(link->peer);
    CHECK(urma_unimport_jetty(link->target) == URMA_SUCCESS, "urma_unimport_jetty");
    CHECK(urma_unimport_seg(link->remote) == URMA_SUCCESS, "urma_unimport_seg");
    CHECK(urma_delete_jetty(link->jetty) == URMA_SUCCESS, "urma_delete_jetty");
    CHECK(urma_delete_jfr(link->jfr) == URMA_SUCCESS, "urma_delete_jfr");
    CHECK(urma_unregister_seg(link->local) == URMA_SUCCESS, "urma_unregister_seg");
    CHECK(urma_delete_jfc(link->send_jfc) == URMA_SUCCESS, "urma_delete_jfc");
    CHECK(urma_delete_jfc(link->receive_jfc) == URMA_SUCCESS, "urma_delete_jfc");
    device_close(link->context);
    free(link->turns);
}

static void post_receive(const link_t *link)
{
    urma_sge_t piece = {.addr = address_of(link->memory + 64), .len = 8, .tseg = link->local};
    urma_jfr_wr_t request = {.src = {.sge = &piece, .num_sge = 1}};
    urma_jfr_wr_t *refused = NULL;
    CHECK(urma_post_jetty_recv_wr(link->jetty, &request, &refused) == URMA_SUCCESS, "urma_post_jetty_recv_wr");
}

static void take(urma_jfc_t *jfc)
{
    urma_cr_t record;
    int found;
    do {
        found = urma_poll_jfc(jfc, 1, &record);
    } while (found == 0);
    CHECK(found == 1 && record.status == URMA_CR_SUCCESS, "%d records, status %d", found, (int)record.status);
}

static void send_one(const link_t *link, bool signalled)
{
    urma_sge_t piece = {.addr = address_of(link->memory), .len = 8, .tseg = link->local};
    urma_jfs_wr_t request = {
        .opcode = URMA_OPC_SEND,
        .flag.bs = {.complete_enable = signalled, .inline_flag = URMA_INLINE_ENABLE},
        .tjetty = link->target,
        .send = {.src = {.sge = &piece, .num_sge = 1}},
    };
    urma_jfs_wr_t *refused = NULL;
    CHECK(urma_post_jetty_send_wr(link->jetty, &request, &refused) == URMA_SUCCESS, "urma_post_jetty_send_wr");
}

double link_send_latency(const link_t *link)
{
    for (int i = 0; i < RECEIVES; i++) {
        post_receive(link);
    }

    peer_meet(link->peer);
    uint64_t start = check_now_ns();
    for (uint64_t turn = 0; turn < LATENCY_TURNS; turn++) {
        bool signalled = turn % SIGNAL_EVERY == SIGNAL_EVERY - 1;
        if (!link->peer->initiator) {
            take(link->receive_jfc);
        }

        send_one(link, signalled);
        /* While the message is on its way, not before it. */
        if (turn + RECEIVES < LATENCY_TURNS) {
            post_receive(link);
        }

        if (signalled) {
            take(link->send_jfc);
        }

        if (link->peer->initiator) {
            take(link->receive_jfc);
        }
    }

    return (double)(check_now_ns() - start) / (2.0 * LATENCY_TURNS);
}

static void describe_write(const link_t *link, urma_jfs_wr_t *request, urma_sge_t pieces[2], uint32_t bytes)
{
    pieces[0] = (urma_sge_t){.addr = address_of(link->memory), .len = bytes, .tseg = link->local};
    pieces[1] = (urma_sge_t){.addr = link->remote_address, .len = bytes, .tseg = link->remote};
    *request = (urma_jfs_wr_t){
        .opcode = URMA_OPC_WRITE,
        .flag.bs = {.complete_enable = URMA_COMPLETE_ENABLE},
        .tjetty = link->target,
        .rw = {.src = {.sge = &pieces[0], .num_sge = 1}, .dst = {.sge = &pieces[1], .num_sge = 1}},
    };
}

/* Posts lists of the requests until `count` were posted, and takes the records of each `BATCH` at once. */
static double write_all(const link_t *link, urma_jfs_wr_t *list, uint64_t requests, uint64_t count, uint32_t batch)
{
    uint64_t start = check_now_ns();
    for (uint64_t posted = 0; posted < count;) {
        for (uint32_t i = 0; i < batch; i += (uint32_t)requests) {
            urma_jfs_wr_t *refused = NULL;
            CHECK(urma_post_jetty_send_wr(link->jetty, list, &refused) == URMA_SUCCESS, "urma_post_jetty_send_wr");
        }

        posted += batch;
        for (uint32_t taken = 0; taken < batch;) {
            urma_cr_t records[BATCH];
            int found = urma_poll_jfc(link->send_jfc, (int)(batch - taken), records);
            CHECK(found >= 0, "urma_poll_jfc: %d", found);
            for (int i = 0; i < found; i++) {
                CHECK(records[i].status == URMA_CR_SUCCESS, "status %d", (int)records[i].status);
            }

            taken += (uint32_t)found;
        }
    }

    return (double)(check_now_ns() - start);
}

double link_write_bandwidth(const link_t *link)
{
    if (!link->peer->initiator) {
        return 0;
    }

    urma_jfs_wr_t request;
    urma_sge_t pieces[2];
    describe_write(link, &request, pieces, LINK_MESSAGE);
    return (double)BANDWIDTH_MESSAGES * LINK_MESSAGE / write_all(link, &request, 1, BANDWIDTH_MESSAGES, 4);
}

static double write_rate(const link_t *link, uint64_t in_list)
{
    if (!link->peer->initiator) {
        return 0;
    }

    urma_jfs_wr_t requests[BATCH];
    urma_sge_t pieces[BATCH][2];
    for (uint64_t i = 0; i < in_list; i++) {
        describe_write(link, &requests[i], pieces[i], 64);
        requests[i].next = i + 1 < in_list ? &requests[i + 1] : NULL;
    }

    return 1000.0 * RATE_MESSAGES / write_all(link, requests, in_list, RATE_MESSAGES, BATCH);
}

double link_write_rate(const link_t *link)
{
    return write_rate(link, 1);
}

double link_write_rate_of_lists(const link_t *link)
{
    return write_rate(link, BATCH);
}
