/* Whoever knows the name of a port's socket may write to it, or hold it: what managers read may be anything. Over the shim only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "meet.h"

enum { LONG = 65536, KINDS = 256, A_MOMENT_US = 20000, SOME_SECONDS = 8, FIRST_PORT = 20000 };

static char frame[LONG];
static size_t frame_size;
static size_t kind_at;

static socklen_t name_of(struct sockaddr_un *name, uint16_t port)
{
    *name = (struct sockaddr_un){.sun_family = AF_UNIX};
    int length = snprintf(name->sun_path + 1, sizeof(name->sun_path) - 1, "urma/%s/cm/106-%04x-any4", getenv("URMA_FABRIC"), port);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

static int stranger_to(uint16_t port)
{
    struct sockaddr_un name;
    socklen_t size = name_of(&name, port);
    int stranger = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    CHECK(stranger >= 0 && connect(stranger, (struct sockaddr *)&name, size) == 0, "connect to %s", name.sun_path + 1);
    return stranger;
}

static int false_listener(uint16_t port)
{
    struct sockaddr_un name;
    socklen_t size = name_of(&name, port);
    int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    CHECK(listener >= 0 && bind(listener, (struct sockaddr *)&name, size) == 0 && listen(listener, 8) == 0, "hold %s", name.sun_path + 1);
    return listener;
}

static struct rdma_cm_id *ask(struct rdma_event_channel *channel, uint16_t port)
{
    struct rdma_cm_id *id = meet_resolved(channel, RDMA_PS_TCP, port);
    struct rdma_conn_param param = {.qp_num = 0x123456, .private_data = "recorded", .private_data_len = 9};
    CHECK(rdma_connect(id, &param) == 0, "connect");
    return id;
}

/* A real request; afterwards the asker is told no by a socket that closes. */
static void record(struct rdma_event_channel *channel)
{
    int listener = false_listener(FIRST_PORT);
    struct rdma_cm_id *id = ask(channel, FIRST_PORT);
    int link = accept(listener, NULL, NULL);
    CHECK(link >= 0, "accept");
    ssize_t size = recv(link, frame, sizeof(frame), 0);
    CHECK(size > 0 && memmem(frame, (size_t)size, "recorded", 8) != NULL, "a frame of %zd", size);
    frame_size = (size_t)size;
    close(link);
    close(listener);
    meet_expect(channel, RDMA_CM_EVENT_REJECTED, 28);
    CHECK(rdma_destroy_id(id) == 0, "destroy");

    /* Of the fields, 1 is the kind of a request; it lies before what is private, behind the number of the queue. */
    char *number = memmem(frame, frame_size, "\x56\x34\x12", 4);
    CHECK(number != NULL && number[8] == 1, "kind");
    kind_at = (size_t)(number - frame) + 8;
}

/* Sends it as the first frame of a connection. Answers whether the other side closes it within a bound, or keeps it. */
static int is_closed(uint16_t port, const char *bytes, size_t size, struct timeval bound)
{
    int stranger = stranger_to(port);
    CHECK(setsockopt(stranger, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof(bound)) == 0, "option");
    CHECK(send(stranger, bytes, size, MSG_NOSIGNAL) == (ssize_t)size, "send");
    char answer[LONG];
    ssize_t last;
    while ((last = recv(stranger, answer, sizeof(answer), 0)) > 0) {
    }

    close(stranger);
    return last == 0 || errno == ECONNRESET;
}

static int is_kept(uint16_t port, const char *bytes, size_t size)
{
    return !is_closed(port, bytes, size, (struct timeval){.tv_usec = A_MOMENT_US});
}

/* The bound is less than what managers give to those who say nothing. */
static int is_refused(uint16_t port, const char *bytes, size_t size)
{
    return is_closed(port, bytes, size, (struct timeval){.tv_sec = SOME_SECONDS});
}

static void drop_requests(struct rdma_event_channel *channel, int expected)
{
    for (int i = 0; i < expected; i++) {
        struct rdma_cm_id *asked = meet_expect(channel, RDMA_CM_EVENT_CONNECT_REQUEST, 0);
        CHECK(rdma_destroy_id(asked) == 0, "destroy");
    }

    meet_nothing(channel);
}

