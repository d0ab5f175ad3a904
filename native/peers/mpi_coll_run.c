/* The measured loops. */
#include "mpi_coll.h"

#include <stdlib.h>

struct turn {
    size_t stride;
    size_t end;
    size_t offset;
};

static void next(struct turn *turn)
{
    turn->offset += turn->stride;
    if (turn->offset == turn->end) {
        turn->offset = 0;
    }
}

static void repeat_alltoallv(const struct request *request, int size, const struct buffers *buffers, struct turn turn, int64_t times)
{
    int *counts = malloc(2 * (size_t)size * sizeof *counts);
    if (counts == NULL) {
        MPI_Abort(MPI_COMM_WORLD, 1);
        return;
    }
    int *displacements = counts + size;
    for (int rank = 0; rank < size; rank++) {
        counts[rank] = (int)request->count;
        displacements[rank] = (int)request->count * rank;
    }
    MPI_Datatype type = type_of(request->type);
    for (int64_t i = 0; i < times; i++, next(&turn)) {
        MPI_Alltoallv(buffers->send + turn.offset, counts, displacements, type, buffers->receive + turn.offset, counts, displacements,
                      type, MPI_COMM_WORLD);
    }
    free(counts);
}

static void repeat_broadcast(const struct request *request, int rank, const struct buffers *buffers, struct turn turn, int64_t times)
{
    /* MPI has one buffer here: the root's is the one with its numbers. */
    char *buffer = rank == request->root ? buffers->send : buffers->receive;
    MPI_Datatype type = type_of(request->type);
    for (int64_t i = 0; i < times; i++, next(&turn)) {
        MPI_Bcast(buffer + turn.offset, (int)request->count, type, (int)request->root, MPI_COMM_WORLD);
    }
}

void repeat(const struct request *request, int rank, int size, const struct buffers *buffers, size_t stride, int64_t times)
{
    struct turn turn = {.stride = stride, .end = stride * (size_t)request->slots};
    char *send = buffers->send, *receive = buffers->receive;
    MPI_Datatype type = type_of(request->type);
    MPI_Op reduction = reduction_of(request->reduction);
    int count = (int)request->count, root = (int)request->root;
    switch (request->operation) {
    case OP_ALL_REDUCE:
        for (int64_t i = 0; i < times; i++, next(&turn)) {
            MPI_Allreduce(send + turn.offset, receive + turn.offset, count, type, reduction, MPI_COMM_WORLD);
        }
        break;
    case OP_BROADCAST:
        repeat_broadcast(request, rank, buffers, turn, times);
        break;
    case OP_REDUCE:
        for (int64_t i = 0; i < times; i++, next(&turn)) {
            MPI_Reduce(send + turn.offset, receive + turn.offset, count, type, reduction, root, MPI_COMM_WORLD);
        }
        break;
    case OP_ALL_GATHER:
        for (int64_t i = 0; i < times; i++, next(&turn)) {
            MPI_Allgather(send + turn.offset, count, type, receive + turn.offset, count, type, MPI_COMM_WORLD);
        }
        break;
    case OP_REDUCE_SCATTER:
        for (int64_t i = 0; i < times; i++, next(&turn)) {
            MPI_Reduce_scatter_block(send + turn.offset, receive + turn.offset, count, type, reduction, MPI_COMM_WORLD);
        }
        break;
    case OP_ALLTOALL:
        for (int64_t i = 0; i < times; i++, next(&turn)) {
            MPI_Alltoall(send + turn.offset, count, type, receive + turn.offset, count, type, MPI_COMM_WORLD);
        }
        break;
    case OP_ALLTOALLV:
        repeat_alltoallv(request, size, buffers, turn, times);
        break;
    case OP_GATHER:
        for (int64_t i = 0; i < times; i++, next(&turn)) {
            MPI_Gather(send + turn.offset, count, type, receive + turn.offset, count, type, root, MPI_COMM_WORLD);
        }
        break;
    case OP_SCATTER:
        for (int64_t i = 0; i < times; i++, next(&turn)) {
            MPI_Scatter(send + turn.offset, count, type, receive + turn.offset, count, type, root, MPI_COMM_WORLD);
        }
        break;
    case OP_SENDRECV:
        for (int64_t i = 0; i < times; i++, next(&turn)) {
            MPI_Sendrecv(send + turn.offset, count, type, (rank + 1) % size, 0, receive + turn.offset, count, type,
                         (rank + size - 1) % size, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        }
        break;
    default:
        for (int64_t i = 0; i < times; i++) {
            MPI_Barrier(MPI_COMM_WORLD);
        }
        break;
    }
}
