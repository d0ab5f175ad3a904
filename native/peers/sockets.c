/*
 * Sockets of the kernel between two processes: what a program uses that has no library.
 *
 *   urma_sockets unix|tcp lat|bw|rate poll|block PROCESSORS SENDERS SIZE:COUNT...
 *
 * lat: a message to and fro. bw: a stream one way, and a byte back at the end. rate: the same from several senders, who share the
 * second processor. poll: both ends ask all the time (MSG_DONTWAIT); block: they sleep in the kernel until there is something.
 * TCP goes over the loopback with TCP_NODELAY. All sockets ask for 1 MiB of buffer in each direction. A receiver takes what there is,
 * up to 64 KiB or a message at a time; messages are bytes of a stream, as programs with sockets have them.
 */
#include "ends.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_SENDERS 64
#define BUFFER (1 << 20)
#define TAKE (64 << 10)
#define SPINS (1u << 14)

static bool polls;
static double *child_cpu;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void tune(int socket, bool tcp)
{
    int size = BUFFER, on = 1;
    setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (tcp && setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
        fail("TCP_NODELAY");
    }
}

static void connected_pair(bool tcp, int ends[2])
{
    if (!tcp) {
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
            fail("socketpair");
        }
    } else {
        struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        socklen_t length = sizeof address;
        int listener = socket(AF_INET, SOCK_STREAM, 0);
        ends[1] = socket(AF_INET, SOCK_STREAM, 0);
        if (listener < 0 || ends[1] < 0 || bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 1) != 0 ||
            getsockname(listener, (struct sockaddr *)&address, &length) != 0 || connect(ends[1], (struct sockaddr *)&address, length) != 0) {
            fail("connect over the loopback");
        }
        ends[0] = accept(listener, NULL, NULL);
        if (ends[0] < 0) {
            fail("accept");
        }
        close(listener);
    }
    tune(ends[0], tcp);
    tune(ends[1], tcp);
}

/* 0: nothing yet. */
static size_t moved(ssize_t result)
{
    if (result < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        fail("a socket");
    }
    if (result == 0) {
        fprintf(stderr, "urma_sockets: the other end is gone\n");
        exit(1);
    }
    return result < 0 ? 0 : (size_t)result;
}

static void idle(uint32_t *spins)
{
    if (++*spins == SPINS) {
        *spins = 0;
        sched_yield();
    }
}

static void send_all(int socket, const char *data, size_t size)
{
    uint32_t spins = 0;
    while (size > 0) {
        size_t sent = moved(send(socket, data, size, MSG_NOSIGNAL | (polls ? MSG_DONTWAIT : 0)));
        data += sent;
        size -= sent;
        if (sent == 0) {
            idle(&spins);
        }
    }
}

static void receive_all(int socket, char *data, size_t size)
{
    uint32_t spins = 0;
    while (size > 0) {
        size_t received = moved(recv(socket, data, size, polls ? MSG_DONTWAIT : 0));
        data += received;
        size -= received;
        if (received == 0) {
            idle(&spins);
        }
    }
}

/* One way, from all senders; whoever has something is served. */
static void take_streams(const int *sockets, int senders, char *buffer, size_t take, uint64_t bytes_each)
{
    uint64_t left[MAX_SENDERS];
    uint32_t spins = 0;
    int open = senders;
    for (int i = 0; i < senders; i++) {
        left[i] = bytes_each;
    }
    while (open > 0) {
        bool any = false;
        for (int i = 0; i < senders; i++) {
            if (left[i] == 0) {
                continue;
            }
            /* With several senders nobody may sleep for one of them. */
            size_t received = moved(recv(sockets[i], buffer, take < left[i] ? take : (size_t)left[i], polls || senders > 1 ? MSG_DONTWAIT : 0));
            left[i] -= received;
            any |= received > 0;
            open -= left[i] == 0;
        }
        if (!any) {
            idle(&spins);
        }
    }
}

