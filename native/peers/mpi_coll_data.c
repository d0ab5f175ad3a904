/* Types, sizes and the data by which results are checked. */
#include "mpi_coll.h"

const char *const operation_names[OP_COUNT] = {
    "all_reduce", "broadcast", "reduce", "all_gather", "reduce_scatter", "alltoall", "alltoallv", "gather", "scatter",
    "sendrecv", "barrier",
};

const char *const type_names[T_COUNT] = {"int8", "uint8", "int32", "uint32", "int64", "uint64", "float", "double"};

const char *const reduction_names[R_COUNT] = {"sum", "prod", "max", "min"};

MPI_Datatype type_of(int64_t type)
{
    switch (type) {
    case T_INT8: return MPI_INT8_T;
    case T_UINT8: return MPI_UINT8_T;
    case T_INT32: return MPI_INT32_T;
    case T_UINT32: return MPI_UINT32_T;
    case T_INT64: return MPI_INT64_T;
    case T_UINT64: return MPI_UINT64_T;
    case T_FLOAT: return MPI_FLOAT;
    default: return MPI_DOUBLE;
    }
}

MPI_Op reduction_of(int64_t reduction)
{
    switch (reduction) {
    case R_SUM: return MPI_SUM;
    case R_PROD: return MPI_PROD;
    case R_MAX: return MPI_MAX;
    default: return MPI_MIN;
    }
}

size_t size_of(int64_t type)
{
    switch (type) {
    case T_INT8: case T_UINT8: return 1;
    case T_INT32: case T_UINT32: case T_FLOAT: return 4;
    default: return 8;
    }
}

int64_t send_count(const struct request *request, int size)
{
    switch (request->operation) {
    case OP_REDUCE_SCATTER: case OP_ALLTOALL: case OP_ALLTOALLV: case OP_SCATTER: return request->count * size;
    case OP_BARRIER: return 0;
    default: return request->count;
    }
}

int64_t receive_count(const struct request *request, int size)
{
    switch (request->operation) {
    case OP_ALL_GATHER: case OP_ALLTOALL: case OP_ALLTOALLV: case OP_GATHER: return request->count * size;
    case OP_BARRIER: return 0;
    default: return request->count;
    }
}

/* Small enough that sums and products of many ranks are exact in a float. */
static int64_t value(const struct request *request, int rank, int64_t index)
{
    return request->reduction == R_PROD ? 1 + (index + rank) % 2 : (3 * rank + index) % 61;
}

static int64_t reduced(const struct request *request, int size, int64_t index)
{
    int64_t result = value(request, 0, index);
    for (int rank = 1; rank < size; rank++) {
        int64_t operand = value(request, rank, index);
        switch (request->reduction) {
        case R_SUM: result += operand; break;
        case R_PROD: result *= operand; break;
        case R_MAX: result = operand > result ? operand : result; break;
        default: result = operand < result ? operand : result; break;
        }
    }
    return result;
}

static void store(int64_t type, char *at, int64_t index, int64_t number)
{
    switch (type) {
    case T_INT8: case T_UINT8: at[index] = (char)number; break;
    case T_INT32: case T_UINT32: ((int32_t *)(void *)at)[index] = (int32_t)number; break;
    case T_INT64: case T_UINT64: ((int64_t *)(void *)at)[index] = number; break;
    case T_FLOAT: ((float *)(void *)at)[index] = (float)number; break;
    default: ((double *)(void *)at)[index] = (double)number; break;
    }
}

static bool holds(int64_t type, const char *at, int64_t index, int64_t number)
{
    switch (type) {
    case T_INT8: case T_UINT8: return at[index] == (char)number;
    case T_INT32: case T_UINT32: return ((const int32_t *)(const void *)at)[index] == (int32_t)number;
    case T_INT64: case T_UINT64: return ((const int64_t *)(const void *)at)[index] == number;
    case T_FLOAT: return ((const float *)(const void *)at)[index] == (float)number;
    default: return ((const double *)(const void *)at)[index] == (double)number;
    }
}

static int64_t expected(const struct request *request, int rank, int size, int64_t index)
{
    int64_t count = request->count;
    switch (request->operation) {
    case OP_ALL_REDUCE: case OP_REDUCE: return reduced(request, size, index);
    case OP_REDUCE_SCATTER: return reduced(request, size, rank * count + index);
    case OP_BROADCAST: return value(request, (int)request->root, index);
    case OP_SCATTER: return value(request, (int)request->root, rank * count + index);
    case OP_ALL_GATHER: case OP_GATHER: return value(request, (int)(index / count), index % count);
    case OP_SENDRECV: return value(request, (rank + size - 1) % size, index);
    default: return value(request, (int)(index / count), rank * count + index % count);
    }
}

void fill(const struct request *request, int rank, char *send, int64_t count)
{
    for (int64_t index = 0; index < count; index++) {
        store(request->type, send, index, value(request, rank, index));
    }
}

int64_t count_wrong(const struct request *request, int rank, int size, const char *receive)
{
    bool at_root_only = request->operation == OP_REDUCE || request->operation == OP_GATHER;
    int64_t count = at_root_only && rank != request->root ? 0 : receive_count(request, size);
    int64_t wrong = 0;
    for (int64_t index = 0; index < count; index++) {
        wrong += !holds(request->type, receive, index, expected(request, rank, size, index));
    }
    return wrong;
}
