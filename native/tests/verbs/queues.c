/* Shared receive queues, completion channels, the extended interfaces, and datagrams. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "end.h"

enum { HEADER = 40 };

static void expect_async(struct ibv_context *context, enum ibv_event_type type)
{
    struct ibv_async_event event;
    CHECK(ibv_get_async_event(context, &event) == 0, "event");
    CHECK(event.event_type == type, "%s", ibv_event_type_str(event.event_type));
    ibv_ack_async_event(&event);
}

/* Two QPs of one SRQ that report to CQs of their own. */
static void shared_receives(void)
{
    end_options_t options = {.context = end_open_device()};
    options.pd = ibv_alloc_pd(options.context);
    struct ibv_srq_init_attr init = {.attr = {.max_wr = 16, .max_sge = 1}};
    options.srq = ibv_create_srq(options.pd, &init);
    CHECK(options.srq != NULL && init.attr.max_wr >= 16, "SRQ");
    end_t shared[2] = {end_make(&options), end_make(&options)};
    end_t senders[2] = {end_make(NULL), end_make(NULL)};
    /* Receives that were posted before anybody can use them. */
    for (uint64_t i = 0; i < 8; i++) {
        end_receive(&shared[0], i, 64 * i, 64);
    }

    struct ibv_recv_wr receive = {.wr_id = 1};
    struct ibv_recv_wr *bad = NULL;
    end_connect(&shared[0], &senders[0]);
    end_connect(&shared[1], &senders[1]);
    CHECK(ibv_post_recv(shared[0].qp, &receive, &bad) == EINVAL, "a receive of one's own beside an SRQ");
    struct ibv_srq_attr attr = {.srq_limit = 7};
    CHECK(ibv_modify_srq(options.srq, &attr, IBV_SRQ_LIMIT) == 0, "limit");
    CHECK(ibv_query_srq(options.srq, &attr) == 0 && attr.srq_limit == 7, "limit %u", attr.srq_limit);
    uint64_t used = 0;
    for (int i = 0; i < 4; i++) {
        end_t *sender = &senders[i % 2];
        uint32_t length = i < 2 ? 8 : 60;
        memset(sender->memory, i + 1, length);
        CHECK(end_send(sender, 1, 0, length, 0) == 0, "send");
        struct ibv_wc wc = end_wait(shared[i % 2].cq);
        CHECK(wc.status == IBV_WC_SUCCESS && wc.qp_num == shared[i % 2].qp->qp_num && wc.byte_len == length, "completion of %x", wc.qp_num);
        CHECK(shared[0].memory[64 * wc.wr_id] == i + 1, "message %d went elsewhere", i);
        used |= UINT64_C(1) << wc.wr_id;
    }

    CHECK(used == 15, "receives %lx", (unsigned long)used);
    expect_async(options.context, IBV_EVENT_SRQ_LIMIT_REACHED);
    CHECK(ibv_query_srq(options.srq, &attr) == 0 && attr.srq_limit == 0, "the limit is armed still");
    CHECK(end_move(shared[1].qp, IBV_QPS_ERR) == 0, "ERR");
    expect_async(options.context, IBV_EVENT_QP_LAST_WQE_REACHED);
    CHECK(ibv_destroy_srq(options.srq) == EBUSY, "an SRQ in use");
    CHECK(end_send(&senders[0], 2, 0, 8, 0) == 0, "the other QP goes on");
    end_wait(shared[0].cq);
    for (int i = 0; i < 2; i++) {
        end_free(&senders[i]);
        end_free(&shared[i]);
    }

    CHECK(ibv_destroy_srq(options.srq) == 0 && ibv_dealloc_pd(options.pd) == 0 && ibv_close_device(options.context) == 0, "end");
}

static void expect_channel(end_t *end, int expected)
{
    struct pollfd ready = {.fd = end->channel->fd, .events = POLLIN};
    int found = poll(&ready, 1, expected ? 10000 : 50);
    CHECK(found == expected, "%d rather than %d", found, expected);
    if (found) {
        struct ibv_cq *cq;
        void *context;
        CHECK(ibv_get_cq_event(end->channel, &cq, &context) == 0 && cq == end->cq, "event");
        ibv_ack_cq_events(cq, 1);
    }
}

