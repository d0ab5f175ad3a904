/* The extended form of posting: requests are put together by calls between start and complete, and posted as one list. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "front.h"

/* Elements and payload move when their room grows, so requests know them by their place until they are posted. */
struct built {
    struct ibv_send_wr wr;
    size_t first_piece;
};

struct builder {
    pthread_mutex_t lock;
    int error;
    struct built *requests;
    size_t count, room;
    struct ibv_sge *pieces;
    size_t piece_count, piece_room;
    char *payload;
    size_t payload_length, payload_room;
};

static struct builder *builder_of(struct ibv_qp_ex *qp)
{
    return ((struct front_qp *)qp)->builder;
}

/* Makes room for more elements; otherwise the whole list fails. */
static void *grow(struct builder *builder, void *memory, size_t *room, size_t needed, size_t size)
{
    if (needed <= *room) {
        return memory;
    }

    size_t wanted = *room * 2 > needed ? *room * 2 : needed;
    void *larger = realloc(memory, wanted * size);
    if (larger == NULL) {
        builder->error = ENOMEM;
        return memory;
    }

    *room = wanted;
    return larger;
}

static struct ibv_send_wr *add(struct ibv_qp_ex *qp, enum ibv_wr_opcode opcode)
{
    static __thread struct ibv_send_wr nowhere;
    struct builder *builder = builder_of(qp);
    builder->requests = grow(builder, builder->requests, &builder->room, builder->count + 1, sizeof(struct built));
    if (builder->error != 0) {
        return &nowhere;
    }

    struct built *built = &builder->requests[builder->count++];
    memset(built, 0, sizeof(*built));
    built->wr.wr_id = qp->wr_id;
    /* What a request has inline is said by the call that gives it. */
    built->wr.send_flags = qp->wr_flags & ~(unsigned int)IBV_SEND_INLINE;
    built->wr.opcode = opcode;
    return &built->wr;
}

static void wr_send(struct ibv_qp_ex *qp)
{
    add(qp, IBV_WR_SEND);
}

static void wr_send_imm(struct ibv_qp_ex *qp, __be32 imm_data)
{
    add(qp, IBV_WR_SEND_WITH_IMM)->imm_data = imm_data;
}

static void add_remote(struct ibv_qp_ex *qp, enum ibv_wr_opcode opcode, uint32_t rkey, uint64_t remote_addr, __be32 imm_data)
{
    struct ibv_send_wr *wr = add(qp, opcode);
    wr->wr.rdma.rkey = rkey;
    wr->wr.rdma.remote_addr = remote_addr;
    wr->imm_data = imm_data;
}

static void wr_rdma_write(struct ibv_qp_ex *qp, uint32_t rkey, uint64_t remote_addr)
{
    add_remote(qp, IBV_WR_RDMA_WRITE, rkey, remote_addr, 0);
}

static void wr_rdma_write_imm(struct ibv_qp_ex *qp, uint32_t rkey, uint64_t remote_addr, __be32 imm_data)
{
    add_remote(qp, IBV_WR_RDMA_WRITE_WITH_IMM, rkey, remote_addr, imm_data);
}

static void wr_rdma_read(struct ibv_qp_ex *qp, uint32_t rkey, uint64_t remote_addr)
{
    add_remote(qp, IBV_WR_RDMA_READ, rkey, remote_addr, 0);
}

static void add_atomic(struct ibv_qp_ex *qp, enum ibv_wr_opcode opcode, uint32_t rkey, uint64_t remote_addr, uint64_t operand, uint64_t swap)
{
    struct ibv_send_wr *wr = add(qp, opcode);
    wr->wr.atomic.rkey = rkey;
    wr->wr.atomic.remote_addr = remote_addr;
    wr->wr.atomic.compare_add = operand;
    wr->wr.atomic.swap = swap;
}

static void wr_atomic_cmp_swp(struct ibv_qp_ex *qp, uint32_t rkey, uint64_t remote_addr, uint64_t compare, uint64_t swap)
{
    add_atomic(qp, IBV_WR_ATOMIC_CMP_AND_SWP, rkey, remote_addr, compare, swap);
}

static void wr_atomic_fetch_add(struct ibv_qp_ex *qp, uint32_t rkey, uint64_t remote_addr, uint64_t add)
{
    add_atomic(qp, IBV_WR_ATOMIC_FETCH_AND_ADD, rkey, remote_addr, add, 0);
}

static struct built *last(struct builder *builder)
{
    return builder->error != 0 || builder->count == 0 ? NULL : &builder->requests[builder->count - 1];
}

static void wr_set_sge_list(struct ibv_qp_ex *qp, size_t count, const struct ibv_sge *list)
{
    struct builder *builder = builder_of(qp);
    builder->pieces = grow(builder, builder->pieces, &builder->piece_room, builder->piece_count + count, sizeof(struct ibv_sge));
    struct built *built = last(builder);
    if (built == NULL) {
        return;
    }

    memcpy(builder->pieces + builder->piece_count, list, count * sizeof(*list));
    built->first_piece = builder->piece_count;
    built->wr.num_sge = (int)count;
    builder->piece_count += count;
}

