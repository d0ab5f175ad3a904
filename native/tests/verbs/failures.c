/* How things end that go wrong: statuses, states, events, flushing. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "end.h"

static void expect_state(const end_t *end, enum ibv_qp_state state)
{
    uint64_t deadline = check_now_ns() + CHECK_LIMIT_NS;
    while (end_state(end) != state) {
        CHECK(check_now_ns() < deadline, "state %d rather than %d", end_state(end), state);
    }
}

static void expect_event(const end_t *end, enum ibv_event_type type)
{
    struct ibv_async_event event;
    CHECK(ibv_get_async_event(end->context, &event) == 0, "event");
    CHECK(event.event_type == type && event.element.qp == end->qp, "%s", ibv_event_type_str(event.event_type));
    ibv_ack_async_event(&event);
}

static void states(void)
{
    end_t end = end_make(NULL);
    struct ibv_recv_wr receive = {.wr_id = 1};
    struct ibv_recv_wr *bad_receive = NULL;
    CHECK(ibv_post_recv(end.qp, &receive, &bad_receive) == EINVAL && bad_receive == &receive, "receive in RESET");
    CHECK(end_move(end.qp, IBV_QPS_RTR) == EINVAL, "RESET to RTR");
    CHECK(end_move(end.qp, IBV_QPS_INIT) == EINVAL, "INIT without attributes");
    struct ibv_qp_attr attr = {.qp_state = IBV_QPS_INIT, .port_num = 2};
    CHECK(ibv_modify_qp(end.qp, &attr, IBV_QP_STATE | IBV_QP_PKEY_INDEX | IBV_QP_PORT | IBV_QP_ACCESS_FLAGS) == EINVAL, "port 2");
    end_init(&end);
    CHECK(end_send(&end, 1, 0, 8, 0) == EINVAL, "send in INIT");
    CHECK(end_move(end.qp, IBV_QPS_RTS) == EINVAL, "INIT to RTS");
    attr.qp_state = IBV_QPS_RTR;
    CHECK(ibv_modify_qp(end.qp, &attr, IBV_QP_STATE | IBV_QP_QKEY) == EINVAL, "RTR with a queue key");
    end_name_t self = end_name(&end);
    end_rtr(&end, &self);
    CHECK(end_send(&end, 1, 0, 8, 0) == EINVAL, "send in RTR");
    end_rts(&end);
    CHECK(end_state(&end) == IBV_QPS_RTS, "RTS");
    CHECK(end_move(end.qp, IBV_QPS_SQD) == 0 && end_move(end.qp, IBV_QPS_RTS) == 0, "SQD and back");
    CHECK(end_move(end.qp, IBV_QPS_ERR) == 0 && end_move(end.qp, IBV_QPS_RTS) == EINVAL, "out of ERR");
    CHECK(end_move(end.qp, IBV_QPS_RESET) == 0 && end_state(&end) == IBV_QPS_RESET, "RESET");
    end_free(&end);
}

/* A write that must not happen: it ends with the status, everything behind it is flushed, and both ends are told. */
static void refused(const end_options_t *options, size_t offset, uint32_t length, int64_t place, uint32_t wrong_bits, enum ibv_wr_opcode opcode)
{
    end_t one = end_make(options);
    end_t other = end_make(options);
    end_connect(&one, &other);
    end_receive(&other, 50, 0, 64);
    memset(one.memory, 7, 64);
    uint64_t remote = (uint64_t)((int64_t)(uintptr_t)other.memory + place);
    CHECK(end_rdma(&one, opcode, 1, offset, length, remote, other.mr->rkey ^ wrong_bits) == 0, "post");
    CHECK(end_send(&one, 2, 0, 8, 0) == 0, "post behind");
    end_expect(one.cq, 1, IBV_WC_REM_ACCESS_ERR);
    end_expect(one.cq, 2, IBV_WC_WR_FLUSH_ERR);
    expect_state(&one, IBV_QPS_ERR);
    expect_event(&other, IBV_EVENT_QP_ACCESS_ERR);
    expect_state(&other, IBV_QPS_ERR);
    end_expect(other.cq, 50, IBV_WC_WR_FLUSH_ERR);
    for (int i = 0; i < END_BYTES; i++) {
        CHECK(other.memory[i] == 0, "byte %d was written", i);
    }

    CHECK(end_send(&one, 3, 0, 8, 0) == 0, "post in ERR");
    end_expect(one.cq, 3, IBV_WC_WR_FLUSH_ERR);
    end_receive(&other, 51, 0, 64);
    end_expect(other.cq, 51, IBV_WC_WR_FLUSH_ERR);
    end_free(&one);
    end_free(&other);
}