static void channels(void)
{
    end_t one = end_make(NULL);
    end_options_t options = {.with_channel = 1};
    end_t other = end_make(&options);
    end_connect(&one, &other);
    for (uint64_t i = 0; i < 8; i++) {
        end_receive(&other, i, 0, 64);
    }

    CHECK(end_send(&one, 1, 0, 8, 0) == 0, "send");
    end_wait(other.cq);
    expect_channel(&other, 0);
    CHECK(ibv_req_notify_cq(other.cq, 0) == 0, "arm");
    CHECK(end_send(&one, 1, 0, 8, 0) == 0, "send");
    expect_channel(&other, 1);
    /* The completion is there when it is armed: an event tells of the next one. */
    CHECK(ibv_req_notify_cq(other.cq, 0) == 0, "arm");
    expect_channel(&other, 0);
    end_wait(other.cq);
    expect_channel(&other, 0);
    CHECK(end_send(&one, 1, 0, 8, 0) == 0, "send");
    expect_channel(&other, 1);
    end_wait(other.cq);
    CHECK(ibv_req_notify_cq(other.cq, 1) == 0, "arm for what is solicited");
    CHECK(end_send(&one, 1, 0, 8, 0) == 0, "send");
    expect_channel(&other, 0);
    CHECK(end_send(&one, 1, 0, 8, IBV_SEND_SOLICITED) == 0, "send");
    expect_channel(&other, 1);
    end_wait(other.cq);
    end_wait(other.cq);
    CHECK(fcntl(other.channel->fd, F_SETFL, O_NONBLOCK) == 0, "non-blocking");
    struct ibv_cq *cq;
    void *context;
    CHECK(ibv_get_cq_event(other.channel, &cq, &context) == -1 && errno == EAGAIN, "no event");
    CHECK(ibv_req_notify_cq(other.cq, 0) == 0, "arm");
    CHECK(end_move(other.qp, IBV_QPS_ERR) == 0, "ERR");
    expect_channel(&other, 1);
    CHECK(ibv_destroy_comp_channel(other.channel) == EBUSY, "a channel in use");
    end_free(&one);
    end_free(&other);
}

