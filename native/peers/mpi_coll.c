/*
 * Collective operations of MPI, measured as `urma coll` measures its own: warm-up, a barrier, the operations, and the
 * time of the slowest rank. `urma coll --compare mpi` starts it by mpirun and takes turns with it.
 *
 *   mpirun -np N urma_mpi_coll [processors]     e.g. 0,1: rank r is bound to the r-th
 *
 * Rank 0 reads lines from standard input and answers each by a line; the end of the input, or "quit", ends all ranks:
 *   <operation> <type> <reduction> <root> <count> <warm-up> <iterations> <slots> <check>
 *   result <nanoseconds per operation> <wrong elements, -1 if not checked>
 * The first line it prints is "ready" and the version of the library.
 */
#include "mpi_coll.h"

#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ALIGNMENT 4096
#define NAP_US 5000

static void fail(const char *why)
{
    fprintf(stderr, "urma_mpi_coll: %s\n", why);
    MPI_Abort(MPI_COMM_WORLD, 1);
    exit(1);
}

static double now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void bind_to(const char *processors, int rank)
{
    char *end;
    for (; rank >= 0; rank--) {
        long processor = strtol(processors, &end, 10);
        if (end == processors || processor < 0 || processor >= CPU_SETSIZE) {
            fail("there are fewer processors than ranks");
        }
        if (rank == 0) {
            cpu_set_t set;
            CPU_ZERO(&set);
            CPU_SET((size_t)processor, &set);
            if (sched_setaffinity(0, sizeof set, &set) != 0) {
                fail("a processor is not available");
            }
            return;
        }
        processors = *end == ',' ? end + 1 : end;
    }
}

static int64_t find(const char *name, const char *const *names, int count)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(name, names[i]) == 0) {
            return i;
        }
    }
    fail("an operation, type or reduction is not known");
    return -1;
}

static struct request read_request(void)
{
    struct request request = {0};
    char line[256], operation[32], type[32], reduction[32];
    if (fgets(line, sizeof line, stdin) == NULL || strncmp(line, "quit", 4) == 0) {
        return request;
    }
    if (sscanf(line, "%31s %31s %31s %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64, operation, type, reduction,
               &request.root, &request.count, &request.warm_up, &request.iterations, &request.slots, &request.check) != 9 ||
        request.count < 0 || request.iterations < 1 || request.slots < 1) {
        fail("a line is not understood");
    }
    request.operation = find(operation, operation_names, OP_COUNT);
    request.type = find(type, type_names, T_COUNT);
    request.reduction = find(reduction, reduction_names, R_COUNT);
    return request;
}

/* While somebody else is measured, these ranks must not look into memory all the time, as a broadcast does. */
static void pass_on(struct request *request)
{
    MPI_Request pending;
    int done = 0;
    MPI_Ibcast(request, sizeof *request / sizeof(int64_t), MPI_INT64_T, 0, MPI_COMM_WORLD, &pending);
    while (MPI_Test(&pending, &done, MPI_STATUS_IGNORE) == MPI_SUCCESS && !done) {
        usleep(NAP_US);
    }
}

static void reserve(struct buffers *buffers, size_t capacity)
{
    if (capacity <= buffers->capacity) {
        return;
    }
    free(buffers->send);
    free(buffers->receive);
    capacity = (capacity + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    buffers->send = aligned_alloc(ALIGNMENT, capacity);
    buffers->receive = aligned_alloc(ALIGNMENT, capacity);
    if (buffers->send == NULL || buffers->receive == NULL) {
        fail("there is not enough memory");
    }
    memset(buffers->send, 1, capacity);
    memset(buffers->receive, 1, capacity);
    buffers->capacity = capacity;
}

static void measure(const struct request *request, int rank, int size, struct buffers *buffers)
{
    int64_t sent = send_count(request, size), received = receive_count(request, size);
    if (sent > INT_MAX || received > INT_MAX) {
        fail("MPI counts elements by int");
    }
    size_t bytes = (size_t)(sent > received ? sent : received) * size_of(request->type);
    size_t stride = request->slots == 1 ? 0 : (bytes + 127) / 128 * 128;
    reserve(buffers, request->slots == 1 ? bytes : stride * (size_t)request->slots);
    for (int64_t slot = 0; slot < request->slots; slot++) {
        fill(request, rank, buffers->send + (size_t)slot * stride, sent);
    }
    repeat(request, rank, size, buffers, stride, request->warm_up);
    MPI_Barrier(MPI_COMM_WORLD);
    double begin = now_ns();
    repeat(request, rank, size, buffers, stride, request->iterations);
    double mine = (now_ns() - begin) / (double)request->iterations, slowest = 0;
    MPI_Reduce(&mine, &slowest, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    int64_t wrong = request->check ? 0 : -1, all = wrong;
    if (request->check) {
        memset(buffers->receive, 0xa5, (size_t)received * size_of(request->type));
        repeat(request, rank, size, buffers, 0, 1);
        wrong = request->operation == OP_BROADCAST && rank == request->root ? 0 : count_wrong(request, rank, size, buffers->receive);
        MPI_Reduce(&wrong, &all, 1, MPI_INT64_T, MPI_SUM, 0, MPI_COMM_WORLD);
    }
    if (rank == 0) {
        printf("result %.2f %" PRId64 "\n", slowest, all);
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    int rank, size, length;
    char version[MPI_MAX_LIBRARY_VERSION_STRING];
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Get_library_version(version, &length);
    if (argc > 1) {
        bind_to(argv[1], rank);
    }
    if (rank == 0) {
        version[strcspn(version, ",\n")] = '\0';
        printf("ready %s\n", version);
        fflush(stdout);
    }

    struct buffers buffers = {0};
    struct request request;
    for (;;) {
        if (rank == 0) {
            request = read_request();
        }
        pass_on(&request);
        if (request.iterations == 0) {
            break;
        }
        measure(&request, rank, size, &buffers);
    }
    free(buffers.send);
    free(buffers.receive);
    MPI_Finalize();
    return 0;
}
