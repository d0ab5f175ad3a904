/* Connections by librdmacm that do not come about, or end by themselves; strangers on their sockets; calls at the wrong time. */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "meet.h"

enum { REJECTED_BY_PROGRAM = 28, NOBODY_LISTENS = 8, A_MOMENT_US = 200000, BACKLOG = 2 };

static struct rdma_cm_id *new_id(struct rdma_event_channel *channel)
{
    struct rdma_cm_id *id;
    CHECK(rdma_create_id(channel, &id, NULL, RDMA_PS_TCP) == 0, "id");
    return id;
}

/* Comes before the first call of the library, which does not survive a fork. Answers the child that accepts and then does nothing more. */
static pid_t start_peer(uint16_t *port, int accepts)
{
    int ends[2];
    CHECK(pipe(ends) == 0, "pipe");
    pid_t child = fork();
    CHECK(child >= 0, "fork");
    if (child == 0) {
        struct rdma_event_channel *channel = meet_channel();
        struct rdma_cm_id *listener = meet_listen(channel, RDMA_PS_TCP, 0);
        uint16_t mine = meet_port(listener);
        CHECK(write(ends[1], &mine, sizeof(mine)) == sizeof(mine), "tell");
        struct rdma_cm_id *id = meet_expect(channel, RDMA_CM_EVENT_CONNECT_REQUEST, 0);
        if (accepts) {
            meet_queue(id, IBV_QPT_RC);
            CHECK(rdma_accept(id, NULL) == 0, "accept");
        }

        for (;;) {
            pause();
        }
    }

    CHECK(read(ends[0], port, sizeof(*port)) == sizeof(*port), "hear");
    close(ends[0]);
    close(ends[1]);
    return child;
}

/* Comes before the first call, too. Without devices nobody listens, however general the address. */
static void no_devices(void)
{
    pid_t child = fork();
    CHECK(child >= 0, "fork");
    if (child == 0) {
        setenv("URMA_ROUB_DEVICES", "0", 1);
        struct rdma_cm_id *id = new_id(meet_channel());
        struct sockaddr_in address = meet_address("0.0.0.0", 0);
        CHECK(rdma_bind_addr(id, (struct sockaddr *)&address) == 0, "bind");
        CHECK(rdma_listen(id, 0) == -1 && errno == ENODEV, "listens without a device");
        _exit(0);
    }

    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0, "status %d", status);
}

static void end_peer(pid_t child)
{
    CHECK(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child, "kill");
}

static void killed_peers(pid_t accepting, uint16_t accepting_port, pid_t hesitating, uint16_t hesitating_port)
{
    struct rdma_event_channel *channel = meet_channel();
    struct rdma_cm_id *id = meet_resolved(channel, RDMA_PS_TCP, accepting_port);
    meet_queue(id, IBV_QPT_RC);
    CHECK(rdma_connect(id, NULL) == 0, "connect");
    meet_expect(channel, RDMA_CM_EVENT_ESTABLISHED, 0);
    end_peer(accepting);
    CHECK(meet_expect(channel, RDMA_CM_EVENT_DISCONNECTED, 0) == id, "id");
    CHECK(rdma_disconnect(id) == 0 && id->qp->state == IBV_QPS_ERR, "state %d", id->qp->state);
    rdma_destroy_qp(id);
    CHECK(rdma_destroy_id(id) == 0, "destroy");

    /* Its port is free again. */
    struct sockaddr_in address = meet_address("0.0.0.0", accepting_port);
    id = new_id(channel);
    CHECK(rdma_bind_addr(id, (struct sockaddr *)&address) == 0, "bind");
    CHECK(rdma_destroy_id(id) == 0, "destroy");

    id = meet_resolved(channel, RDMA_PS_TCP, hesitating_port);
    CHECK(rdma_connect(id, NULL) == 0, "connect");
    meet_nothing(channel);
    end_peer(hesitating);
    CHECK(meet_expect(channel, RDMA_CM_EVENT_REJECTED, REJECTED_BY_PROGRAM) == id, "id");
    CHECK(rdma_destroy_id(id) == 0, "destroy");
    rdma_destroy_event_channel(channel);
}

