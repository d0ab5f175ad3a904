#include "endpoint.h"

#include <string.h>
#include <sys/mman.h>

#include "check.h"
#include "device.h"

/* What the sides tell each other. */
typedef struct introduction {
    urma_rjetty_t jetty;
    urma_rjfr_t jfr;
    urma_jetty_id_t sender;
    urma_seg_t segment;
} introduction_t;

static uint8_t at_most(uint32_t wanted, uint32_t offered)
{
    return (uint8_t)(offered < wanted ? offered : wanted);
}

static void create_completion_queues(endpoint_t *endpoint)
{
    endpoint->send_channel = urma_create_jfce(endpoint->context);
    endpoint->receive_channel = urma_create_jfce(endpoint->context);
    CHECK(endpoint->send_channel != NULL && endpoint->receive_channel != NULL, "urma_create_jfce");

    urma_jfc_cfg_t configuration = {.depth = 2 * ENDPOINT_DEPTH, .jfce = endpoint->send_channel};
    endpoint->send_jfc = urma_create_jfc(endpoint->context, &configuration);
    configuration.jfce = endpoint->receive_channel;
    endpoint->receive_jfc = urma_create_jfc(endpoint->context, &configuration);
    CHECK(endpoint->send_jfc != NULL && endpoint->receive_jfc != NULL, "urma_create_jfc");
}

static void create_queues(endpoint_t *endpoint)
{
    urma_jfr_cfg_t receiving = {
        .depth = ENDPOINT_DEPTH,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .trans_mode = endpoint->shape.mode,
        .max_sge = at_most(ENDPOINT_PIECES, endpoint->device.max_jfr_sge),
        .min_rnr_timer = URMA_TYPICAL_MIN_RNR_TIMER,
        .jfc = endpoint->receive_jfc,
        .token_value = {.token = DEVICE_TOKEN},
    };
    endpoint->jfr = urma_create_jfr(endpoint->context, &receiving);
    CHECK(endpoint->jfr != NULL, "urma_create_jfr in mode %d", (int)endpoint->shape.mode);

    urma_jfs_cfg_t sending = {
        .depth = ENDPOINT_DEPTH,
        .trans_mode = endpoint->shape.mode,
        .max_sge = at_most(ENDPOINT_PIECES, endpoint->device.max_jfs_sge),
        /* WRITE_NOTIFY names two remote places. */
        .max_rsge = at_most(2, endpoint->device.max_jfs_rsge),
        .max_inline_data = endpoint->device.max_jfs_inline_len,
        .rnr_retry = URMA_TYPICAL_RNR_RETRY,
        .err_timeout = URMA_TYPICAL_ERR_TIMEOUT,
        .jfc = endpoint->send_jfc,
    };
    if (!endpoint->shape.jetty) {
        endpoint->jfs = urma_create_jfs(endpoint->context, &sending);
        CHECK(endpoint->jfs != NULL, "urma_create_jfs in mode %d", (int)endpoint->shape.mode);
        return;
    }

    urma_jetty_cfg_t both = {
        .flag.bs = {.share_jfr = URMA_SHARE_JFR},
        .jfs_cfg = sending,
        .shared = {.jfr = endpoint->jfr, .jfc = endpoint->receive_jfc},
    };
    endpoint->jetty = urma_create_jetty(endpoint->context, &both);
    CHECK(endpoint->jetty != NULL, "urma_create_jetty in mode %d", (int)endpoint->shape.mode);
}

static introduction_t introduce(const endpoint_t *endpoint)
{
    introduction_t mine;
    memset(&mine, 0, sizeof(mine));
    urma_tp_type_t path = device_path_type(endpoint->context, endpoint->shape.mode);
    urma_import_jetty_flag_t flag = {.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT}};
    mine.segment = endpoint->local->seg;
    if (endpoint->shape.jetty) {
        mine.sender = endpoint->jetty->jetty_id;
        mine.jetty = (urma_rjetty_t){
            .jetty_id = endpoint->jetty->jetty_id,
            .trans_mode = endpoint->shape.mode,
            .type = URMA_JETTY,
            .flag = flag,
            .tp_type = path,
        };
    } else {
        mine.sender = endpoint->jfs->jfs_id;
        mine.jfr = (urma_rjfr_t){
            .jfr_id = endpoint->jfr->jfr_id,
            .trans_mode = endpoint->shape.mode,
            .flag = flag,
            .tp_type = path,
        };
    }

    return mine;
}