static void access_errors(void)
{
    refused(NULL, 0, 8, 0, 0x00010000, IBV_WR_RDMA_WRITE);
    refused(NULL, 0, 8, 0, 0x00000001, IBV_WR_RDMA_WRITE);
    refused(NULL, 0, 8, END_BYTES - 4, 0, IBV_WR_RDMA_WRITE);
    refused(NULL, 0, 8, -8, 0, IBV_WR_RDMA_WRITE);
    refused(&(end_options_t){.access = IBV_ACCESS_LOCAL_WRITE}, 0, 8, 0, 0, IBV_WR_RDMA_WRITE);
    refused(&(end_options_t){.access = IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_READ}, 0, 8, 0, 0, IBV_WR_RDMA_WRITE);
    refused(&(end_options_t){.access = IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_WRITE}, 0, 8, 0, 0, IBV_WR_RDMA_READ);
    refused(&(end_options_t){.qp_access = IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_READ}, 0, 8, 0, 0, IBV_WR_RDMA_WRITE);
}

/* A key that was good is not any more when its region is gone, also if another region is there now. */
static void stale_key(void)
{
    end_t one = end_make(NULL);
    end_t other = end_make(NULL);
    end_connect(&one, &other);
    struct ibv_mr *first = ibv_reg_mr(other.pd, other.memory, 4096, END_ALL_ACCESS);
    uint32_t key = first->rkey;
    CHECK(end_rdma(&one, IBV_WR_RDMA_WRITE, 1, 0, 8, (uintptr_t)other.memory, key) == 0, "write");
    end_expect(one.cq, 1, IBV_WC_SUCCESS);
    CHECK(ibv_dereg_mr(first) == 0, "deregister");
    struct ibv_mr *second = ibv_reg_mr(other.pd, other.memory, 4096, END_ALL_ACCESS);
    CHECK(second->rkey != key, "the key is the same");
    CHECK(end_rdma(&one, IBV_WR_RDMA_WRITE, 2, 0, 8, (uintptr_t)other.memory, key) == 0, "write");
    end_expect(one.cq, 2, IBV_WC_REM_ACCESS_ERR);
    CHECK(ibv_dereg_mr(second) == 0, "deregister");
    end_free(&one);
    end_free(&other);
}

static void other_domain(void)
{
    end_t one = end_make(NULL);
    end_t other = end_make(NULL);
    end_connect(&one, &other);
    struct ibv_pd *domain = ibv_alloc_pd(other.context);
    struct ibv_mr *foreign = ibv_reg_mr(domain, other.memory, 4096, END_ALL_ACCESS);
    CHECK(ibv_dealloc_pd(domain) == EBUSY, "a domain in use");
    CHECK(end_rdma(&one, IBV_WR_RDMA_WRITE, 1, 0, 8, (uintptr_t)other.memory, foreign->rkey) == 0, "write");
    end_expect(one.cq, 1, IBV_WC_REM_ACCESS_ERR);
    CHECK(ibv_dereg_mr(foreign) == 0 && ibv_dealloc_pd(domain) == 0, "give back");
    end_free(&one);
    end_free(&other);
}

static void local_errors(void)
{
    end_t one = end_make(NULL);
    end_t other = end_make(NULL);
    end_connect(&one, &other);
    struct ibv_sge piece = end_piece(&one, 0, 8);
    piece.lkey ^= 0x00010000;
    struct ibv_send_wr wr = {.wr_id = 1, .sg_list = &piece, .num_sge = 1, .opcode = IBV_WR_SEND};
    struct ibv_send_wr *bad = NULL;
    end_receive(&other, 9, 0, 64);
    CHECK(ibv_post_send(one.qp, &wr, &bad) == 0, "post");
    end_expect(one.cq, 1, IBV_WC_LOC_PROT_ERR);
    expect_state(&one, IBV_QPS_ERR);
    end_free(&one);
    end_free(&other);
}

static void too_long(void)
{
    end_t one = end_make(NULL);
    end_t other = end_make(NULL);
    end_connect(&one, &other);
    end_receive(&other, 9, 0, 16);
    end_receive(&other, 10, 0, 16);
    CHECK(end_send(&one, 1, 0, 17, 0) == 0, "post");
    end_expect(one.cq, 1, IBV_WC_REM_INV_REQ_ERR);
    end_expect(other.cq, 9, IBV_WC_LOC_LEN_ERR);
    expect_state(&one, IBV_QPS_ERR);
    expect_state(&other, IBV_QPS_ERR);
    end_expect(other.cq, 10, IBV_WC_WR_FLUSH_ERR);
    end_free(&one);
    end_free(&other);
}

