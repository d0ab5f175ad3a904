#include "meet.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>

enum { A_MOMENT_MS = 100, TIMEOUT_MS = 2000 };

const char *meet_host(void)
{
    const char *host = getenv("URMA_TEST_ADDRESS");
    return host == NULL ? "127.0.0.1" : host;
}

struct sockaddr_in meet_address(const char *text, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    CHECK(inet_pton(AF_INET, text, &address.sin_addr) == 1, "%s", text);
    return address;
}

struct rdma_event_channel *meet_channel(void)
{
    struct rdma_event_channel *channel = rdma_create_event_channel();
    CHECK(channel != NULL && channel->fd >= 0, "channel");
    return channel;
}

struct rdma_cm_id *meet_listen(struct rdma_event_channel *channel, enum rdma_port_space space, int backlog)
{
    struct rdma_cm_id *id;
    struct sockaddr_in address = meet_address("0.0.0.0", 0);
    CHECK(rdma_create_id(channel, &id, NULL, space) == 0, "id");
    CHECK(rdma_bind_addr(id, (struct sockaddr *)&address) == 0, "bind");
    CHECK(meet_port(id) != 0, "port");
    CHECK(rdma_listen(id, backlog) == 0, "listen");
    return id;
}

struct rdma_cm_id *meet_resolved(struct rdma_event_channel *channel, enum rdma_port_space space, uint16_t port)
{
    struct rdma_cm_id *id;
    struct sockaddr_in address = meet_address(meet_host(), port);
    CHECK(rdma_create_id(channel, &id, NULL, space) == 0, "id");
    CHECK(rdma_resolve_addr(id, NULL, (struct sockaddr *)&address, TIMEOUT_MS) == 0, "resolve");
    CHECK(meet_expect(channel, RDMA_CM_EVENT_ADDR_RESOLVED, 0) == id, "another id");
    CHECK(id->verbs != NULL && id->pd != NULL && id->port_num == 1, "device");
    CHECK(rdma_resolve_route(id, TIMEOUT_MS) == 0, "route");
    CHECK(meet_expect(channel, RDMA_CM_EVENT_ROUTE_RESOLVED, 0) == id && id->route.num_paths == 1, "route");
    return id;
}

static int ready(struct rdma_event_channel *channel, int milliseconds)
{
    struct pollfd descriptor = {.fd = channel->fd, .events = POLLIN};
    return poll(&descriptor, 1, milliseconds);
}

struct rdma_cm_event *meet_any(struct rdma_event_channel *channel)
{
    struct rdma_cm_event *event;
    CHECK(ready(channel, (int)(CHECK_LIMIT_NS / 1000000)) == 1, "no event");
    CHECK(rdma_get_cm_event(channel, &event) == 0, "event");
    return event;
}

struct rdma_cm_event *meet_event(struct rdma_event_channel *channel, enum rdma_cm_event_type type, int status)
{
    CHECK(ready(channel, (int)(CHECK_LIMIT_NS / 1000000)) == 1, "no event, but %s should come", rdma_event_str(type));
    struct rdma_cm_event *event = meet_any(channel);
    CHECK(event->event == type && event->status == status, "%s with %d instead of %s with %d", rdma_event_str(event->event), event->status,
        rdma_event_str(type), status);
    return event;
}

struct rdma_cm_id *meet_expect(struct rdma_event_channel *channel, enum rdma_cm_event_type type, int status)
{
    struct rdma_cm_event *event = meet_event(channel, type, status);
    struct rdma_cm_id *id = event->id;
    CHECK(rdma_ack_cm_event(event) == 0, "acknowledge");
    return id;
}

void meet_nothing(struct rdma_event_channel *channel)
{
    CHECK(ready(channel, A_MOMENT_MS) == 0, "an event came");
}

void meet_queue(struct rdma_cm_id *id, enum ibv_qp_type type)
{
    struct ibv_qp_init_attr attributes = {
        .cap = {.max_send_wr = 16, .max_recv_wr = 16, .max_send_sge = 1, .max_recv_sge = 1}, .qp_type = type, .sq_sig_all = 1};
    CHECK(rdma_create_qp(id, NULL, &attributes) == 0, "QP");
    CHECK(id->qp != NULL && id->send_cq != NULL && id->recv_cq != NULL && id->send_cq_channel != NULL, "queues");
}

uint16_t meet_port(struct rdma_cm_id *id)
{
    return ntohs(rdma_get_src_port(id));
}
