#include "end.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH = 64, ALIGNMENT = 4096, QUIET_NS = 20000000 };

struct ibv_context *end_open_device(void)
{
    const char *wanted = getenv("URMA_TEST_DEVICE");
    int count = 0;
    struct ibv_device **devices = ibv_get_device_list(&count);
    CHECK(devices != NULL && count > 0, "there is no device");
    struct ibv_device *device = NULL;
    for (int i = 0; i < count; i++) {
        if (strcmp(ibv_get_device_name(devices[i]), wanted == NULL ? "urma0" : wanted) == 0) {
            device = devices[i];
        }
    }

    CHECK(device != NULL, "the device is not there");
    struct ibv_context *context = ibv_open_device(device);
    CHECK(context != NULL, "open");
    ibv_free_device_list(devices);
    return context;
}

end_t end_make(const end_options_t *options)
{
    end_t end = {.options = options == NULL ? (end_options_t){0} : *options};
    end_options_t *wanted = &end.options;
    wanted->type = wanted->type == 0 ? IBV_QPT_RC : wanted->type;
    wanted->access = wanted->access == 0 ? (unsigned int)END_ALL_ACCESS : wanted->access;
    wanted->qp_access = wanted->qp_access == 0 ? END_ALL_ACCESS : wanted->qp_access;
    end.context = wanted->context != NULL ? wanted->context : end_open_device();
    end.pd = wanted->pd != NULL ? wanted->pd : ibv_alloc_pd(end.context);
    CHECK(end.pd != NULL, "domain");
    if (wanted->with_channel) {
        end.channel = ibv_create_comp_channel(end.context);
        CHECK(end.channel != NULL, "channel");
    }

    end.cq = ibv_create_cq(end.context, 4 * DEPTH, &end, end.channel, 0);
    CHECK(end.cq != NULL, "CQ");
    struct ibv_qp_init_attr init = {
        .send_cq = end.cq,
        .recv_cq = wanted->receive_cq != NULL ? wanted->receive_cq : end.cq,
        .srq = wanted->srq,
        .cap = {.max_send_wr = DEPTH, .max_recv_wr = DEPTH, .max_send_sge = 4,
            .max_recv_sge = wanted->receive_sge == 0 ? 1u : wanted->receive_sge, .max_inline_data = 256},
        .qp_type = wanted->type,
    };
    end.qp = ibv_create_qp(end.pd, &init);
    CHECK(end.qp != NULL, "QP");
    CHECK(posix_memalign((void **)&end.memory, ALIGNMENT, END_BYTES) == 0, "memory");
    memset(end.memory, 0, END_BYTES);
    end.mr = ibv_reg_mr(end.pd, end.memory, END_BYTES, wanted->access);
    CHECK(end.mr != NULL, "region");
    return end;
}

void end_free(end_t *end)
{
    CHECK(ibv_destroy_qp(end->qp) == 0, "destroy QP");
    CHECK(ibv_destroy_cq(end->cq) == 0, "destroy CQ");
    CHECK(end->channel == NULL || ibv_destroy_comp_channel(end->channel) == 0, "destroy channel");
    CHECK(ibv_dereg_mr(end->mr) == 0, "deregister");
    free(end->memory);
    if (end->options.pd == NULL) {
        CHECK(ibv_dealloc_pd(end->pd) == 0, "give the domain back");
    }

    if (end->options.context == NULL) {
        CHECK(ibv_close_device(end->context) == 0, "close");
    }
}

end_name_t end_name(const end_t *end)
{
    end_name_t name = {.qp_num = end->qp->qp_num, .address = (uintptr_t)end->memory, .rkey = end->mr->rkey};
    struct ibv_port_attr port;
    CHECK(ibv_query_port(end->context, 1, &port) == 0, "port");
    CHECK(port.state == IBV_PORT_ACTIVE, "the port is in state %d", port.state);
    name.lid = port.lid;
    CHECK(ibv_query_gid(end->context, 1, 0, &name.gid) == 0, "GID");
    return name;
}

void end_init(end_t *end)
{
    struct ibv_qp_attr attr = {
        .qp_state = IBV_QPS_INIT, .port_num = 1, .qp_access_flags = (unsigned int)end->options.qp_access, .qkey = 0x11111111};
    int mask = IBV_QP_STATE | IBV_QP_PKEY_INDEX | IBV_QP_PORT;
    mask |= end->options.type == IBV_QPT_UD ? (int)IBV_QP_QKEY : (int)IBV_QP_ACCESS_FLAGS;
    CHECK(ibv_modify_qp(end->qp, &attr, mask) == 0, "INIT");
}

void end_rtr(end_t *end, const end_name_t *peer)
{
    struct ibv_qp_attr attr = {
        .qp_state = IBV_QPS_RTR,
        .path_mtu = IBV_MTU_1024,
        .dest_qp_num = peer->qp_num,
        .rq_psn = peer->psn,
        .max_dest_rd_atomic = 1,
        .min_rnr_timer = 12,
        .ah_attr = {.is_global = 1, .port_num = 1, .dlid = peer->lid, .grh = {.dgid = peer->gid, .hop_limit = 1}},
    };
    int mask = IBV_QP_STATE;
    if (end->options.type != IBV_QPT_UD) {
        mask |= IBV_QP_AV | IBV_QP_PATH_MTU | IBV_QP_DEST_QPN | IBV_QP_RQ_PSN;
    }

    if (end->options.type == IBV_QPT_RC) {
        mask |= IBV_QP_MAX_DEST_RD_ATOMIC | IBV_QP_MIN_RNR_TIMER;
    }

    CHECK(ibv_modify_qp(end->qp, &attr, mask) == 0, "RTR");
}

