/* Several processes and threads: a peer that is killed, a child that was forked too late, many threads on one QP. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "end.h"

enum { THREADS = 4, MESSAGES = 4000, WINDOW = 8 };

static void tell(int socket, const void *mine, void *theirs, size_t length)
{
    CHECK(write(socket, mine, length) == (ssize_t)length, "tell");
    CHECK(read(socket, theirs, length) == (ssize_t)length, "hear");
}

static void connect_over(int socket, end_t *end)
{
    end_name_t mine = end_name(end);
    end_name_t theirs;
    tell(socket, &mine, &theirs, sizeof(mine));
    end_init(end);
    end_rtr(end, &theirs);
    end_rts(end);
    end->options.type = IBV_QPT_RC;
    tell(socket, &mine, &theirs, sizeof(mine));
    memcpy(end->memory, &theirs, sizeof(theirs));
}

/* Comes before the first call of the library, which does not survive a fork. */
static void killed_peer(void)
{
    int sockets[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0, "sockets");
    pid_t child = fork();
    CHECK(child >= 0, "fork");
    if (child == 0) {
        end_t end = end_make(NULL);
        connect_over(sockets[1], &end);
        end_receive(&end, 1, 4096, 64);
        char byte = 0;
        tell(sockets[1], &byte, &byte, 1);
        for (;;) {
            pause();
        }
    }

    end_t end = end_make(NULL);
    connect_over(sockets[0], &end);
    end_name_t theirs;
    memcpy(&theirs, end.memory, sizeof(theirs));
    char byte = 0;
    tell(sockets[0], &byte, &byte, 1);
    CHECK(end_rdma(&end, IBV_WR_RDMA_WRITE, 1, 0, 64, theirs.address + 8192, theirs.rkey) == 0, "write");
    end_expect(end.cq, 1, IBV_WC_SUCCESS);
    CHECK(end_send(&end, 2, 0, 8, IBV_SEND_SIGNALED) == 0, "send");
    end_expect(end.cq, 2, IBV_WC_SUCCESS);
    /* A message that waits for a receive when the peer dies. */
    CHECK(end_send(&end, 3, 0, 8, 0) == 0, "send");
    CHECK(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child, "kill");
    end_expect(end.cq, 3, IBV_WC_RETRY_EXC_ERR);
    CHECK(end_rdma(&end, IBV_WR_RDMA_WRITE, 4, 0, 64, theirs.address + 8192, theirs.rkey) == 0, "write");
    end_expect(end.cq, 4, IBV_WC_WR_FLUSH_ERR);
    CHECK(end_state(&end) == IBV_QPS_ERR, "state %d", end_state(&end));
    end_free(&end);
}

static void late_child(void)
{
    CHECK(ibv_fork_init() == 0, "ibv_fork_init");
    end_t end = end_make(NULL);
    pid_t child = fork();
    CHECK(child >= 0, "fork");
    if (child == 0) {
        struct ibv_wc wc;
        struct ibv_qp_attr attr = {.qp_state = IBV_QPS_ERR};
        int right = ibv_poll_cq(end.cq, 1, &wc) < 0
            && end_send(&end, 1, 0, 8, 0) == EIO
            && ibv_alloc_pd(end.context) == NULL && errno == EIO
            && ibv_modify_qp(end.qp, &attr, IBV_QP_STATE) == EIO
            && ibv_reg_mr(end.pd, &wc, sizeof(wc), IBV_ACCESS_LOCAL_WRITE) == NULL;
        _exit(right ? 0 : 1);
    }

    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child ended with %x", status);
    end_free(&end);
}

static end_t one, other;
static int received[THREADS];
static int sent;

static void *post_many(void *argument)
{
    size_t number = (size_t)argument;
    for (int i = 0; i < MESSAGES; i++) {
        int status;
        while ((status = end_send(&one, number, 64 * number, 8, IBV_SEND_SIGNALED)) == ENOMEM) {
            sched_yield();
        }

        CHECK(status == 0, "send: %d", status);
    }

    return NULL;
}

static void *poll_many(void *argument)
{
    struct ibv_cq *cq = argument;
    int *count = cq == one.cq ? &sent : NULL;
    struct ibv_wc wc[4];
    uint64_t deadline = check_now_ns() + 3 * CHECK_LIMIT_NS;
    for (;;) {
        int done = __atomic_load_n(&sent, __ATOMIC_ACQUIRE);
        int arrived = 0;
        for (int i = 0; i < THREADS; i++) {
            arrived += __atomic_load_n(&received[i], __ATOMIC_ACQUIRE);
        }

        if ((count != NULL ? done : arrived) == THREADS * MESSAGES) {
            return NULL;
        }

        CHECK(check_now_ns() < deadline, "%d sent, %d arrived", done, arrived);
        int taken = ibv_poll_cq(cq, 4, wc);
        CHECK(taken >= 0, "poll");
        for (int i = 0; i < taken; i++) {
            CHECK(wc[i].status == IBV_WC_SUCCESS, "%s", ibv_wc_status_str(wc[i].status));
            if (count != NULL) {
                __atomic_add_fetch(&sent, 1, __ATOMIC_RELEASE);
            } else {
                uint64_t from = *(uint64_t *)(other.memory + 64 * wc[i].wr_id);
                CHECK(from < THREADS, "from %lu", (unsigned long)from);
                end_receive(&other, wc[i].wr_id, 64 * wc[i].wr_id, 64);
                __atomic_add_fetch(&received[from], 1, __ATOMIC_RELEASE);
            }
        }

        if (taken == 0) {
            sched_yield();
        }
    }
}

static void many_threads(void)
{
    one = end_make(NULL);
    other = end_make(NULL);
    end_connect(&one, &other);
    for (uint64_t i = 0; i < WINDOW; i++) {
        end_receive(&other, i, 64 * i, 64);
    }

    pthread_t threads[THREADS + 4];
    for (size_t i = 0; i < THREADS; i++) {
        *(uint64_t *)(one.memory + 64 * i) = i;
        CHECK(pthread_create(&threads[i], NULL, post_many, (void *)i) == 0, "thread");
    }

    for (int i = 0; i < 4; i++) {
        CHECK(pthread_create(&threads[THREADS + i], NULL, poll_many, i % 2 == 0 ? one.cq : other.cq) == 0, "thread");
    }

    for (int i = 0; i < THREADS + 4; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0, "join");
    }

    for (int i = 0; i < THREADS; i++) {
        CHECK(received[i] == MESSAGES, "%d of thread %d", received[i], i);
    }

    end_free(&one);
    end_free(&other);
}

int main(void)
{
    killed_peer();
    late_child();
    many_threads();
    puts("every process and thread was served");
    return 0;
}