static void addresses(void)
{
    struct rdma_event_channel *channel = meet_channel();
    struct rdma_cm_id *one = new_id(channel);
    struct rdma_cm_id *other = new_id(channel);
    struct sockaddr_in address = meet_address("127.0.0.1", 0);
    CHECK(rdma_bind_addr(one, (struct sockaddr *)&address) == 0 && one->verbs != NULL, "bind");
    address.sin_port = rdma_get_src_port(one);
    CHECK(rdma_bind_addr(one, (struct sockaddr *)&address) == -1 && errno == EINVAL, "bound twice");
    CHECK(rdma_bind_addr(other, (struct sockaddr *)&address) == -1 && errno == EADDRINUSE, "bound to what is taken");
    struct sockaddr_in foreign = meet_address("198.51.100.7", 0);
    CHECK(rdma_bind_addr(other, (struct sockaddr *)&foreign) == -1 && errno == EADDRNOTAVAIL, "bound to another host's");
    struct sockaddr unknown = {.sa_family = AF_UNIX};
    CHECK(rdma_bind_addr(other, &unknown) == -1 && errno == EINVAL, "bound to no IP address");
    CHECK(rdma_resolve_addr(other, NULL, (struct sockaddr *)&foreign, 100) == 0, "resolve");
    CHECK(meet_expect(channel, RDMA_CM_EVENT_ADDR_ERROR, -ENODEV) == other, "id");
    struct rdma_cm_id *none;
    CHECK(rdma_create_id(channel, &none, NULL, (enum rdma_port_space)0x77) == -1 && errno == EINVAL, "port space");

    /* Bound is not listening. */
    struct rdma_cm_id *asker = meet_resolved(channel, RDMA_PS_TCP, meet_port(one));
    CHECK(rdma_connect(asker, NULL) == 0, "connect");
    CHECK(meet_expect(channel, RDMA_CM_EVENT_REJECTED, NOBODY_LISTENS) == asker, "id");
    CHECK(rdma_destroy_id(asker) == 0 && rdma_destroy_id(one) == 0 && rdma_destroy_id(other) == 0, "destroy");
    struct rdma_cm_id *late = meet_resolved(channel, RDMA_PS_TCP, ntohs(address.sin_port));
    CHECK(rdma_connect(late, NULL) == 0, "connect");
    struct rdma_cm_event *event = meet_event(channel, RDMA_CM_EVENT_REJECTED, NOBODY_LISTENS);
    CHECK(event->param.conn.private_data_len == 148, "private data of %d", event->param.conn.private_data_len);
    rdma_ack_cm_event(event);
    CHECK(rdma_destroy_id(late) == 0, "destroy");
    rdma_destroy_event_channel(channel);
}