static void receiver_not_ready(void)
{
    /* Without retries it fails at once; with seven it waits for ever. */
    end_options_t impatient = {.rnr_retry = 1};
    end_t one = end_make(&impatient);
    end_t other = end_make(&impatient);
    end_connect(&one, &other);
    CHECK(end_send(&one, 1, 0, 8, 0) == 0, "post");
    end_expect(one.cq, 1, IBV_WC_RNR_RETRY_EXC_ERR);
    end_free(&one);
    end_free(&other);

    end_t patient = end_make(NULL);
    end_t late = end_make(NULL);
    end_connect(&patient, &late);
    CHECK(end_send(&patient, 1, 0, 8, IBV_SEND_SIGNALED) == 0, "post");
    end_expect_nothing(patient.cq);
    end_receive(&late, 2, 0, 8);
    end_expect(late.cq, 2, IBV_WC_SUCCESS);
    end_expect(patient.cq, 1, IBV_WC_SUCCESS);
    end_free(&patient);
    end_free(&late);
}

static void flushed_and_used_again(void)
{
    end_t one = end_make(NULL);
    end_t other = end_make(NULL);
    end_connect(&one, &other);
    for (uint64_t i = 0; i < 5; i++) {
        end_receive(&one, i, 0, 64);
    }

    CHECK(end_send(&one, 90, 0, 8, 0) == 0, "a request that waits");
    CHECK(end_move(one.qp, IBV_QPS_ERR) == 0, "ERR");
    int sent = 0;
    uint64_t receives = 0;
    for (int i = 0; i < 6; i++) {
        struct ibv_wc wc = end_wait(one.cq);
        CHECK(wc.status == IBV_WC_WR_FLUSH_ERR && wc.qp_num == one.qp->qp_num, "%s", ibv_wc_status_str(wc.status));
        sent += wc.wr_id == 90;
        receives += wc.wr_id == 90 ? 0 : UINT64_C(1) << wc.wr_id;
    }

    CHECK(sent == 1 && receives == 31, "%d sends, receives %lx", sent, (unsigned long)receives);

    /* What was not polled goes with the reset; then the same two connect again. */
    end_receive(&one, 7, 0, 64);
    CHECK(end_move(one.qp, IBV_QPS_RESET) == 0 && end_move(other.qp, IBV_QPS_RESET) == 0, "RESET");
    end_expect_nothing(one.cq);
    end_connect(&one, &other);
    end_receive(&other, 11, 64, 64);
    strcpy(one.memory, "again");
    CHECK(end_send(&one, 12, 0, 6, IBV_SEND_SIGNALED) == 0, "send");
    end_expect(one.cq, 12, IBV_WC_SUCCESS);
    end_expect(other.cq, 11, IBV_WC_SUCCESS);
    CHECK(strcmp(other.memory + 64, "again") == 0, "'%s'", other.memory + 64);
    end_free(&one);
    end_free(&other);
}

static void nobody_there(void)
{
    /* The peer is not connected yet: the request waits for it. */
    end_t one = end_make(NULL);
    end_t other = end_make(NULL);
    end_name_t names[] = {end_name(&one), end_name(&other)};
    end_init(&one);
    end_rtr(&one, &names[1]);
    end_rts(&one);
    CHECK(end_send(&one, 1, 0, 8, IBV_SEND_SIGNALED) == 0, "send");
    CHECK(end_rdma(&one, IBV_WR_RDMA_WRITE, 2, 0, 8, names[1].address + 512, names[1].rkey) == 0, "write");
    end_init(&other);
    end_receive(&other, 3, 0, 64);
    end_expect_nothing(one.cq);
    end_rtr(&other, &names[0]);
    end_expect(one.cq, 1, IBV_WC_SUCCESS);
    end_expect(one.cq, 2, IBV_WC_SUCCESS);
    end_expect(other.cq, 3, IBV_WC_SUCCESS);

    /* It goes: the connection is lost. */
    end_free(&other);
    CHECK(end_rdma(&one, IBV_WR_RDMA_WRITE, 4, 0, 8, names[1].address + 512, names[1].rkey) == 0, "write");
    end_expect(one.cq, 4, IBV_WC_RETRY_EXC_ERR);
    end_free(&one);

    /* It never comes: there is an end to waiting. And a QP that is connected to another takes nothing. */
    end_options_t short_time = {.timeout = 10};
    end_t lonely = end_make(&short_time);
    end_t taken = end_make(NULL);
    end_name_t mine = end_name(&lonely);
    end_name_t theirs = end_name(&taken);
    end_init(&taken);
    end_rtr(&taken, &theirs);
    end_init(&lonely);
    end_rtr(&lonely, &theirs);
    end_rts(&lonely);
    CHECK(end_send(&lonely, 1, 0, 8, 0) == 0, "send");
    end_expect(lonely.cq, 1, IBV_WC_RETRY_EXC_ERR);
    CHECK(mine.qp_num != theirs.qp_num, "numbers");
    end_free(&lonely);
    end_free(&taken);
}