static void extended(void)
{
    end_t other = end_make(NULL);
    end_t one = end_make(NULL);
    CHECK(ibv_destroy_qp(one.qp) == 0, "destroy");
    struct ibv_cq_init_attr_ex cq_init = {.cqe = 64, .wc_flags = IBV_WC_STANDARD_FLAGS};
    struct ibv_cq_ex *cq = ibv_create_cq_ex(one.context, &cq_init);
    CHECK(cq != NULL, "CQ");
    cq_init.wc_flags = IBV_WC_EX_WITH_COMPLETION_TIMESTAMP;
    CHECK(ibv_create_cq_ex(one.context, &cq_init) == NULL && errno == EOPNOTSUPP, "time stamps");
    struct ibv_qp_init_attr_ex init = {
        .send_cq = ibv_cq_ex_to_cq(cq), .recv_cq = ibv_cq_ex_to_cq(cq), .cap = {.max_send_wr = 32, .max_recv_wr = 4, .max_send_sge = 2, .max_recv_sge = 1,
        .max_inline_data = 64}, .qp_type = IBV_QPT_RC, .pd = one.pd, .comp_mask = IBV_QP_INIT_ATTR_PD | IBV_QP_INIT_ATTR_SEND_OPS_FLAGS,
        .send_ops_flags = IBV_QP_EX_WITH_SEND | IBV_QP_EX_WITH_SEND_WITH_IMM | IBV_QP_EX_WITH_RDMA_WRITE | IBV_QP_EX_WITH_RDMA_READ
            | IBV_QP_EX_WITH_ATOMIC_FETCH_AND_ADD};
    one.qp = ibv_create_qp_ex(one.context, &init);
    CHECK(one.qp != NULL, "QP");
    CHECK(ibv_qp_to_qp_ex(other.qp) == NULL, "a plain QP has no builders");
    struct ibv_qp_ex *qp = ibv_qp_to_qp_ex(one.qp);
    end_connect(&one, &other);
    end_receive(&other, 1, 0, 64);
    end_receive(&other, 2, 64, 64);
    char text[8] = "inline";
    strcpy(one.memory, "first second");
    uint64_t *word = (uint64_t *)(other.memory + 1024);
    *word = 5;
    ibv_wr_start(qp);
    qp->wr_id = 10;
    qp->wr_flags = IBV_SEND_SIGNALED;
    ibv_wr_send(qp);
    ibv_wr_set_inline_data(qp, text, 7);
    qp->wr_id = 11;
    ibv_wr_send_imm(qp, htonl(99));
    struct ibv_sge pieces[2] = {end_piece(&one, 6, 6), end_piece(&one, 0, 7)};
    ibv_wr_set_sge_list(qp, 2, pieces);
    qp->wr_id = 12;
    ibv_wr_rdma_write(qp, other.mr->rkey, (uintptr_t)other.memory + 512);
    ibv_wr_set_sge(qp, one.mr->lkey, (uintptr_t)one.memory, 13);
    qp->wr_id = 13;
    ibv_wr_atomic_fetch_add(qp, other.mr->rkey, (uintptr_t)word, 4);
    ibv_wr_set_sge(qp, one.mr->lkey, (uintptr_t)one.memory + 256, 8);
    memset(text, 0, sizeof(text));
    CHECK(ibv_wr_complete(qp) == 0, "complete");
    ibv_wr_start(qp);
    ibv_wr_send(qp);
    ibv_wr_abort(qp);

    struct ibv_poll_cq_attr none = {0};
    static const enum ibv_wc_opcode opcodes[] = {IBV_WC_SEND, IBV_WC_SEND, IBV_WC_RDMA_WRITE, IBV_WC_FETCH_ADD};
    uint64_t deadline = check_now_ns() + CHECK_LIMIT_NS;
    int status;
    while ((status = ibv_start_poll(cq, &none)) == ENOENT) {
        CHECK(check_now_ns() < deadline, "nothing");
    }

    for (int i = 0; i < 4; i++) {
        CHECK(status == 0 && cq->wr_id == (uint64_t)(10 + i) && cq->status == IBV_WC_SUCCESS && ibv_wc_read_opcode(cq) == opcodes[i]
                && ibv_wc_read_qp_num(cq) == one.qp->qp_num, "completion %d: %d, %lu", i, status, (unsigned long)cq->wr_id);
        status = ibv_next_poll(cq);
    }

    CHECK(status == ENOENT, "one too many");
    ibv_end_poll(cq);
    end_expect(other.cq, 1, IBV_WC_SUCCESS);
    CHECK(end_expect(other.cq, 2, IBV_WC_SUCCESS).imm_data == htonl(99), "immediate");
    CHECK(strcmp(other.memory, "inline") == 0 && memcmp(other.memory + 64, "second", 6) == 0 && memcmp(other.memory + 70, "first ", 6) == 0
            && strcmp(other.memory + 512, "first second") == 0 && *word == 9, "'%s' '%s'", other.memory, other.memory + 64);
    CHECK(ibv_destroy_qp(one.qp) == 0 && ibv_destroy_cq(ibv_cq_ex_to_cq(cq)) == 0, "destroy");
    struct ibv_qp_init_attr plain = {.send_cq = one.cq, .recv_cq = one.cq, .cap = {.max_send_wr = 1}, .qp_type = IBV_QPT_RC};
    one.qp = ibv_create_qp(one.pd, &plain);
    end_free(&one);
    end_free(&other);
}