static void wrong_times(void)
{
    struct rdma_event_channel *channel = meet_channel();
    struct rdma_cm_id *id = new_id(channel);
    char much[200] = "";
    struct rdma_conn_param param = {.private_data = much, .private_data_len = 57};
    CHECK(rdma_connect(id, NULL) == -1 && errno == EINVAL, "connected without a route");
    CHECK(rdma_resolve_route(id, 100) == -1 && errno == EINVAL, "route without an address");
    CHECK(rdma_accept(id, NULL) == -1 && errno == EINVAL && rdma_reject(id, NULL, 0) == -1 && errno == EINVAL, "accepted nothing");
    CHECK(rdma_disconnect(id) == -1 && errno == EINVAL && rdma_establish(id) == -1 && errno == EINVAL, "ended nothing");
    CHECK(rdma_join_multicast(id, NULL, NULL) == -1 && errno == ENOSYS, "joined");
    CHECK(rdma_set_option(id, 9, 9, much, 1) == -1 && errno == ENOSYS, "option");
    uint8_t timeout = 14;
    CHECK(rdma_set_option(id, RDMA_OPTION_ID, RDMA_OPTION_ID_ACK_TIMEOUT, &timeout, sizeof(timeout)) == 0, "option");
    struct ibv_qp_init_attr attributes = {.cap = {.max_send_wr = 1, .max_recv_wr = 1, .max_send_sge = 1, .max_recv_sge = 1}, .qp_type = IBV_QPT_RC};
    CHECK(rdma_create_qp(id, NULL, &attributes) == -1 && errno == EINVAL, "QP without a device");
    CHECK(rdma_destroy_id(id) == 0, "destroy");

    struct rdma_cm_id *listener = meet_listen(channel, RDMA_PS_TCP, 0);
    id = meet_resolved(channel, RDMA_PS_TCP, meet_port(listener));
    CHECK(rdma_connect(id, &param) == -1 && errno == EINVAL, "too much private data");
    param.private_data_len = 56;
    param.responder_resources = 200;
    CHECK(rdma_connect(id, &param) == -1 && errno == EINVAL, "too many reads");
    param.responder_resources = 1;
    CHECK(rdma_connect(id, &param) == 0 && rdma_connect(id, &param) == -1 && errno == EINVAL, "connect");
    struct rdma_cm_id *asked = meet_expect(channel, RDMA_CM_EVENT_CONNECT_REQUEST, 0);
    CHECK(rdma_reject(asked, much, 149) == -1 && errno == EINVAL, "too much private data");
    CHECK(rdma_reject(asked, "no", 3) == 0 && rdma_accept(asked, NULL) == -1 && errno == EINVAL, "reject");
    struct rdma_cm_event *event = meet_event(channel, RDMA_CM_EVENT_REJECTED, REJECTED_BY_PROGRAM);
    CHECK(event->id == id && event->param.conn.private_data_len == 148 && strcmp(event->param.conn.private_data, "no") == 0, "private data");
    rdma_ack_cm_event(event);
    CHECK(rdma_destroy_id(asked) == 0 && rdma_destroy_id(id) == 0, "destroy");

    /* An asker that goes is found out by who answers. */
    id = meet_resolved(channel, RDMA_PS_TCP, meet_port(listener));
    CHECK(rdma_connect(id, NULL) == 0, "connect");
    asked = meet_expect(channel, RDMA_CM_EVENT_CONNECT_REQUEST, 0);
    CHECK(rdma_destroy_id(id) == 0, "destroy");
    meet_nothing(channel);
    CHECK(rdma_accept(asked, NULL) == -1 && errno == EINVAL, "accepted somebody who is gone");
    CHECK(rdma_destroy_id(asked) == 0 && rdma_destroy_id(listener) == 0, "destroy");
    rdma_destroy_event_channel(channel);
}

/* Who ends a connection waits a while, not for ever, for the other side to end it, too. */
static void one_sided_end(void)
{
    struct rdma_event_channel *channels[2] = {meet_channel(), meet_channel()};
    struct rdma_cm_id *listener = meet_listen(channels[0], RDMA_PS_TCP, 0);
    struct rdma_cm_id *id = meet_resolved(channels[1], RDMA_PS_TCP, meet_port(listener));
    meet_queue(id, IBV_QPT_RC);
    CHECK(rdma_connect(id, NULL) == 0, "connect");
    struct rdma_cm_id *passive = meet_expect(channels[0], RDMA_CM_EVENT_CONNECT_REQUEST, 0);
    meet_queue(passive, IBV_QPT_RC);
    CHECK(rdma_accept(passive, NULL) == 0, "accept");
    meet_expect(channels[1], RDMA_CM_EVENT_ESTABLISHED, 0);
    meet_expect(channels[0], RDMA_CM_EVENT_ESTABLISHED, 0);
    CHECK(rdma_disconnect(id) == 0 && id->qp->state == IBV_QPS_ERR, "disconnect");
    meet_expect(channels[0], RDMA_CM_EVENT_DISCONNECTED, 0);
    meet_expect(channels[1], RDMA_CM_EVENT_DISCONNECTED, -ETIMEDOUT);
    rdma_destroy_qp(id);
    rdma_destroy_qp(passive);
    CHECK(rdma_destroy_id(id) == 0 && rdma_destroy_id(passive) == 0 && rdma_destroy_id(listener) == 0, "destroy");
    rdma_destroy_event_channel(channels[0]);
    rdma_destroy_event_channel(channels[1]);
}

