/* What objects promise: they outlive the events that a program has in its hands, one thread at a time has the current completion of a CQ, lists
 * of the builders go whole or not at all, and a drained queue holds what is posted. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "end.h"

enum { PAUSE_NS = 200000000, COMPLETIONS = 4000, CLOSINGS = 200, ROUNDS_OF_EVENTS = 200 };

static atomic_int acknowledged;

static void pause_a_while(void)
{
    struct timespec pause = {.tv_nsec = PAUSE_NS};
    nanosleep(&pause, NULL);
}

/* Holds an event for a while, as a thread does that deals with it. */
static void *acknowledge_qp_event(void *argument)
{
    struct ibv_async_event *event = argument;
    pause_a_while();
    acknowledged = event->element.qp->qp_context == argument;
    ibv_ack_async_event(event);
    return NULL;
}

static void *acknowledge_srq_event(void *argument)
{
    struct ibv_async_event *event = argument;
    pause_a_while();
    acknowledged = event->element.srq->srq_context == argument;
    ibv_ack_async_event(event);
    return NULL;
}

static void *acknowledge_completion_event(void *argument)
{
    struct ibv_cq *cq = argument;
    pause_a_while();
    acknowledged = cq->cqe > 0;
    ibv_ack_cq_events(cq, 1);
    return NULL;
}

static pthread_t start(void *(*body)(void *), void *argument)
{
    pthread_t thread;
    acknowledged = 0;
    CHECK(pthread_create(&thread, NULL, body, argument) == 0, "thread");
    return thread;
}

static void finish(pthread_t thread, const char *what)
{
    CHECK(acknowledged == 1, "%s was destroyed while a thread had an event of it", what);
    CHECK(pthread_join(thread, NULL) == 0, "join");
}

static void objects_outlive_their_events(void)
{
    struct ibv_async_event event;
    end_options_t options = {.context = end_open_device(), .with_channel = 1};
    options.pd = ibv_alloc_pd(options.context);
    struct ibv_srq_init_attr init = {.srq_context = &event, .attr = {.max_wr = 16, .max_sge = 1}};
    options.srq = ibv_create_srq(options.pd, &init);
    CHECK(options.srq != NULL, "SRQ");
    end_t one = end_make(&options);
    end_t other = end_make(NULL);
    end_connect(&one, &other);
    end_receive(&one, 1, 0, 64);
    struct ibv_srq_attr attr = {.srq_limit = 1};
    CHECK(ibv_modify_srq(options.srq, &attr, IBV_SRQ_LIMIT) == 0, "limit");
    CHECK(ibv_req_notify_cq(one.cq, 0) == 0, "arm");
    CHECK(end_send(&other, 1, 0, 8, 0) == 0, "send");
    struct ibv_cq *cq;
    void *context;
    CHECK(ibv_get_cq_event(one.channel, &cq, &context) == 0 && cq == one.cq, "completion event");
    end_wait(one.cq);
    struct ibv_async_event limit;
    CHECK(ibv_get_async_event(options.context, &limit) == 0 && limit.event_type == IBV_EVENT_SRQ_LIMIT_REACHED, "limit event");
    CHECK(end_move(one.qp, IBV_QPS_ERR) == 0, "ERR");
    CHECK(ibv_get_async_event(options.context, &event) == 0 && event.event_type == IBV_EVENT_QP_LAST_WQE_REACHED, "last event");
    one.qp->qp_context = &event;
    pthread_t thread = start(acknowledge_qp_event, &event);
    CHECK(ibv_destroy_qp(one.qp) == 0, "destroy");
    finish(thread, "a QP");
    event = limit;
    thread = start(acknowledge_srq_event, &event);
    CHECK(ibv_destroy_srq(options.srq) == 0, "destroy");
    finish(thread, "an SRQ");
    thread = start(acknowledge_completion_event, one.cq);
    CHECK(ibv_destroy_cq(one.cq) == 0, "destroy");
    finish(thread, "a CQ");
    CHECK(ibv_destroy_comp_channel(one.channel) == 0 && ibv_dereg_mr(one.mr) == 0, "destroy");
    CHECK(ibv_dealloc_pd(options.pd) == 0 && ibv_close_device(options.context) == 0, "end");
    end_free(&other);
}