static void wr_set_sge(struct ibv_qp_ex *qp, uint32_t lkey, uint64_t addr, uint32_t length)
{
    struct ibv_sge piece = {.addr = addr, .length = length, .lkey = lkey};
    wr_set_sge_list(qp, 1, &piece);
}

/* The program may reuse its buffer at once. The piece names the place in our buffer until the list is posted. */
static void wr_set_inline_data_list(struct ibv_qp_ex *qp, size_t count, const struct ibv_data_buf *list)
{
    struct builder *builder = builder_of(qp);
    size_t start = builder->payload_length;
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += list[i].length;
    }

    builder->payload = grow(builder, builder->payload, &builder->payload_room, start + total, 1);
    if (builder->error != 0) {
        return;
    }

    for (size_t i = 0; i < count; i++) {
        memcpy(builder->payload + builder->payload_length, list[i].addr, list[i].length);
        builder->payload_length += list[i].length;
    }

    wr_set_sge(qp, 0, start, (uint32_t)total);
    struct built *built = last(builder);
    if (built != NULL) {
        built->wr.send_flags |= IBV_SEND_INLINE;
    }
}

static void wr_set_inline_data(struct ibv_qp_ex *qp, void *addr, size_t length)
{
    struct ibv_data_buf data = {.addr = addr, .length = length};
    wr_set_inline_data_list(qp, 1, &data);
}

static void wr_set_ud_addr(struct ibv_qp_ex *qp, struct ibv_ah *ah, uint32_t remote_qpn, uint32_t remote_qkey)
{
    struct built *built = last(builder_of(qp));
    if (built != NULL) {
        built->wr.wr.ud.ah = ah;
        built->wr.wr.ud.remote_qpn = remote_qpn;
        built->wr.wr.ud.remote_qkey = remote_qkey;
    }
}

static void clear(struct builder *builder)
{
    builder->error = 0;
    builder->count = 0;
    builder->piece_count = 0;
    builder->payload_length = 0;
}

static void wr_start(struct ibv_qp_ex *qp)
{
    pthread_mutex_lock(&builder_of(qp)->lock);
    clear(builder_of(qp));
}

static void wr_abort(struct ibv_qp_ex *qp)
{
    pthread_mutex_unlock(&builder_of(qp)->lock);
}

static int wr_complete(struct ibv_qp_ex *qp)
{
    struct builder *builder = builder_of(qp);
    int status = builder->error;
    for (size_t i = 0; i < builder->count; i++) {
        struct built *built = &builder->requests[i];
        built->wr.sg_list = builder->pieces + built->first_piece;
        built->wr.next = i + 1 < builder->count ? &builder->requests[i + 1].wr : NULL;
        if ((built->wr.send_flags & IBV_SEND_INLINE) != 0 && built->wr.num_sge == 1) {
            built->wr.sg_list->addr += (uintptr_t)builder->payload;
        }
    }

    if (status == 0 && builder->count != 0) {
        struct ibv_send_wr *bad;
        struct ibv_send_wr *first = &builder->requests[0].wr;
        status = builder->count == 1 ? front_post_send(&qp->qp_base, first, &bad) : front_post_whole(&qp->qp_base, first, &bad);
    }

    pthread_mutex_unlock(&builder->lock);
    return status;
}

void builder_attach(struct front_qp *qp, uint64_t operations)
{
    struct builder *builder = calloc(1, sizeof(*builder));
    if (builder == NULL) {
        return;
    }

    pthread_mutex_init(&builder->lock, NULL);
    qp->builder = builder;
    struct ibv_qp_ex *ex = &qp->ex;
    ex->wr_start = wr_start;
    ex->wr_complete = wr_complete;
    ex->wr_abort = wr_abort;
    ex->wr_set_sge = wr_set_sge;
    ex->wr_set_sge_list = wr_set_sge_list;
    ex->wr_set_inline_data = wr_set_inline_data;
    ex->wr_set_inline_data_list = wr_set_inline_data_list;
    ex->wr_set_ud_addr = wr_set_ud_addr;
#define OFFER(flag, name) ex->name = (operations & (flag)) != 0 ? name : NULL
    OFFER(IBV_QP_EX_WITH_SEND, wr_send);
    OFFER(IBV_QP_EX_WITH_SEND_WITH_IMM, wr_send_imm);
    OFFER(IBV_QP_EX_WITH_RDMA_WRITE, wr_rdma_write);
    OFFER(IBV_QP_EX_WITH_RDMA_WRITE_WITH_IMM, wr_rdma_write_imm);
    OFFER(IBV_QP_EX_WITH_RDMA_READ, wr_rdma_read);
    OFFER(IBV_QP_EX_WITH_ATOMIC_CMP_AND_SWP, wr_atomic_cmp_swp);
    OFFER(IBV_QP_EX_WITH_ATOMIC_FETCH_AND_ADD, wr_atomic_fetch_add);
#undef OFFER
}

void builder_free(struct front_qp *qp)
{
    struct builder *builder = qp->builder;
    if (builder != NULL) {
        qp->builder = NULL;
        free(builder->requests);
        free(builder->pieces);
        free(builder->payload);
        pthread_mutex_destroy(&builder->lock);
        free(builder);
    }
}
