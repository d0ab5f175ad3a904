/*
 * Messages and one-sided operations of MPI between ranks of one host.
 *
 *   mpirun -np 2 urma_mpi_p2p TEST PROCESSORS SIZE:COUNT...
 *
 * send_lat, put_lat: to and fro, half the round trip; for put_lat each rank looks into its window's memory for the other's last byte.
 * get_lat, atomic_lat: one MPI_Get, one MPI_Fetch_and_op, and a flush. send_bw: windows of 64 messages. put_bw, get_bw, atomic_bw: 64
 * operations and a flush. rate: as send_bw, from all other ranks, who share the second processor, to rank 0. random: 8 bytes to random
 * places of a window of SIZE bytes, a flush behind every 64.
 */
#include "ends.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW 64
#define MAX_RANKS 65

static int rank, ranks;
static char *own, *window_memory;
static size_t capacity;
static MPI_Win window;

static void fail(const char *why)
{
    fprintf(stderr, "urma_mpi_p2p: %s\n", why);
    MPI_Abort(MPI_COMM_WORLD, 1);
    exit(1);
}

static void send_latency(size_t size, uint64_t count)
{
    int other = 1 - rank;
    for (uint64_t i = 0; i < count; i++) {
        if (rank == 0) {
            MPI_Send(own, (int)size, MPI_BYTE, other, 0, MPI_COMM_WORLD);
            MPI_Recv(own, (int)size, MPI_BYTE, other, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        } else {
            MPI_Recv(own, (int)size, MPI_BYTE, other, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            MPI_Send(own, (int)size, MPI_BYTE, other, 0, MPI_COMM_WORLD);
        }
    }
}

/* The last byte tells the rounds apart; the window's memory is looked at as MPI wants it, between synchronisations. */
static void put_latency(size_t size, uint64_t count)
{
    volatile char *flag = window_memory + size - 1;
    int other = 1 - rank, ready;
    for (uint64_t i = 0; i < count; i++) {
        char number = (char)(i % 100 + 1);
        if (rank == 0) {
            own[size - 1] = number;
            MPI_Put(own, (int)size, MPI_BYTE, other, 0, (int)size, MPI_BYTE, window);
            MPI_Win_flush(other, window);
        }
        for (uint64_t spins = 0; *flag != number; spins++) {
            MPI_Win_sync(window);
            if (spins % 1024 == 1023) {
                MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &ready, MPI_STATUS_IGNORE);
            }
        }
        if (rank == 1) {
            own[size - 1] = number;
            MPI_Put(own, (int)size, MPI_BYTE, other, 0, (int)size, MPI_BYTE, window);
            MPI_Win_flush(other, window);
        }
    }
}

static void one_sided(const char *test, size_t size, uint64_t count, uint64_t flush_every)
{
    int64_t one = 1, old[WINDOW];
    uint64_t random = 88172645463325252u;
    if (rank != 0) {
        return;
    }
    for (uint64_t i = 0; i < count; i++) {
        if (test[0] == 'g') {
            MPI_Get(own, (int)size, MPI_BYTE, 1, 0, (int)size, MPI_BYTE, window);
        } else if (test[0] == 'a') {
            MPI_Fetch_and_op(&one, &old[i % WINDOW], MPI_INT64_T, 1, 0, MPI_SUM, window);
        } else if (test[0] == 'p') {
            MPI_Put(own, (int)size, MPI_BYTE, 1, 0, (int)size, MPI_BYTE, window);
        } else {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            MPI_Put(&random, 8, MPI_BYTE, 1, (MPI_Aint)(random % (size / 8) * 8), 8, MPI_BYTE, window);
        }
        if ((i + 1) % flush_every == 0) {
            MPI_Win_flush(1, window);
        }
    }
    MPI_Win_flush(1, window);
}

/* All others send to rank 0 in windows, each answered when all of it has come, so that nobody runs away. */
static void stream(size_t size, uint64_t count)
{
    static MPI_Request requests[WINDOW * MAX_RANKS];
    char byte = 0;
    for (uint64_t done = 0; done < count; done += WINDOW) {
        int length = count - done < WINDOW ? (int)(count - done) : WINDOW, pending = 0;
        if (rank == 0) {
            for (int source = 1; source < ranks; source++) {
                for (int i = 0; i < length; i++) {
                    MPI_Irecv(own, (int)size, MPI_BYTE, source, 0, MPI_COMM_WORLD, &requests[pending++]);
                }
            }
            MPI_Waitall(pending, requests, MPI_STATUSES_IGNORE);
            for (int source = 1; source < ranks; source++) {
                MPI_Send(&byte, 1, MPI_BYTE, source, 1, MPI_COMM_WORLD);
            }
        } else {
            for (int i = 0; i < length; i++) {
                MPI_Isend(own, (int)size, MPI_BYTE, 0, 0, MPI_COMM_WORLD, &requests[i]);
            }
            MPI_Waitall(length, requests, MPI_STATUSES_IGNORE);
            MPI_Recv(&byte, 1, MPI_BYTE, 0, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        }
    }
}

static void run(const char *test, size_t size, uint64_t count)
{
    if (strcmp(test, "send_lat") == 0) {
        send_latency(size, count);
    } else if (strcmp(test, "put_lat") == 0) {
        put_latency(size, count);
    } else if (strcmp(test, "send_bw") == 0 || strcmp(test, "rate") == 0) {
        stream(size, count);
    } else {
        one_sided(test, size, count, strstr(test, "_lat") != NULL ? 1 : WINDOW);
    }
}

static void measure(const char *test, struct step step)
{
    int is_ping_pong = strcmp(test, "send_lat") == 0 || strcmp(test, "put_lat") == 0;
    double used, all;
    memset(window_memory, 0, strcmp(test, "random") == 0 ? capacity : step.size);
    MPI_Barrier(MPI_COMM_WORLD);
    run(test, step.size, step.count / 10 + 1);
    memset(window_memory, 0, step.size);
    MPI_Barrier(MPI_COMM_WORLD);
    double cpu = cpu_seconds(), begin = now_ns();
    run(test, step.size, step.count);
    double elapsed = now_ns() - begin;
    used = cpu_seconds() - cpu;
    MPI_Reduce(&used, &all, 1, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
    if (rank == 0) {
        double operations = (double)step.count * (is_ping_pong ? 2 : strcmp(test, "rate") == 0 ? ranks - 1 : 1);
        report(step, elapsed / operations, operations, elapsed, all);
    }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (argc < 4 || ranks < 2 || ranks > MAX_RANKS) {
        fail("usage: mpirun -np 2 urma_mpi_p2p TEST PROCESSORS SIZE:COUNT...");
    }
    bind_side(argv[2], rank == 0 ? 0 : 1);
    for (int i = 3; i < argc; i++) {
        struct step step = step_of(argv[i]);
        capacity = step.size > capacity ? step.size : capacity;
    }
    own = calloc(1, capacity);
    if (own == NULL) {
        fail("there is not enough memory");
    }
    MPI_Win_allocate((MPI_Aint)capacity, 1, MPI_INFO_NULL, MPI_COMM_WORLD, &window_memory, &window);
    MPI_Win_lock_all(MPI_MODE_NOCHECK, window);
    for (int i = 3; i < argc; i++) {
        measure(argv[1], step_of(argv[i]));
    }
    MPI_Win_unlock_all(window);
    MPI_Win_free(&window);
    free(own);
    MPI_Finalize();
    return 0;
}