/* A QP that goes takes its completions out of the CQ; those of others stay, and so does the event that was asked for. */
static void events_survive_a_neighbour(void)
{
    end_options_t options = {.with_channel = 1};
    end_t one = end_make(&options);
    end_t other = end_make(NULL);
    end_connect(&one, &other);
    struct ibv_qp_init_attr init = {.send_cq = one.cq, .recv_cq = one.cq, .cap = {.max_send_wr = 1, .max_recv_wr = 1}, .qp_type = IBV_QPT_RC};
    for (uint64_t i = 0; i < CLOSINGS; i++) {
        struct ibv_qp *neighbour = ibv_create_qp(one.pd, &init);
        CHECK(neighbour != NULL, "QP");
        end_receive(&one, i, 0, 64);
        CHECK(ibv_req_notify_cq(one.cq, 0) == 0, "arm");
        CHECK(end_send(&other, i, 0, 8, 0) == 0, "send");
        CHECK(ibv_destroy_qp(neighbour) == 0, "destroy");
        struct ibv_cq *cq;
        void *context;
        CHECK(ibv_get_cq_event(one.channel, &cq, &context) == 0, "event");
        ibv_ack_cq_events(cq, 1);
        end_expect(one.cq, i, IBV_WC_SUCCESS);
    }

    end_free(&one);
    end_free(&other);
}

/* Programs of one channel and two CQs count on it: which event comes says which CQ to look into. */
static void events_of_one_channel_keep_their_order(void)
{
    end_options_t options = {.with_channel = 1};
    end_t first = end_make(&options);
    end_t second = first;
    second.cq = ibv_create_cq(first.context, 16, NULL, first.channel, 0);
    CHECK(second.cq != NULL, "CQ");
    struct ibv_qp_init_attr init = {.send_cq = second.cq, .recv_cq = second.cq, .qp_type = IBV_QPT_RC};
    init.cap = (struct ibv_qp_cap){.max_send_wr = 1, .max_recv_wr = 1, .max_recv_sge = 1};
    second.qp = ibv_create_qp(first.pd, &init);
    CHECK(second.qp != NULL, "QP");
    end_t *ends[] = {&first, &second};
    end_t others[] = {end_make(NULL), end_make(NULL)};
    for (int i = 0; i < 2; i++) {
        end_connect(ends[i], &others[i]);
    }

    for (int round = 0; round < ROUNDS_OF_EVENTS; round++) {
        for (int i = 0; i < 2; i++) {
            end_receive(ends[i], (uint64_t)round, 0, 64);
            CHECK(ibv_req_notify_cq(ends[i]->cq, 0) == 0, "arm");
        }

        int starter = round / 2 % 2;
        for (int i = 0; i < 2; i++) {
            end_t *other = &others[starter ^ i];
            CHECK(end_send(other, (uint64_t)round, 0, 8, IBV_SEND_SIGNALED) == 0, "send");
            end_expect(other->cq, (uint64_t)round, IBV_WC_SUCCESS);
        }

        for (int i = 0; i < 2; i++) {
            struct ibv_cq *cq;
            void *context;
            CHECK(ibv_get_cq_event(first.channel, &cq, &context) == 0, "event");
            ibv_ack_cq_events(cq, 1);
            CHECK(cq == ends[starter ^ i]->cq, "round %d: event %d is of the other CQ", round, i);
            end_expect(cq, (uint64_t)round, IBV_WC_SUCCESS);
        }
    }

    CHECK(ibv_destroy_qp(second.qp) == 0 && ibv_destroy_cq(second.cq) == 0, "destroy");
    end_free(&first);
    end_free(&others[0]);
    end_free(&others[1]);
}

static atomic_int polled[COMPLETIONS];
static atomic_int polled_count;

static void *poll_extended(void *argument)
{
    struct ibv_cq_ex *cq = argument;
    struct ibv_poll_cq_attr none = {0};
    uint64_t deadline = check_now_ns() + CHECK_LIMIT_NS;
    while (polled_count < COMPLETIONS) {
        CHECK(check_now_ns() < deadline, "%d of %d", polled_count, COMPLETIONS);
        if (ibv_start_poll(cq, &none) != 0) {
            continue;
        }

        do {
            uint64_t id = cq->wr_id;
            CHECK(cq->status == IBV_WC_SUCCESS && id < COMPLETIONS, "completion %lu", (unsigned long)id);
            /* What comes is as long as its number says, also when the other thread has had its turn. */
            sched_yield();
            CHECK(ibv_wc_read_byte_len(cq) == id % 61 && cq->wr_id == id, "another thread's completion");
            CHECK(polled[id]++ == 0, "%lu twice", (unsigned long)id);
            polled_count++;
        } while (ibv_next_poll(cq) == 0);
        ibv_end_poll(cq);
    }

    return NULL;
}