static void false_askers(struct rdma_event_channel *channel)
{
    struct rdma_cm_id *listener = meet_listen(channel, RDMA_PS_TCP, 0);
    uint16_t port = meet_port(listener);
    char bytes[LONG];
    memcpy(bytes, frame, frame_size);
    CHECK(is_kept(port, bytes, frame_size), "a good request is refused");
    drop_requests(channel, 1);

    for (size_t size = 1; size < frame_size; size += 13) {
        CHECK(is_refused(port, bytes, size), "%zu bytes are read", size);
    }

    CHECK(is_refused(port, bytes, frame_size - 1) && is_refused(port, bytes, frame_size + 1) && is_refused(port, bytes, LONG), "a wrong length is read");
    drop_requests(channel, 0);
    for (int kind = 0; kind < KINDS; kind++) {
        bytes[kind_at] = (char)kind;
        CHECK((kind == 1 ? is_kept : is_refused)(port, bytes, frame_size), "kind %d", kind);
    }

    drop_requests(channel, 1);

    /* Whatever a good request says besides: served or refused, and never a crash. */
    for (size_t at = 0; at < frame_size; at++) {
        for (int value = 0; value < 2; value++) {
            memcpy(bytes, frame, frame_size);
            bytes[at] = (char)(value == 0 ? ~frame[at] : 0xff);
            int stranger = stranger_to(port);
            CHECK(send(stranger, bytes, frame_size, MSG_NOSIGNAL) == (ssize_t)frame_size, "send");
            for (int kind = at == 0 ? 0 : KINDS; kind < KINDS; kind++) {
                bytes[kind_at] = (char)kind;
                if (send(stranger, bytes, frame_size, MSG_NOSIGNAL) < 0) {
                    break;
                }
            }

            close(stranger);
        }
    }

    /* Those that were served are taken and given up. */
    struct rdma_event_channel *asking = meet_channel();
    struct rdma_cm_id *id = ask(asking, port);
    for (int real = 0; !real;) {
        struct rdma_cm_event *event = meet_event(channel, RDMA_CM_EVENT_CONNECT_REQUEST, 0);
        struct rdma_cm_id *asked = event->id;
        real = rdma_get_dst_port(asked) == rdma_get_src_port(id);
        rdma_ack_cm_event(event);
        rdma_accept(asked, NULL);
        CHECK(rdma_destroy_id(asked) == 0, "destroy");
    }

    CHECK(rdma_destroy_id(id) == 0 && rdma_destroy_id(listener) == 0, "destroy");
    rdma_destroy_event_channel(asking);
}

/* Of every kind and once more after that, with a status, a number and an address that nobody has. */
static void false_listeners(struct rdma_event_channel *channel)
{
    int listener = false_listener(FIRST_PORT + 1);
    for (int kind = 0; kind < 24; kind++) {
        struct rdma_cm_id *id = ask(channel, FIRST_PORT + 1);
        int link = accept(listener, NULL, NULL);
        CHECK(link >= 0, "accept");
        char bytes[LONG];
        for (int i = 0; i < 4; i++) {
            memcpy(bytes, frame, frame_size);
            bytes[kind_at] = (char)(i == 3 ? 255 - kind : kind);
            memset(bytes + kind_at - 28, i == 0 ? 0 : 0xff, 28);
            if (send(link, bytes, i == 2 && kind % 3 == 0 ? LONG : frame_size, MSG_NOSIGNAL) < 0) {
                break;
            }
        }

        close(link);
        /* Whatever it was told, it ends, and the connection with it. */
        struct rdma_cm_event *event = meet_any(channel);
        CHECK(event->event == RDMA_CM_EVENT_REJECTED || event->event == RDMA_CM_EVENT_CONNECT_RESPONSE, "%s for kind %d", rdma_event_str(event->event), kind);
        CHECK(event->event != RDMA_CM_EVENT_REJECTED || event->status != 0, "rejected without a reason");
        rdma_ack_cm_event(event);
        CHECK(rdma_destroy_id(id) == 0, "destroy");
    }

    close(listener);
    meet_nothing(channel);
}

int main(void)
{
    struct rdma_event_channel *channel = meet_channel();
    record(channel);
    false_askers(channel);
    false_listeners(channel);
    rdma_destroy_event_channel(channel);
    puts("every stranger was told from a peer");
    return 0;
}
