/* Connections by librdmacm: threads that wait for events, are cancelled or sent signals; ids that move between channels, and channels that go. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "meet.h"

enum { A_MOMENT_US = 200000, WAIT_S = 20, CANCELLATIONS = 100 };

static volatile int signals;

static void on_signal(int number)
{
    (void)number;
    signals++;
}

static void handle(int number, int flags)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags};
    CHECK(sigaction(number, &action, NULL) == 0, "sigaction");
}

static void *join(pthread_t thread)
{
    void *result;
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += WAIT_S;
    CHECK(pthread_timedjoin_np(thread, &result, &deadline) == 0, "a thread does not end");
    return result;
}

static pthread_t start(void *(*run)(void *), void *argument)
{
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, run, argument) == 0, "thread");
    usleep(A_MOMENT_US);
    return thread;
}

/* Answers errno, or what came. */
static void *wait_for_event(void *channel)
{
    struct rdma_cm_event *event;
    if (rdma_get_cm_event(channel, &event) != 0) {
        return (void *)(intptr_t)-errno;
    }

    int type = event->event;
    rdma_ack_cm_event(event);
    return (void *)(intptr_t)type;
}

static void *wait_for_completion(void *channel)
{
    struct ibv_cq *cq;
    void *context;
    return (void *)(intptr_t)(ibv_get_cq_event(channel, &cq, &context) == 0 ? 0 : -errno);
}

static void *wait_for_device(void *context)
{
    struct ibv_async_event event;
    return (void *)(intptr_t)(ibv_get_async_event(context, &event) == 0 ? 0 : -errno);
}

static void waiting_threads(void)
{
    struct rdma_event_channel *channel = meet_channel();
    struct rdma_event_channel *other = meet_channel();
    struct rdma_cm_id *listener = meet_listen(other, RDMA_PS_TCP, 0);
    struct rdma_cm_id *id = meet_resolved(other, RDMA_PS_TCP, meet_port(listener));
    meet_queue(id, IBV_QPT_RC);
    struct {
        void *(*run)(void *);
        void *argument;
    } waits[] = {{wait_for_event, channel}, {wait_for_completion, id->send_cq_channel}, {wait_for_device, id->verbs}};
    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
        pthread_t thread = start(waits[i].run, waits[i].argument);
        CHECK(pthread_cancel(thread) == 0 && join(thread) == PTHREAD_CANCELED, "wait %zu was not cancelled", i);

        /* A handler that has calls go on, and one that ends them. */
        handle(SIGUSR1, SA_RESTART);
        thread = start(waits[i].run, waits[i].argument);
        signals = 0;
        CHECK(pthread_kill(thread, SIGUSR1) == 0, "kill");
        usleep(A_MOMENT_US);
        CHECK(signals == 1 && pthread_tryjoin_np(thread, NULL) == EBUSY, "wait %zu ended by a signal", i);
        handle(SIGUSR1, 0);
        void *result;
        uint64_t deadline = check_now_ns() + CHECK_LIMIT_NS;
        /* Again, where it has not begun to wait yet. */
        do {
            CHECK(check_now_ns() < deadline, "wait %zu did not end by a signal", i);
            CHECK(pthread_kill(thread, SIGUSR1) == 0, "kill");
            usleep(A_MOMENT_US);
        } while (pthread_tryjoin_np(thread, &result) != 0);
        CHECK(result == (void *)(intptr_t)-EINTR, "wait %zu ended otherwise", i);
    }

    /* What was cancelled there took nothing along. */
    CHECK(rdma_migrate_id(id, channel) == 0, "migrate");
    pthread_t thread = start(wait_for_event, channel);
    CHECK(rdma_connect(id, NULL) == 0, "connect");
    struct rdma_cm_id *asked = meet_expect(other, RDMA_CM_EVENT_CONNECT_REQUEST, 0);
    CHECK(rdma_reject(asked, NULL, 0) == 0 && join(thread) == (void *)(intptr_t)RDMA_CM_EVENT_REJECTED, "event");
    rdma_destroy_qp(id);
    CHECK(rdma_destroy_id(asked) == 0 && rdma_destroy_id(id) == 0 && rdma_destroy_id(listener) == 0, "destroy");
    rdma_destroy_event_channel(channel);
    rdma_destroy_event_channel(other);
}

static void *make_and_destroy(void *channel)
{
    struct sockaddr_in address = meet_address("127.0.0.1", 0);
    for (;;) {
        struct rdma_cm_id *id;
        CHECK(rdma_create_id(channel, &id, NULL, RDMA_PS_TCP) == 0, "id");
        CHECK(rdma_bind_addr(id, (struct sockaddr *)&address) == 0 && rdma_destroy_id(id) == 0, "bind");
        pthread_testcancel();
    }
}

/* In calls that do not wait: whatever locks they hold must be free afterwards. */
static void cancelled_calls(void)
{
    struct rdma_event_channel *channel = meet_channel();
    for (int i = 0; i < CANCELLATIONS; i++) {
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, make_and_destroy, channel) == 0, "thread");
        usleep(5000 + 37 * (useconds_t)i);
        CHECK(pthread_cancel(thread) == 0 && join(thread) == PTHREAD_CANCELED, "cancel");
    }

    rdma_destroy_event_channel(channel);
}