static void two_threads_poll_one_extended_queue(void)
{
    end_t one = end_make(NULL);
    end_t other = end_make(NULL);
    struct ibv_cq_init_attr_ex init = {.cqe = COMPLETIONS, .wc_flags = IBV_WC_STANDARD_FLAGS, .comp_mask = 1u << 30};
    CHECK(ibv_create_cq_ex(one.context, &init) == NULL && errno == EOPNOTSUPP, "an unknown mask");
    init.comp_mask = IBV_CQ_INIT_ATTR_MASK_FLAGS;
    init.flags = 1u << 30;
    CHECK(ibv_create_cq_ex(one.context, &init) == NULL && errno == EOPNOTSUPP, "an unknown flag");
    init.flags = IBV_CREATE_CQ_ATTR_SINGLE_THREADED;
    struct ibv_cq_ex *cq = ibv_create_cq_ex(one.context, &init);
    CHECK(cq != NULL && ibv_destroy_cq(ibv_cq_ex_to_cq(cq)) == 0, "a CQ of one thread");
    init.comp_mask = 0;
    cq = ibv_create_cq_ex(one.context, &init);
    CHECK(cq != NULL && ibv_destroy_qp(one.qp) == 0, "CQ");
    struct ibv_qp_init_attr qp_init = {.send_cq = one.cq, .recv_cq = ibv_cq_ex_to_cq(cq), .cap = {.max_send_wr = 1, .max_recv_wr = 1024, .max_recv_sge = 1},
        .qp_type = IBV_QPT_RC};
    one.qp = ibv_create_qp(one.pd, &qp_init);
    CHECK(one.qp != NULL, "QP");
    end_connect(&one, &other);
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        CHECK(pthread_create(&threads[i], NULL, poll_extended, cq) == 0, "thread");
    }

    for (int i = 0; i < COMPLETIONS; i++) {
        while (i - polled_count >= 512) {
            sched_yield();
        }

        end_receive(&one, (uint64_t)i, 0, 64);
        CHECK(end_send(&other, (uint64_t)i, 0, (uint32_t)i % 61, 0) == 0, "send %d", i);
    }

    for (int i = 0; i < 2; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0, "join");
    }

    CHECK(ibv_destroy_qp(one.qp) == 0 && ibv_destroy_cq(ibv_cq_ex_to_cq(cq)) == 0, "destroy");
    qp_init.recv_cq = one.cq;
    one.qp = ibv_create_qp(one.pd, &qp_init);
    end_free(&one);
    end_free(&other);
}

static void lists_of_builders_go_whole(void)
{
    end_t one = end_make(NULL);
    end_t other = end_make(NULL);
    CHECK(ibv_destroy_qp(one.qp) == 0, "destroy");
    struct ibv_qp_init_attr_ex init = {.send_cq = one.cq, .recv_cq = one.cq, .cap = {.max_send_wr = 4, .max_send_sge = 1, .max_inline_data = 64},
        .qp_type = IBV_QPT_RC, .pd = one.pd, .comp_mask = IBV_QP_INIT_ATTR_PD | IBV_QP_INIT_ATTR_SEND_OPS_FLAGS, .send_ops_flags = IBV_QP_EX_WITH_RDMA_WRITE};
    one.qp = ibv_create_qp_ex(one.context, &init);
    CHECK(one.qp != NULL && init.cap.max_send_wr == 4, "QP");
    struct ibv_qp_ex *qp = ibv_qp_to_qp_ex(one.qp);
    end_connect(&one, &other);
    struct ibv_sge pieces[64];
    for (int i = 0; i < 64; i++) {
        pieces[i] = end_piece(&one, 0, 1);
    }

    /* The last of three has more elements than the queue takes, or there are more than it has room for. */
    for (int round = 0; round < 2; round++) {
        ibv_wr_start(qp);
        qp->wr_flags = IBV_SEND_SIGNALED;
        for (int i = 0; i < (round == 0 ? 3 : 5); i++) {
            one.memory[i] = 'x';
            ibv_wr_rdma_write(qp, other.mr->rkey, (uintptr_t)other.memory + (size_t)i);
            if (round == 0 && i == 2) {
                ibv_wr_set_sge_list(qp, 64, pieces);
            } else {
                ibv_wr_set_sge(qp, one.mr->lkey, (uintptr_t)one.memory + (size_t)i, 1);
            }
        }

        CHECK(ibv_wr_complete(qp) == (round == 0 ? EINVAL : ENOMEM), "a list that cannot be posted");
        end_expect_nothing(one.cq);
        CHECK(other.memory[0] == 0, "a part of it was posted");
    }

    /* The flag is not the program's to give here: what it names is memory of its own, by key. */
    ibv_wr_start(qp);
    qp->wr_id = 5;
    qp->wr_flags = IBV_SEND_SIGNALED | IBV_SEND_INLINE;
    ibv_wr_rdma_write(qp, other.mr->rkey, (uintptr_t)other.memory);
    ibv_wr_set_inline_data(qp, "inline", 7);
    ibv_wr_rdma_write(qp, other.mr->rkey, (uintptr_t)other.memory + 64);
    ibv_wr_set_sge(qp, one.mr->lkey, (uintptr_t)one.memory, 3);
    CHECK(ibv_wr_complete(qp) == 0, "complete");
    end_expect(one.cq, 5, IBV_WC_SUCCESS);
    end_expect(one.cq, 5, IBV_WC_SUCCESS);
    CHECK(strcmp(other.memory, "inline") == 0 && memcmp(other.memory + 64, "xxx", 3) == 0, "'%s' '%s'", other.memory, other.memory + 64);
    end_free(&one);
    end_free(&other);
}