static void child(int socket, bool is_latency, struct step step, uint64_t warm_up, const char *processors, double *cpu)
{
    char *buffer = calloc(1, step.size);
    char byte;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    bind_side(processors, 1);
    if (buffer == NULL) {
        fail("memory");
    }
    if (is_latency) {
        double before = 0;
        for (uint64_t i = 0; i < warm_up + step.count; i++) {
            if (i == warm_up) {
                before = cpu_seconds();
            }
            receive_all(socket, buffer, step.size);
            send_all(socket, buffer, step.size);
        }
        *cpu = cpu_seconds() - before;
    } else {
        for (uint64_t i = 0; i < warm_up; i++) {
            send_all(socket, buffer, step.size);
        }
        receive_all(socket, &byte, 1);
        double before = cpu_seconds();
        for (uint64_t i = 0; i < step.count; i++) {
            send_all(socket, buffer, step.size);
        }
        *cpu = cpu_seconds() - before;
    }
    receive_all(socket, &byte, 1);
    _exit(0);
}

static void measure(bool tcp, bool is_latency, int senders, struct step step, const char *processors)
{
    int sockets[MAX_SENDERS];
    uint64_t warm_up = step.count / 10 + 1;
    for (int i = 0; i < senders; i++) {
        int ends[2];
        connected_pair(tcp, ends);
        pid_t process = fork();
        if (process < 0) {
            fail("fork");
        }
        if (process == 0) {
            close(ends[0]);
            child(ends[1], is_latency, step, warm_up, processors, &child_cpu[i]);
        }
        close(ends[1]);
        sockets[i] = ends[0];
    }

    size_t take = step.size > TAKE ? step.size : TAKE;
    char *buffer = calloc(1, take);
    double begin = 0, elapsed, cpu = 0, operations = (double)step.count * senders;
    if (buffer == NULL) {
        fail("memory");
    }
    if (is_latency) {
        for (uint64_t i = 0; i < warm_up + step.count; i++) {
            if (i == warm_up) {
                cpu = cpu_seconds();
                begin = now_ns();
            }
            send_all(sockets[0], buffer, step.size);
            receive_all(sockets[0], buffer, step.size);
        }
        operations *= 2;
    } else {
        take_streams(sockets, senders, buffer, take, warm_up * step.size);
        cpu = cpu_seconds();
        begin = now_ns();
        for (int i = 0; i < senders; i++) {
            send_all(sockets[i], "", 1);
        }
        take_streams(sockets, senders, buffer, take, step.count * step.size);
    }
    elapsed = now_ns() - begin;
    cpu = cpu_seconds() - cpu;
    for (int i = 0; i < senders; i++) {
        send_all(sockets[i], "", 1);
    }
    for (int i = 0; i < senders; i++) {
        int status;
        if (wait(&status) < 0 || status != 0) {
            fprintf(stderr, "urma_sockets: the other end failed\n");
            exit(1);
        }
        close(sockets[i]);
    }
    for (int i = 0; i < senders; i++) {
        cpu += child_cpu[i];
    }
    free(buffer);
    report(step, elapsed / operations, operations, elapsed, cpu);
}

int main(int argc, char **argv)
{
    if (argc < 7 || atoi(argv[5]) < 1 || atoi(argv[5]) > MAX_SENDERS) {
        fprintf(stderr, "usage: urma_sockets unix|tcp lat|bw|rate poll|block PROCESSORS SENDERS SIZE:COUNT...\n");
        return 2;
    }
    bool tcp = strcmp(argv[1], "tcp") == 0, is_latency = strcmp(argv[2], "lat") == 0;
    polls = strcmp(argv[3], "poll") == 0;
    child_cpu = mmap(NULL, MAX_SENDERS * sizeof *child_cpu, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (child_cpu == MAP_FAILED) {
        fail("memory");
    }
    bind_side(argv[4], 0);
    for (int i = 6; i < argc; i++) {
        measure(tcp, is_latency, is_latency ? 1 : atoi(argv[5]), step_of(argv[i]), argv[4]);
    }
    return 0;
}
