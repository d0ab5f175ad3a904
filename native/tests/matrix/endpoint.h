/* One side of a pair, in one transport mode: queues, memory, and what it imported of the other side. */
#ifndef TESTS_ENDPOINT_H
#define TESTS_ENDPOINT_H

#include <stdbool.h>
#include <ub/umdk/urma/urma_api.h>

#include "peer.h"

/* Bytes of the largest message, and of the room for it with gaps around its pieces. */
#define ENDPOINT_MESSAGE (1U << 20)
#define ENDPOINT_ROOM (ENDPOINT_MESSAGE + 4096U)

/* Scatter-gather entries a request may have at most. */
#define ENDPOINT_PIECES 4

/* Requests in flight at most. */
#define ENDPOINT_DEPTH 64

typedef struct shape {
    urma_transport_mode_t mode;
    /* A jetty on both sides, otherwise a JFS towards a JFR. */
    bool jetty;
} shape_t;

typedef struct endpoint {
    const peer_t *peer;
    shape_t shape;
    urma_context_t *context;
    urma_device_cap_t device;
    urma_jfce_t *send_channel;
    urma_jfce_t *receive_channel;
    urma_jfc_t *send_jfc;
    urma_jfc_t *receive_jfc;
    urma_jfr_t *jfr;
    urma_jfs_t *jfs;
    urma_jetty_t *jetty;
    urma_target_jetty_t *target;
    /* Two rooms: what goes out, then what comes in. */
    unsigned char *memory;
    urma_target_seg_t *local;
    urma_target_seg_t *remote;
    uint64_t remote_address;
    /* Who sends over there. */
    urma_jetty_id_t remote_sender;
} endpoint_t;

endpoint_t endpoint_create(const peer_t *peer, urma_context_t *context, shape_t shape);
void endpoint_delete(endpoint_t *endpoint);

urma_status_t endpoint_post(const endpoint_t *endpoint, urma_jfs_wr_t *requests, urma_jfs_wr_t **refused);
urma_status_t endpoint_post_receive(const endpoint_t *endpoint, urma_jfr_wr_t *requests, urma_jfr_wr_t **refused);

unsigned char *endpoint_outgoing(const endpoint_t *endpoint);
unsigned char *endpoint_incoming(const endpoint_t *endpoint);

#endif