static int write_inline(end_t *one, end_t *other, uint64_t id, const char *text)
{
    char copy[16] = {0};
    strcpy(copy, text);
    struct ibv_sge piece = {.addr = (uintptr_t)copy, .length = (uint32_t)strlen(text) + 1};
    struct ibv_send_wr wr = {.wr_id = id, .sg_list = &piece, .num_sge = 1, .opcode = IBV_WR_RDMA_WRITE, .send_flags = IBV_SEND_INLINE | IBV_SEND_SIGNALED};
    wr.wr.rdma.rkey = other->mr->rkey;
    wr.wr.rdma.remote_addr = (uintptr_t)other->memory + 64 * id;
    struct ibv_send_wr *bad = NULL;
    int status = ibv_post_send(one->qp, &wr, &bad);
    memset(copy, '?', sizeof(copy));
    return status;
}

static void drained_queues_hold(void)
{
    end_t one = end_make(NULL);
    end_t other = end_make(NULL);
    end_connect(&one, &other);
    CHECK(end_move(one.qp, IBV_QPS_SQD) == 0, "SQD");
    CHECK(write_inline(&one, &other, 1, "held") == 0 && write_inline(&one, &other, 2, "back") == 0, "post");
    end_expect_nothing(one.cq);
    CHECK(other.memory[64] == 0 && other.memory[128] == 0, "a drained queue has worked");
    CHECK(end_move(one.qp, IBV_QPS_RTS) == 0, "RTS");
    CHECK(write_inline(&one, &other, 3, "new") == 0, "post");
    for (uint64_t id = 1; id <= 3; id++) {
        end_expect(one.cq, id, IBV_WC_SUCCESS);
    }

    CHECK(strcmp(other.memory + 64, "held") == 0 && strcmp(other.memory + 128, "back") == 0 && strcmp(other.memory + 192, "new") == 0, "'%s'", other.memory + 64);

    struct ibv_qp_attr attr;
    struct ibv_qp_init_attr init;
    CHECK(ibv_query_qp(one.qp, &attr, IBV_QP_CAP, &init) == 0 && end_move(one.qp, IBV_QPS_SQD) == 0, "SQD");
    for (uint32_t i = 0; i < attr.cap.max_send_wr; i++) {
        CHECK(write_inline(&one, &other, 10 + i, "lost") == 0, "post %u", i);
    }

    CHECK(write_inline(&one, &other, 9, "more") == ENOMEM, "more than there is room for");
    CHECK(end_move(one.qp, IBV_QPS_ERR) == 0, "ERR");
    for (uint32_t i = 0; i < attr.cap.max_send_wr; i++) {
        end_expect(one.cq, 10 + i, IBV_WC_WR_FLUSH_ERR);
    }

    CHECK(other.memory[64 * 10] == 0, "what was flushed has been written");
    end_free(&one);
    end_free(&other);
}

static void addresses_without_a_global_route(void)
{
    end_t one = end_make(NULL);
    end_name_t name = end_name(&one);
    struct ibv_ah_attr attr;
    memset(&attr, 0xa5, sizeof(attr));
    attr.is_global = 0;
    attr.dlid = name.lid;
    attr.port_num = 1;
    struct ibv_ah *handle = ibv_create_ah(one.pd, &attr);
    CHECK(handle != NULL, "a route that is not used was looked at");
    CHECK(ibv_destroy_ah(handle) == 0, "destroy");
    end_free(&one);
}

int main(void)
{
    addresses_without_a_global_route();
    drained_queues_hold();
    lists_of_builders_go_whole();
    two_threads_poll_one_extended_queue();
    events_survive_a_neighbour();
    events_of_one_channel_keep_their_order();
    objects_outlive_their_events();
    puts("every object kept its promise");
    return 0;
}
