/* Two jetties that measure each other. */
#ifndef TESTS_LINK_H
#define TESTS_LINK_H

#include <stdint.h>
#include <ub/umdk/urma/urma_api.h>

#include "peer.h"

/* Bytes of a bandwidth measurement's message. */
#define LINK_MESSAGE (1U << 20)

typedef struct link {
    const peer_t *peer;
    /* Memory of both processes that has nothing to do with the library, and how often it went back and forth. */
    unsigned char *shared;
    uint64_t *turns;
    urma_context_t *context;
    urma_jfc_t *send_jfc;
    urma_jfc_t *receive_jfc;
    urma_jfr_t *jfr;
    urma_jetty_t *jetty;
    urma_target_jetty_t *target;
    /* Registered: two messages of room. */
    unsigned char *memory;
    urma_target_seg_t *local;
    urma_target_seg_t *remote;
    uint64_t remote_address;
} link_t;

/* Opens the device, connects, and pins each side to a core of its own. */
link_t link_create(const peer_t *peer, unsigned char *shared);
void link_delete(const link_t *link);

/* One way of 8 bytes, nanoseconds. */
double link_send_latency(const link_t *link);

/* Writes of 1 MiB, GB/s. */
double link_write_bandwidth(const link_t *link);

/* Writes of 64 bytes, millions per second, records taken 16 at a time: each posted by itself, or in lists of 16. */
double link_write_rate(const link_t *link);
double link_write_rate_of_lists(const link_t *link);

#endif
