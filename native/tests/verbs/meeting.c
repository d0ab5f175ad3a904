#include "meeting.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "check.h"

static void set_limits(int meeting)
{
    struct timeval limit = {.tv_sec = (time_t)(CHECK_LIMIT_NS / 1000000000)};
    int on = 1;
    CHECK(setsockopt(meeting, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0, "receive timeout");
    CHECK(setsockopt(meeting, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0, "send timeout");
    CHECK(setsockopt(meeting, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0, "no delay");
}

static int listen_at(int port)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    int on = 1;
    int off = 0;
    int listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(listener >= 0, "socket");
    CHECK(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0, "reuse");
    CHECK(setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0, "both families");
    CHECK(bind(listener, (struct sockaddr *)&address, sizeof address) == 0, "port %d", port);
    CHECK(listen(listener, 1) == 0, "port %d", port);
    set_limits(listener);
    int meeting = accept(listener, NULL, NULL);
    CHECK(meeting >= 0, "nobody came to port %d", port);
    close(listener);
    return meeting;
}

static int connect_to(const char *server, int port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    char service[16];
    snprintf(service, sizeof service, "%d", port);
    int error = getaddrinfo(server, service, &hints, &found);
    CHECK(error == 0, "%s: %s", server, gai_strerror(error));
    uint64_t deadline = check_now_ns() + CHECK_LIMIT_NS;
    for (;;) {
        int meeting = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        CHECK(meeting >= 0, "socket");
        if (connect(meeting, found->ai_addr, found->ai_addrlen) == 0) {
            freeaddrinfo(found);
            return meeting;
        }

        CHECK(check_now_ns() < deadline, "%s port %d", server, port);
        close(meeting);
        usleep(20000);
    }
}

int meeting_open(const char *server, int port)
{
    int meeting = server == NULL ? listen_at(port) : connect_to(server, port);
    set_limits(meeting);
    return meeting;
}

void meeting_exchange(int meeting, const char *mine, char *theirs)
{
    char line[MEETING_LINE];
    int bytes = snprintf(line, sizeof line, "%s\n", mine);
    CHECK(bytes < MEETING_LINE, "the line is too long");
    CHECK(send(meeting, line, (size_t)bytes, MSG_NOSIGNAL) == bytes, "the other side is gone");
    /* Byte by byte, so that nothing of a next line is taken. */
    size_t length = 0;
    for (;;) {
        CHECK(length < MEETING_LINE, "the other's line is too long");
        CHECK(recv(meeting, theirs + length, 1, 0) == 1, "the other side is gone");
        if (theirs[length] == '\n') {
            theirs[length] = '\0';
            return;
        }

        length++;
    }
}

void meeting_wait(int meeting)
{
    char theirs[MEETING_LINE];
    meeting_exchange(meeting, "here", theirs);
    CHECK(strcmp(theirs, "here") == 0, "the other side said %s", theirs);
}
