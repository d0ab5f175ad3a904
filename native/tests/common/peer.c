#include "peer.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

/* A whole program that takes longer hangs. */
#define PROGRAM_LIMIT_SECONDS 300

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    CHECK(strlen(path) < sizeof(address.sun_path), "%s is too long for the address of a socket", path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    return address;
}

static int accept_at(const char *path)
{
    struct sockaddr_un address = address_of(path);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(listener >= 0, "socket");
    CHECK(bind(listener, (const struct sockaddr *)&address, sizeof(address)) == 0, "bind %s", path);
    CHECK(listen(listener, 1) == 0, "listen");
    int accepted = accept(listener, NULL, NULL);
    CHECK(accepted >= 0, "accept");
    close(listener);
    return accepted;
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = address_of(path);
    uint64_t limit = check_now_ns() + CHECK_LIMIT_NS;
    for (;;) {
        int connected = socket(AF_UNIX, SOCK_STREAM, 0);
        CHECK(connected >= 0, "socket");
        if (connect(connected, (const struct sockaddr *)&address, sizeof(address)) == 0) {
            return connected;
        }

        CHECK(check_now_ns() < limit, "nobody listens at %s", path);
        close(connected);
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
}

peer_t peer_start(void)
{
    alarm(PROGRAM_LIMIT_SECONDS);
    const char *listen_at = getenv("URMA_TEST_LISTEN");
    const char *connect_at = getenv("URMA_TEST_CONNECT");
    if (listen_at != NULL) {
        return (peer_t){.socket = accept_at(listen_at)};
    }

    if (connect_at != NULL) {
        return (peer_t){.socket = connect_to(connect_at), .initiator = 1};
    }

    int sockets[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0, "socketpair");
    pid_t parent = getpid();
    pid_t child = fork();
    CHECK(child >= 0, "fork");
    if (child == 0) {
        alarm(PROGRAM_LIMIT_SECONDS);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        CHECK(getppid() == parent, "the parent died");
    }

    close(sockets[child == 0 ? 0 : 1]);
    return (peer_t){.socket = sockets[child == 0 ? 1 : 0], .initiator = child != 0, .child = child};
}

void peer_exchange(const peer_t *peer, const void *mine, void *theirs, size_t bytes)
{
    /* Both write first: what is exchanged must fit into the socket's buffer. */
    CHECK(bytes <= 65536, "%zu bytes are too many to exchange", bytes);
    CHECK(send(peer->socket, mine, bytes, MSG_NOSIGNAL) == (ssize_t)bytes, "the other process is gone");
    CHECK(recv(peer->socket, theirs, bytes, MSG_WAITALL) == (ssize_t)bytes, "the other process is gone");
}

void peer_meet(const peer_t *peer)
{
    char mine = 'm';
    char theirs = 0;
    peer_exchange(peer, &mine, &theirs, 1);
    CHECK(theirs == mine, "the two sides do not do the same");
}

int peer_finish(const peer_t *peer)
{
    peer_meet(peer);
    close(peer->socket);
    if (peer->child > 0) {
        int status = 0;
        pid_t ended;
        do {
            ended = waitpid(peer->child, &status, 0);
        } while (ended < 0 && errno == EINTR);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the other process ended with status %d", status);
    }

    return 0;
}
