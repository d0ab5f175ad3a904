/* What the parts of urma_mpi_coll share. Internal. */
#ifndef URMA_MPI_COLL_H
#define URMA_MPI_COLL_H

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum operation {
    OP_ALL_REDUCE, OP_BROADCAST, OP_REDUCE, OP_ALL_GATHER, OP_REDUCE_SCATTER, OP_ALLTOALL, OP_ALLTOALLV, OP_GATHER,
    OP_SCATTER, OP_SENDRECV, OP_BARRIER, OP_COUNT
};

enum element { T_INT8, T_UINT8, T_INT32, T_UINT32, T_INT64, T_UINT64, T_FLOAT, T_DOUBLE, T_COUNT };

enum reduction { R_SUM, R_PROD, R_MAX, R_MIN, R_COUNT };

/* One measurement, as rank 0 read it and as all ranks get it. All members have 8 bytes, so that it is sent as such. */
struct request {
    int64_t operation;
    int64_t type;
    int64_t reduction;
    int64_t root;
    int64_t count;      /* elements: of the whole vector, or of a block where the operation has blocks */
    int64_t warm_up;
    int64_t iterations; /* 0 ends the program */
    int64_t slots;      /* how many buffers take turns */
    int64_t check;
};

struct buffers {
    char *send;
    char *receive;
    size_t capacity;
};

extern const char *const operation_names[OP_COUNT];
extern const char *const type_names[T_COUNT];
extern const char *const reduction_names[R_COUNT];

MPI_Datatype type_of(int64_t type);
MPI_Op reduction_of(int64_t reduction);
size_t size_of(int64_t type);

/* Elements a rank sends and receives. */
int64_t send_count(const struct request *request, int size);
int64_t receive_count(const struct request *request, int size);

/* Fills the first buffer with this rank's numbers, and counts the elements of the result that are not what they must be. */
void fill(const struct request *request, int rank, char *send, int64_t count);
int64_t count_wrong(const struct request *request, int rank, int size, const char *receive);

/* Carries the operation out `times` times, the buffers in turn, `stride` bytes apart. */
void repeat(const struct request *request, int rank, int size, const struct buffers *buffers, size_t stride, int64_t times);

#endif