static void import_peer(endpoint_t *endpoint, introduction_t *theirs)
{
    urma_token_t token = {.token = DEVICE_TOKEN};
    endpoint->remote_sender = theirs->sender;
    endpoint->remote = device_import(endpoint->context, &theirs->segment, DEVICE_ACCESS_ALL);
    endpoint->remote_address = theirs->segment.ubva.va;
    if (!endpoint->shape.jetty) {
        endpoint->target = urma_import_jfr(endpoint->context, &theirs->jfr, &token);
        CHECK(endpoint->target != NULL, "urma_import_jfr");
        return;
    }

    endpoint->target = urma_import_jetty(endpoint->context, &theirs->jetty, &token);
    CHECK(endpoint->target != NULL, "urma_import_jetty");
    if (endpoint->shape.mode == URMA_TM_RC) {
        CHECK(urma_bind_jetty(endpoint->jetty, endpoint->target) == URMA_SUCCESS, "urma_bind_jetty");
    }
}

endpoint_t endpoint_create(const peer_t *peer, urma_context_t *context, shape_t shape)
{
    endpoint_t endpoint = {
        .peer = peer,
        .shape = shape,
        .context = context,
        .device = device_capabilities(context),
        .memory = device_memory(2 * ENDPOINT_ROOM),
    };
    create_completion_queues(&endpoint);
    create_queues(&endpoint);
    endpoint.local = device_register(context, endpoint.memory, 2 * ENDPOINT_ROOM, DEVICE_ACCESS_ALL);

    introduction_t mine = introduce(&endpoint);
    introduction_t theirs;
    peer_exchange(peer, &mine, &theirs, sizeof(mine));
    import_peer(&endpoint, &theirs);
    peer_meet(peer);
    return endpoint;
}

void endpoint_delete(endpoint_t *endpoint)
{
    /* Nobody uses what the other side is about to delete. */
    peer_meet(endpoint->peer);
    if (endpoint->shape.mode == URMA_TM_RC) {
        CHECK(urma_unbind_jetty(endpoint->jetty) == URMA_SUCCESS, "urma_unbind_jetty");
    }

    if (endpoint->shape.jetty) {
        CHECK(urma_unimport_jetty(endpoint->target) == URMA_SUCCESS, "urma_unimport_jetty");
        CHECK(urma_delete_jetty(endpoint->jetty) == URMA_SUCCESS, "urma_delete_jetty");
    } else {
        CHECK(urma_unimport_jfr(endpoint->target) == URMA_SUCCESS, "urma_unimport_jfr");
        CHECK(urma_delete_jfs(endpoint->jfs) == URMA_SUCCESS, "urma_delete_jfs");
    }

    CHECK(urma_delete_jfr(endpoint->jfr) == URMA_SUCCESS, "urma_delete_jfr");
    CHECK(urma_unimport_seg(endpoint->remote) == URMA_SUCCESS, "urma_unimport_seg");
    CHECK(urma_unregister_seg(endpoint->local) == URMA_SUCCESS, "urma_unregister_seg");
    CHECK(urma_delete_jfc(endpoint->send_jfc) == URMA_SUCCESS, "urma_delete_jfc");
    CHECK(urma_delete_jfc(endpoint->receive_jfc) == URMA_SUCCESS, "urma_delete_jfc");
    CHECK(urma_delete_jfce(endpoint->send_channel) == URMA_SUCCESS, "urma_delete_jfce");
    CHECK(urma_delete_jfce(endpoint->receive_channel) == URMA_SUCCESS, "urma_delete_jfce");
    munmap(endpoint->memory, 2 * ENDPOINT_ROOM);
}

urma_status_t endpoint_post(const endpoint_t *endpoint, urma_jfs_wr_t *requests, urma_jfs_wr_t **refused)
{
    return endpoint->shape.jetty ? urma_post_jetty_send_wr(endpoint->jetty, requests, refused)
                                 : urma_post_jfs_wr(endpoint->jfs, requests, refused);
}

urma_status_t endpoint_post_receive(const endpoint_t *endpoint, urma_jfr_wr_t *requests, urma_jfr_wr_t **refused)
{
    return endpoint->shape.jetty ? urma_post_jetty_recv_wr(endpoint->jetty, requests, refused)
                                 : urma_post_jfr_wr(endpoint->jfr, requests, refused);
}

unsigned char *endpoint_outgoing(const endpoint_t *endpoint)
{
    return endpoint->memory;
}

unsigned char *endpoint_incoming(const endpoint_t *endpoint)
{
    return endpoint->memory + ENDPOINT_ROOM;
}