/* A request takes from its listener what that is when the request is taken. */
static void migrating(void)
{
    struct rdma_event_channel *channels[3] = {meet_channel(), meet_channel(), meet_channel()};
    struct rdma_cm_id *listener = meet_listen(channels[0], RDMA_PS_TCP, 0);
    struct rdma_cm_id *id = meet_resolved(channels[2], RDMA_PS_TCP, meet_port(listener));
    meet_queue(id, IBV_QPT_RC);
    CHECK(rdma_connect(id, NULL) == 0, "connect");
    usleep(A_MOMENT_US);
    listener->context = &listener;
    CHECK(rdma_migrate_id(listener, channels[1]) == 0 && listener->channel == channels[1], "migrate");
    meet_nothing(channels[0]);
    rdma_destroy_event_channel(channels[0]);
    struct rdma_cm_id *asked = meet_expect(channels[1], RDMA_CM_EVENT_CONNECT_REQUEST, 0);
    CHECK(asked->channel == channels[1] && asked->context == &listener && asked->qp_type == listener->qp_type, "inheritance");

    /* Its own events go where it is, from one channel to the next. */
    meet_queue(asked, IBV_QPT_RC);
    CHECK(rdma_accept(asked, NULL) == 0, "accept");
    meet_expect(channels[2], RDMA_CM_EVENT_ESTABLISHED, 0);
    usleep(A_MOMENT_US);
    struct rdma_event_channel *late = meet_channel();
    CHECK(rdma_migrate_id(asked, late) == 0, "migrate");
    meet_nothing(channels[1]);
    CHECK(meet_expect(late, RDMA_CM_EVENT_ESTABLISHED, 0) == asked, "id");

    /* By the address alone: LIDs are the device's own. */
    struct ibv_qp_attr attributes = {.qp_state = IBV_QPS_RTR};
    int mask;
    struct ibv_port_attr port;
    CHECK(rdma_init_qp_attr(id, &attributes, &mask) == 0 && ibv_query_port(id->verbs, id->port_num, &port) == 0, "attributes");
    CHECK(port.link_layer != IBV_LINK_LAYER_INFINIBAND || attributes.ah_attr.dlid == port.lid, "LID %d", attributes.ah_attr.dlid);
    rdma_destroy_qp(id);
    rdma_destroy_qp(asked);
    CHECK(rdma_destroy_id(id) == 0 && rdma_destroy_id(asked) == 0 && rdma_destroy_id(listener) == 0, "destroy");
    rdma_destroy_event_channel(channels[1]);
    rdma_destroy_event_channel(channels[2]);
    rdma_destroy_event_channel(late);
}

/* Without a channel, and yet asked by the call of those that have one. */
static void request_without_channel(void)
{
    struct rdma_cm_id *listener;
    struct sockaddr_in address = meet_address("0.0.0.0", 0);
    CHECK(rdma_create_id(NULL, &listener, NULL, RDMA_PS_TCP) == 0 && rdma_bind_addr(listener, (struct sockaddr *)&address) == 0, "bind");
    CHECK(rdma_listen(listener, 0) == 0, "listen");
    struct rdma_event_channel *channel = meet_channel();
    struct rdma_cm_id *id = meet_resolved(channel, RDMA_PS_TCP, meet_port(listener));
    CHECK(rdma_connect(id, NULL) == 0, "connect");
    struct rdma_cm_id *asked = meet_expect(listener->channel, RDMA_CM_EVENT_CONNECT_REQUEST, 0);
    CHECK(asked->channel != listener->channel && asked->channel != channel, "channel");
    CHECK(rdma_destroy_id(listener) == 0 && rdma_reject(asked, NULL, 0) == 0, "reject");
    meet_expect(channel, RDMA_CM_EVENT_REJECTED, 28);
    CHECK(rdma_destroy_id(asked) == 0 && rdma_destroy_id(id) == 0, "destroy");
    rdma_destroy_event_channel(channel);
}

/* Not allowed, and done at exits: an id outlives its channel. Whatever has the number of the descriptor then is left alone. */
static void channel_gone(void)
{
    struct rdma_event_channel *channel = meet_channel();
    struct rdma_event_channel *asking = meet_channel();
    struct rdma_cm_id *listener = meet_listen(channel, RDMA_PS_TCP, 0);
    struct rdma_cm_id *id = meet_resolved(asking, RDMA_PS_TCP, meet_port(listener));
    int number = channel->fd;
    rdma_destroy_event_channel(channel);
    int strange = eventfd(0, EFD_NONBLOCK);
    CHECK(strange >= 0 && (strange == number || dup2(strange, number) == number), "descriptor");
    CHECK(rdma_connect(id, NULL) == 0, "connect");
    usleep(A_MOMENT_US);
    eventfd_t count;
    CHECK(eventfd_read(number, &count) == -1 && errno == EAGAIN, "an event was written to another file");
    CHECK(eventfd_write(number, 5) == 0 && rdma_destroy_id(listener) == 0, "destroy");
    CHECK(eventfd_read(number, &count) == 0 && count == 5, "another file was read");
    meet_expect(asking, RDMA_CM_EVENT_REJECTED, 28);
    CHECK(rdma_destroy_id(id) == 0, "destroy");
    rdma_destroy_event_channel(asking);
}

int main(void)
{
    waiting_threads();
    cancelled_calls();
    migrating();
    request_without_channel();
    channel_gone();
    puts("every wait ended as it should");
    return 0;
}
