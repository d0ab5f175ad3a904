/* Ids of librdmacm, step by step, each event checked. */
#ifndef TESTS_VERBS_MEET_H
#define TESTS_VERBS_MEET_H

#include <netinet/in.h>

#include <rdma/rdma_cma.h>

#include "check.h"

/* Where both ends are: what URMA_TEST_ADDRESS says, or the loopback address. Over a kernel's device it must be an address of that. */
const char *meet_host(void);

struct sockaddr_in meet_address(const char *text, uint16_t port);
struct rdma_event_channel *meet_channel(void);

/* A listening id; the port it got is in its address. */
struct rdma_cm_id *meet_listen(struct rdma_event_channel *channel, enum rdma_port_space space, int backlog);

/* An id with address and route resolved. */
struct rdma_cm_id *meet_resolved(struct rdma_event_channel *channel, enum rdma_port_space space, uint16_t port);

/* The next event; to be acknowledged. */
struct rdma_cm_event *meet_any(struct rdma_event_channel *channel);

/* The next event, which must be that one; to be acknowledged. */
struct rdma_cm_event *meet_event(struct rdma_event_channel *channel, enum rdma_cm_event_type type, int status);

/* The next event, acknowledged. Answers its id. */
struct rdma_cm_id *meet_expect(struct rdma_event_channel *channel, enum rdma_cm_event_type type, int status);

/* No event comes for a short while. */
void meet_nothing(struct rdma_event_channel *channel);

/* A QP with queues of the id's own. */
void meet_queue(struct rdma_cm_id *id, enum ibv_qp_type type);

uint16_t meet_port(struct rdma_cm_id *id);

#endif
