/* The limits that RoUB has on hardware, which URMA_ROUB_STRICT=1 asks for. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "end.h"

static void creation(end_t *end)
{
    struct ibv_qp_init_attr init = {
        .send_cq = end->cq, .recv_cq = end->cq, .cap = {.max_send_wr = 1, .max_recv_wr = 1, .max_send_sge = 1, .max_recv_sge = 1}, .qp_type = IBV_QPT_UC};
    CHECK(ibv_create_qp(end->pd, &init) == NULL && errno == EOPNOTSUPP, "UC");
    init.qp_type = IBV_QPT_UD;
    CHECK(ibv_create_qp(end->pd, &init) == NULL && errno == EOPNOTSUPP, "UD");
    init.qp_type = IBV_QPT_RC;
    init.cap.max_send_sge = 9;
    CHECK(ibv_create_qp(end->pd, &init) == NULL && errno == EINVAL, "nine elements to send");
    init.cap.max_send_sge = 8;
    init.cap.max_recv_sge = 2;
    CHECK(ibv_create_qp(end->pd, &init) == NULL && errno == EINVAL, "two elements to receive");
    struct ibv_device_attr attr;
    CHECK(ibv_query_device(end->context, &attr) == 0 && attr.atomic_cap == IBV_ATOMIC_NONE && attr.max_sge == 8, "attributes");
}

static void requests(end_t *one, end_t *other)
{
    CHECK(end_send(one, 1, 0, (64 << 10) + 1, 0) == EINVAL, "a message too long");
    end_receive(other, 2, 0, 64 << 10);
    CHECK(end_send(one, 1, 0, 64 << 10, IBV_SEND_SIGNALED) == 0, "the longest message");
    struct ibv_wc wc = end_expect(one->cq, 1, IBV_WC_SUCCESS);
    CHECK(wc.opcode == 0 && wc.wc_flags == 0, "a send completion says what it was");
    wc = end_expect(other->cq, 2, IBV_WC_SUCCESS);
    CHECK(wc.opcode == IBV_WC_RECV && wc.byte_len == 64 << 10, "opcode %d", wc.opcode);
    struct ibv_sge piece = end_piece(one, 0, 8);
    static const enum ibv_wr_opcode missing[] = {IBV_WR_SEND_WITH_IMM, IBV_WR_ATOMIC_CMP_AND_SWP, IBV_WR_ATOMIC_FETCH_AND_ADD};
    for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
        struct ibv_send_wr wr = {.wr_id = 3, .sg_list = &piece, .num_sge = 1, .opcode = missing[i]};
        struct ibv_send_wr *bad = NULL;
        CHECK(ibv_post_send(one->qp, &wr, &bad) == EINVAL && bad == &wr, "opcode %d", missing[i]);
    }

    strcpy(one->memory, "written");
    CHECK(end_rdma(one, IBV_WR_RDMA_WRITE, 4, 0, 8, (uintptr_t)other->memory + 100, other->mr->rkey) == 0, "write");
    end_expect(one->cq, 4, IBV_WC_SUCCESS);
    CHECK(end_rdma(one, IBV_WR_RDMA_READ, 5, 200, 8, (uintptr_t)other->memory + 100, other->mr->rkey) == 0, "read");
    end_expect(one->cq, 5, IBV_WC_SUCCESS);
    CHECK(strcmp(one->memory + 200, "written") == 0, "'%s'", one->memory + 200);
}

int main(void)
{
    end_t one = end_make(NULL);
    end_t other = end_make(NULL);
    end_connect(&one, &other);
    creation(&one);
    requests(&one, &other);
    end_free(&one);
    end_free(&other);
    puts("the limits of hardware hold");
    return 0;
}