static void refusals(void)
{
    end_t end = end_make(NULL);
    CHECK(ibv_reg_mr(end.pd, end.memory, 4096, IBV_ACCESS_REMOTE_WRITE) == NULL && errno == EINVAL, "remote without local writing");
    CHECK(ibv_reg_mr(end.pd, (void *)0x1000, 4096, IBV_ACCESS_LOCAL_WRITE) == NULL && errno == EFAULT, "memory that is not there");
    CHECK(ibv_reg_mr(end.pd, end.memory, 0, IBV_ACCESS_LOCAL_WRITE) == NULL && errno == EINVAL, "no memory");
    CHECK(ibv_reg_dmabuf_mr(end.pd, 0, 4096, 0, 0, IBV_ACCESS_LOCAL_WRITE) == NULL && errno == EOPNOTSUPP, "DMA buffer");
    CHECK(ibv_create_cq(end.context, 0, NULL, NULL, 0) == NULL && errno == EINVAL, "CQ without room");
    CHECK(ibv_create_cq(end.context, 16, NULL, NULL, 5) == NULL && errno == EINVAL, "vector 5");
    CHECK(ibv_destroy_cq(end.cq) == EBUSY, "a CQ in use");
    CHECK(ibv_dealloc_pd(end.pd) == EBUSY, "a domain in use");
    struct ibv_qp_init_attr init = {.send_cq = end.cq, .recv_cq = end.cq, .cap = {.max_send_wr = 1 << 20}, .qp_type = IBV_QPT_RC};
    CHECK(ibv_create_qp(end.pd, &init) == NULL && errno == EINVAL, "a queue too deep");
    init.cap.max_send_wr = 1;
    init.qp_type = IBV_QPT_RAW_PACKET;
    CHECK(ibv_create_qp(end.pd, &init) == NULL && errno == EOPNOTSUPP, "raw packets");
    CHECK(ibv_alloc_mw(end.pd, IBV_MW_TYPE_1) == NULL && errno == EOPNOTSUPP, "windows");
    union ibv_gid gid;
    CHECK(ibv_query_gid(end.context, 1, 1, &gid) == -1, "GID 1");
    struct ibv_port_attr port;
    CHECK(ibv_query_port(end.context, 2, &port) == EINVAL, "port 2");
    CHECK(fcntl(end.context->async_fd, F_SETFL, O_NONBLOCK) == 0, "non-blocking");
    struct ibv_async_event event;
    CHECK(ibv_get_async_event(end.context, &event) == -1 && errno == EAGAIN, "no event");
    end_free(&end);
}

/* Whoever only closes the device has given everything back. */
static void left_behind(void)
{
    end_t one = end_make(&(end_options_t){.with_channel = 1});
    end_t other = end_make(NULL);
    end_connect(&one, &other);
    end_receive(&one, 1, 0, 64);
    CHECK(end_send(&other, 2, 0, 8, 0) == 0, "send");
    strcpy(one.memory + 4096, "stays");
    CHECK(ibv_close_device(one.context) == 0 && ibv_close_device(other.context) == 0, "close");
    CHECK(strcmp(one.memory + 4096, "stays") == 0, "'%s'", one.memory + 4096);
    free(one.memory);
    free(other.memory);
}

/* Memory that the program gives back before its region, and what comes to its addresses. */
static void unmapped_first(void)
{
    enum { PAGE = 4096 };
    end_t end = end_make(NULL);
    char *memory = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(memory != MAP_FAILED, "map");
    struct ibv_mr *mr = ibv_reg_mr(end.pd, memory, 2 * PAGE, END_ALL_ACCESS);
    CHECK(mr != NULL, "region");
    CHECK(munmap(memory, 2 * PAGE) == 0, "unmap");
    char *again = mmap(memory, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    CHECK(again == memory, "map again");
    strcpy(again, "mine");
    CHECK(ibv_dereg_mr(mr) == 0 && strcmp(again, "mine") == 0, "'%s'", again);
    CHECK(munmap(again, PAGE) == 0, "unmap");
    end_free(&end);
}

int main(void)
{
    states();
    access_errors();
    stale_key();
    other_domain();
    local_errors();
    too_long();
    receiver_not_ready();
    flushed_and_used_again();
    nobody_there();
    refusals();
    left_behind();
    unmapped_first();
    puts("every failure ended as it should");
    return 0;
}