static void send_datagram(end_t *end, struct ibv_ah *ah, uint32_t number, uint32_t key, uint32_t length)
{
    struct ibv_sge piece = end_piece(end, 0, length);
    struct ibv_send_wr wr = {
        .wr_id = 7, .sg_list = &piece, .num_sge = 1, .opcode = IBV_WR_SEND_WITH_IMM, .imm_data = 5, .send_flags = IBV_SEND_SIGNALED};
    wr.wr.ud.ah = ah;
    wr.wr.ud.remote_qpn = number;
    wr.wr.ud.remote_qkey = key;
    struct ibv_send_wr *bad = NULL;
    CHECK(ibv_post_send(end->qp, &wr, &bad) == 0, "send");
    end_expect(end->cq, 7, IBV_WC_SUCCESS);
}

static void datagrams(void)
{
    end_options_t options = {.type = IBV_QPT_UD};
    end_t one = end_make(&options);
    end_t other = end_make(&options);
    end_connect(&one, &other);
    end_name_t theirs = end_name(&other);
    struct ibv_ah_attr by_gid = {.is_global = 1, .port_num = 1, .grh = {.dgid = theirs.gid}};
    struct ibv_ah_attr by_lid = {.dlid = theirs.lid, .port_num = 1};
    struct ibv_ah_attr elsewhere = {.is_global = 1, .port_num = 1, .grh = {.dgid = {.raw = {0xfe, 0x80, 1}}}};
    struct ibv_ah *handles[] = {ibv_create_ah(one.pd, &by_gid), ibv_create_ah(one.pd, &by_lid), ibv_create_ah(one.pd, &elsewhere)};
    CHECK(handles[0] != NULL && handles[1] != NULL && handles[2] != NULL, "handles");
    strcpy(one.memory, "a datagram");
    for (int i = 0; i < 2; i++) {
        end_receive(&other, 1, 0, 1024);
        send_datagram(&one, handles[i], theirs.qp_num, 0x11111111, i == 0 ? 11 : 600);
        struct ibv_wc wc = end_expect(other.cq, 1, IBV_WC_SUCCESS);
        CHECK(wc.byte_len == HEADER + (i == 0 ? 11u : 600u) && wc.src_qp == one.qp->qp_num && (wc.wc_flags & IBV_WC_GRH) != 0
                && (wc.wc_flags & IBV_WC_WITH_IMM) != 0 && wc.imm_data == 5, "%u bytes, flags %x", wc.byte_len, wc.wc_flags);
        CHECK(strcmp(other.memory + HEADER, "a datagram") == 0, "'%s'", other.memory + HEADER);

        /* The way back is in the completion. */
        struct ibv_ah *back = ibv_create_ah_from_wc(other.pd, &wc, (struct ibv_grh *)other.memory, 1);
        CHECK(back != NULL, "handle from a completion");
        end_receive(&one, 2, 2048, 1024);
        send_datagram(&other, back, wc.src_qp, 0x11111111, 3);
        end_expect(one.cq, 2, IBV_WC_SUCCESS);
        CHECK(ibv_destroy_ah(back) == 0, "destroy");
    }

    /* What is lost: to another host, to nobody, with another key, without a receive. The sender is not told. */
    end_receive(&other, 3, 0, 1024);
    send_datagram(&one, handles[2], theirs.qp_num, 0x11111111, 8);
    send_datagram(&one, handles[0], theirs.qp_num ^ 1, 0x11111111, 8);
    send_datagram(&one, handles[0], theirs.qp_num, 0x22222222, 8);
    end_expect_nothing(other.cq);
    send_datagram(&one, handles[0], theirs.qp_num, 0x11111111, 8);
    end_expect(other.cq, 3, IBV_WC_SUCCESS);
    send_datagram(&one, handles[0], theirs.qp_num, 0x11111111, 8);
    end_receive(&other, 4, 0, 1024);
    end_expect_nothing(other.cq);
    for (int i = 0; i < 3; i++) {
        CHECK(ibv_destroy_ah(handles[i]) == 0, "destroy");
    }

    end_free(&one);
    end_free(&other);
}

int main(void)
{
    shared_receives();
    channels();
    extended();
    datagrams();
    puts("every queue did what it should");
    return 0;
}