static void full_backlog(void)
{
    struct rdma_event_channel *channel = meet_channel();
    struct rdma_event_channel *asking = meet_channel();
    struct rdma_cm_id *listener = meet_listen(channel, RDMA_PS_TCP, BACKLOG);
    struct rdma_cm_id *ids[BACKLOG + 1];
    for (int i = 0; i <= BACKLOG; i++) {
        ids[i] = meet_resolved(asking, RDMA_PS_TCP, meet_port(listener));
        CHECK(rdma_connect(ids[i], NULL) == 0, "connect");
        usleep(A_MOMENT_US);
    }

    CHECK(meet_expect(asking, RDMA_CM_EVENT_REJECTED, REJECTED_BY_PROGRAM) == ids[BACKLOG], "another was rejected");
    meet_nothing(asking);
    /* Requests that nobody took go with the listener. */
    struct rdma_cm_id *taken = meet_expect(channel, RDMA_CM_EVENT_CONNECT_REQUEST, 0);
    CHECK(rdma_destroy_id(listener) == 0, "destroy");
    CHECK(meet_expect(asking, RDMA_CM_EVENT_REJECTED, REJECTED_BY_PROGRAM) == ids[1], "id");
    CHECK(rdma_destroy_id(taken) == 0, "destroy");
    CHECK(meet_expect(asking, RDMA_CM_EVENT_REJECTED, REJECTED_BY_PROGRAM) == ids[0], "id");
    for (int i = 0; i <= BACKLOG; i++) {
        CHECK(rdma_destroy_id(ids[i]) == 0, "destroy");
    }

    rdma_destroy_event_channel(channel);
    rdma_destroy_event_channel(asking);
}

static volatile int destroyed;

static void *destroy(void *id)
{
    CHECK(rdma_destroy_id(id) == 0, "destroy");
    destroyed = 1;
    return NULL;
}

static void unacknowledged_event(void)
{
    struct rdma_event_channel *channel = meet_channel();
    struct rdma_cm_id *id = new_id(channel);
    struct sockaddr_in address = meet_address("127.0.0.1", 9);
    CHECK(rdma_resolve_addr(id, NULL, (struct sockaddr *)&address, 100) == 0, "resolve");
    struct rdma_cm_event *event = meet_event(channel, RDMA_CM_EVENT_ADDR_RESOLVED, 0);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, destroy, id) == 0, "thread");
    usleep(A_MOMENT_US);
    CHECK(!destroyed && event->event == RDMA_CM_EVENT_ADDR_RESOLVED, "destroyed before its event was acknowledged");
    CHECK(rdma_ack_cm_event(event) == 0 && pthread_join(thread, NULL) == 0 && destroyed, "destroy");
    rdma_destroy_event_channel(channel);
}

/* Every descriptor of a connection goes with its id, those of strangers when it is seen that they are gone. */
static int descriptors(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (readdir(folder) != NULL) {
        count++;
    }

    closedir(folder);
    return count;
}

int main(void)
{
    no_devices();
    uint16_t ports[2];
    pid_t accepting = start_peer(&ports[0], 1);
    pid_t hesitating = start_peer(&ports[1], 0);
    killed_peers(accepting, ports[0], hesitating, ports[1]);
    /* What the library opens for its log it keeps. */
    addresses();
    int before = descriptors();
    addresses();
    wrong_times();
    one_sided_end();
    full_backlog();
    unacknowledged_event();
    uint64_t deadline = check_now_ns() + CHECK_LIMIT_NS;
    while (descriptors() > before) {
        CHECK(check_now_ns() < deadline, "%d descriptors instead of %d", descriptors(), before);
        usleep(A_MOMENT_US);
    }

    puts("every failed connection ended as it should");
    return 0;
}