void end_rts(end_t *end)
{
    struct ibv_qp_attr attr = {
        .qp_state = IBV_QPS_RTS,
        .timeout = (uint8_t)(end->options.timeout == 0 ? 14 : end->options.timeout),
        .retry_cnt = 7,
        .rnr_retry = (uint8_t)(end->options.rnr_retry == 0 ? 7 : end->options.rnr_retry - 1),
        .max_rd_atomic = 1,
    };
    int mask = IBV_QP_STATE | IBV_QP_SQ_PSN;
    if (end->options.type == IBV_QPT_RC) {
        mask |= IBV_QP_TIMEOUT | IBV_QP_RETRY_CNT | IBV_QP_RNR_RETRY | IBV_QP_MAX_QP_RD_ATOMIC;
    }

    CHECK(ibv_modify_qp(end->qp, &attr, mask) == 0, "RTS");
}

void end_connect(end_t *one, end_t *other)
{
    end_name_t names[] = {end_name(one), end_name(other)};
    end_init(one);
    end_init(other);
    end_rtr(one, &names[1]);
    end_rtr(other, &names[0]);
    end_rts(one);
    end_rts(other);
}

int end_move(struct ibv_qp *qp, enum ibv_qp_state state)
{
    struct ibv_qp_attr attr = {.qp_state = state};
    return ibv_modify_qp(qp, &attr, IBV_QP_STATE);
}

enum ibv_qp_state end_state(const end_t *end)
{
    struct ibv_qp_attr attr;
    struct ibv_qp_init_attr init;
    CHECK(ibv_query_qp(end->qp, &attr, IBV_QP_STATE, &init) == 0, "query");
    return attr.qp_state;
}

struct ibv_sge end_piece(const end_t *end, size_t offset, uint32_t length)
{
    return (struct ibv_sge){.addr = (uintptr_t)end->memory + offset, .length = length, .lkey = end->mr->lkey};
}

void end_receive(end_t *end, uint64_t id, size_t offset, uint32_t length)
{
    struct ibv_sge piece = end_piece(end, offset, length);
    struct ibv_recv_wr wr = {.wr_id = id, .sg_list = &piece, .num_sge = 1};
    struct ibv_recv_wr *bad = NULL;
    int status = end->options.srq != NULL ? ibv_post_srq_recv(end->options.srq, &wr, &bad) : ibv_post_recv(end->qp, &wr, &bad);
    CHECK(status == 0, "post receive: %d", status);
}

int end_send(end_t *end, uint64_t id, size_t offset, uint32_t length, unsigned int flags)
{
    struct ibv_sge piece = end_piece(end, offset, length);
    struct ibv_send_wr wr = {.wr_id = id, .sg_list = &piece, .num_sge = 1, .opcode = IBV_WR_SEND, .send_flags = flags};
    struct ibv_send_wr *bad = NULL;
    return ibv_post_send(end->qp, &wr, &bad);
}

int end_rdma(end_t *end, enum ibv_wr_opcode opcode, uint64_t id, size_t offset, uint32_t length, uint64_t remote, uint32_t rkey)
{
    struct ibv_sge piece = end_piece(end, offset, length);
    struct ibv_send_wr wr = {
        .wr_id = id, .sg_list = &piece, .num_sge = length == 0 ? 0 : 1, .opcode = opcode, .send_flags = IBV_SEND_SIGNALED, .imm_data = 0x01020304};
    wr.wr.rdma.remote_addr = remote;
    wr.wr.rdma.rkey = rkey;
    struct ibv_send_wr *bad = NULL;
    return ibv_post_send(end->qp, &wr, &bad);
}

struct ibv_wc end_wait(struct ibv_cq *cq)
{
    uint64_t deadline = check_now_ns() + CHECK_LIMIT_NS;
    struct ibv_wc wc;
    int count;
    while ((count = ibv_poll_cq(cq, 1, &wc)) == 0) {
        CHECK(check_now_ns() < deadline, "no completion");
    }

    CHECK(count == 1, "poll: %d", count);
    return wc;
}

struct ibv_wc end_expect(struct ibv_cq *cq, uint64_t id, enum ibv_wc_status status)
{
    struct ibv_wc wc = end_wait(cq);
    CHECK(wc.wr_id == id && wc.status == status, "%lu ended with %s, %lu should have with %s", (unsigned long)wc.wr_id,
        ibv_wc_status_str(wc.status), (unsigned long)id, ibv_wc_status_str(status));
    return wc;
}

void end_expect_nothing(struct ibv_cq *cq)
{
    uint64_t end = check_now_ns() + QUIET_NS;
    struct ibv_wc wc;
    while (check_now_ns() < end) {
        CHECK(ibv_poll_cq(cq, 1, &wc) == 0, "%lu ended with %s", (unsigned long)wc.wr_id, ibv_wc_status_str(wc.status));
    }
}
