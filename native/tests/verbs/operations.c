/* What connected QPs do, with every opcode and option. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "end.h"

static void send_and_receive(end_t *one, end_t *other)
{
    static const uint32_t lengths[] = {0, 1, 8, 31, 32, 33, 64, 4096, 65536, 300001};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        memset(one->memory, (int)i + 1, lengths[i]);
        end_receive(other, 100 + i, 4096, 400000);
        CHECK(end_send(one, i, 0, lengths[i], IBV_SEND_SIGNALED) == 0, "send %u", lengths[i]);
        struct ibv_wc sent = end_expect(one->cq, i, IBV_WC_SUCCESS);
        CHECK(sent.opcode == IBV_WC_SEND && sent.qp_num == one->qp->qp_num, "opcode %d, QP %x", sent.opcode, sent.qp_num);
        struct ibv_wc received = end_expect(other->cq, 100 + i, IBV_WC_SUCCESS);
        CHECK(received.opcode == IBV_WC_RECV && received.byte_len == lengths[i] && received.wc_flags == 0, "%u bytes, flags %x",
            received.byte_len, received.wc_flags);
        CHECK(received.qp_num == other->qp->qp_num && received.src_qp == one->qp->qp_num, "from %x to %x", received.src_qp, received.qp_num);
        CHECK(memcmp(one->memory, other->memory + 4096, lengths[i]) == 0, "%u bytes differ", lengths[i]);
    }
}

static void inline_lists_and_silence(end_t *one, end_t *other)
{
    /* The program's buffers may change as soon as the call returns, and need not be registered. */
    char parts[2][8] = {"inline ", "parts"};
    struct ibv_sge pieces[2] = {{.addr = (uintptr_t)parts[0], .length = 7}, {.addr = (uintptr_t)parts[1], .length = 6}};
    struct ibv_send_wr last = {.wr_id = 3, .sg_list = pieces, .num_sge = 2, .opcode = IBV_WR_SEND_WITH_IMM, .imm_data = htonl(77),
        .send_flags = IBV_SEND_SIGNALED | IBV_SEND_INLINE | IBV_SEND_SOLICITED | IBV_SEND_FENCE};
    struct ibv_sge piece = end_piece(one, 0, 16);
    struct ibv_send_wr middle = {.wr_id = 2, .sg_list = &piece, .num_sge = 1, .opcode = IBV_WR_SEND, .next = &last};
    struct ibv_send_wr first = {.wr_id = 1, .sg_list = &piece, .num_sge = 1, .opcode = IBV_WR_SEND, .next = &middle};
    struct ibv_send_wr *bad = NULL;
    for (uint64_t i = 0; i < 3; i++) {
        end_receive(other, 200 + i, 8192 * (i + 1), 64);
    }

    CHECK(ibv_post_send(one->qp, &first, &bad) == 0, "post list");
    memset(parts, 0, sizeof(parts));
    end_expect(one->cq, 3, IBV_WC_SUCCESS);
    end_expect_nothing(one->cq);
    end_expect(other->cq, 200, IBV_WC_SUCCESS);
    end_expect(other->cq, 201, IBV_WC_SUCCESS);
    struct ibv_wc received = end_expect(other->cq, 202, IBV_WC_SUCCESS);
    CHECK((received.wc_flags & IBV_WC_WITH_IMM) != 0 && received.imm_data == htonl(77), "immediate %x", received.imm_data);
    CHECK(strcmp(other->memory + 24576, "inline parts") == 0, "'%s'", other->memory + 24576);
}

static void scattered(end_t *one, end_t *other)
{
    struct ibv_sge to[3] = {end_piece(other, 0, 10), end_piece(other, 1000, 20), end_piece(other, 2000, 70)};
    struct ibv_recv_wr receive = {.wr_id = 5, .sg_list = to, .num_sge = 3};
    struct ibv_recv_wr *bad_receive = NULL;
    CHECK(ibv_post_recv(other->qp, &receive, &bad_receive) == 0, "post receive");
    for (int i = 0; i < 100; i++) {
        one->memory[i] = (char)i;
    }

    struct ibv_sge from[2] = {end_piece(one, 0, 55), end_piece(one, 55, 45)};
    struct ibv_send_wr send = {.wr_id = 6, .sg_list = from, .num_sge = 2, .opcode = IBV_WR_SEND, .send_flags = IBV_SEND_SIGNALED};
    struct ibv_send_wr *bad = NULL;
    CHECK(ibv_post_send(one->qp, &send, &bad) == 0, "send");
    end_expect(one->cq, 6, IBV_WC_SUCCESS);
    end_expect(other->cq, 5, IBV_WC_SUCCESS);
    CHECK(other->memory[9] == 9 && other->memory[1000] == 10 && other->memory[2069] == 99, "scattered wrongly");
}

static void one_sided(end_t *one, end_t *other)
{
    uint64_t place = (uintptr_t)other->memory + 40960;
    strcpy(one->memory, "written");
    CHECK(end_rdma(one, IBV_WR_RDMA_WRITE, 10, 0, 8, place, other->mr->rkey) == 0, "write");
    CHECK(end_expect(one->cq, 10, IBV_WC_SUCCESS).opcode == IBV_WC_RDMA_WRITE, "opcode");
    CHECK(strcmp(other->memory + 40960, "written") == 0, "'%s'", other->memory + 40960);
    CHECK(end_rdma(one, IBV_WR_RDMA_READ, 11, 128, 8, place, other->mr->rkey) == 0, "read");
    CHECK(end_expect(one->cq, 11, IBV_WC_SUCCESS).opcode == IBV_WC_RDMA_READ, "opcode");
    CHECK(strcmp(one->memory + 128, "written") == 0, "'%s'", one->memory + 128);

    end_receive(other, 12, 0, 0);
    CHECK(end_rdma(one, IBV_WR_RDMA_WRITE_WITH_IMM, 13, 0, 4, place + 100, other->mr->rkey) == 0, "write with immediate");
    end_expect(one->cq, 13, IBV_WC_SUCCESS);
    struct ibv_wc told = end_expect(other->cq, 12, IBV_WC_SUCCESS);
    CHECK(told.opcode == IBV_WC_RECV_RDMA_WITH_IMM && told.byte_len == 4 && told.imm_data == 0x01020304, "opcode %d, %u bytes, %x", told.opcode,
        told.byte_len, told.imm_data);

    /* Without a byte the place is not looked at. */
    end_receive(other, 14, 0, 0);
    CHECK(end_rdma(one, IBV_WR_RDMA_WRITE_WITH_IMM, 15, 0, 0, 0, 0) == 0, "empty write with immediate");
    end_expect(one->cq, 15, IBV_WC_SUCCESS);
    CHECK(end_expect(other->cq, 14, IBV_WC_SUCCESS).byte_len == 0, "not empty");
    CHECK(end_rdma(one, IBV_WR_RDMA_WRITE, 16, 0, 0, 0, 0) == 0, "empty write");
    end_expect(one->cq, 16, IBV_WC_SUCCESS);
}

static int atomic(end_t *end, enum ibv_wr_opcode opcode, uint64_t remote, uint32_t rkey, uint64_t operand, uint64_t swap)
{
    struct ibv_sge piece = end_piece(end, 512, 8);
    struct ibv_send_wr wr = {.wr_id = 20, .sg_list = &piece, .num_sge = 1, .opcode = opcode, .send_flags = IBV_SEND_SIGNALED};
    wr.wr.atomic.remote_addr = remote;
    wr.wr.atomic.rkey = rkey;
    wr.wr.atomic.compare_add = operand;
    wr.wr.atomic.swap = swap;
    struct ibv_send_wr *bad = NULL;
    return ibv_post_send(end->qp, &wr, &bad);
}

static void atomics(end_t *one, end_t *other)
{
    uint64_t *word = (uint64_t *)(other->memory + 4096);
    uint64_t *result = (uint64_t *)(one->memory + 512);
    *word = 40;
    CHECK(atomic(one, IBV_WR_ATOMIC_FETCH_AND_ADD, (uintptr_t)word, other->mr->rkey, 2, 0) == 0, "fetch and add");
    CHECK(end_expect(one->cq, 20, IBV_WC_SUCCESS).opcode == IBV_WC_FETCH_ADD, "opcode");
    CHECK(*word == 42 && *result == 40, "%lu, was %lu", (unsigned long)*word, (unsigned long)*result);
    CHECK(atomic(one, IBV_WR_ATOMIC_CMP_AND_SWP, (uintptr_t)word, other->mr->rkey, 42, 7) == 0, "compare and swap");
    CHECK(end_expect(one->cq, 20, IBV_WC_SUCCESS).opcode == IBV_WC_COMP_SWAP, "opcode");
    CHECK(*word == 7 && *result == 42, "%lu, was %lu", (unsigned long)*word, (unsigned long)*result);
    CHECK(atomic(one, IBV_WR_ATOMIC_CMP_AND_SWP, (uintptr_t)word, other->mr->rkey, 42, 8) == 0, "compare and swap");
    end_expect(one->cq, 20, IBV_WC_SUCCESS);
    CHECK(*word == 7 && *result == 7, "%lu, was %lu", (unsigned long)*word, (unsigned long)*result);
}

static void other_names(end_t *one, end_t *other)
{
    /* Addresses of another space, and a region over a region. */
    struct ibv_mr *elsewhere = ibv_reg_mr_iova(other->pd, other->memory + 8192, 4096, 0x1000, END_ALL_ACCESS);
    CHECK(elsewhere != NULL, "region at another address");
    strcpy(one->memory, "elsewhere");
    CHECK(end_rdma(one, IBV_WR_RDMA_WRITE, 30, 0, 10, 0x1010, elsewhere->rkey) == 0, "write");
    end_expect(one->cq, 30, IBV_WC_SUCCESS);
    CHECK(strcmp(other->memory + 8192 + 16, "elsewhere") == 0, "'%s'", other->memory + 8208);
    uint32_t before = elsewhere->rkey;
    CHECK(ibv_rereg_mr(elsewhere, IBV_REREG_MR_CHANGE_TRANSLATION, NULL, other->memory + 16384, 4096, 0) == 0, "register again");
    CHECK(elsewhere->addr == other->memory + 16384 && elsewhere->rkey != before, "as before");
    CHECK(end_rdma(one, IBV_WR_RDMA_WRITE, 31, 0, 10, (uintptr_t)other->memory + 16384, elsewhere->rkey) == 0, "write");
    end_expect(one->cq, 31, IBV_WC_SUCCESS);
    CHECK(strcmp(other->memory + 16384, "elsewhere") == 0, "'%s'", other->memory + 16384);
    CHECK(ibv_dereg_mr(elsewhere) == 0, "deregister");
}

/* Memory of a stack, of the program's file, and that shares a page with another region. */
static void other_memory(end_t *one, end_t *other)
{
    static char of_the_file[6000] = "data";
    char of_the_stack[6000];
    char *of_the_heap = malloc(6000);
    CHECK(of_the_heap != NULL, "memory");
    struct ibv_mr *neighbour = ibv_reg_mr(other->pd, of_the_heap, 100, END_ALL_ACCESS);
    char *places[] = {of_the_file, of_the_stack, of_the_heap + 50};
    for (size_t i = 0; i < 3; i++) {
        char *place = places[i];
        memset(place, 0, 5900);
        struct ibv_mr *mr = ibv_reg_mr(other->pd, place, 5900, END_ALL_ACCESS);
        CHECK(mr != NULL, "region %zu", i);
        struct ibv_sge piece = {.addr = (uintptr_t)place, .length = 2000, .lkey = mr->lkey};
        struct ibv_recv_wr receive = {.wr_id = 40, .sg_list = &piece, .num_sge = 1};
        struct ibv_recv_wr *bad = NULL;
        CHECK(ibv_post_recv(other->qp, &receive, &bad) == 0, "post receive");
        memset(one->memory, 'a' + (int)i, 2000);
        CHECK(end_send(one, 41, 0, 1000, IBV_SEND_SIGNALED) == 0, "send");
        end_expect(one->cq, 41, IBV_WC_SUCCESS);
        CHECK(end_expect(other->cq, 40, IBV_WC_SUCCESS).byte_len == 1000, "length");
        CHECK(place[0] == 'a' + (int)i && place[999] == 'a' + (int)i && place[1000] == 0, "message in memory %zu", i);
        CHECK(end_rdma(one, IBV_WR_RDMA_WRITE, 42, 0, 2000, (uintptr_t)place + 3000, mr->rkey) == 0, "write");
        end_expect(one->cq, 42, IBV_WC_SUCCESS);
        CHECK(place[3000] == 'a' + (int)i && place[4999] == 'a' + (int)i && place[5000] == 0, "write to memory %zu", i);
        uint64_t *word = (uint64_t *)(((uintptr_t)place + 5007) & ~(uintptr_t)7);
        *word = 7;
        CHECK(atomic(one, IBV_WR_ATOMIC_FETCH_AND_ADD, (uintptr_t)word, mr->rkey, 2, 0) == 0, "atomic");
        end_expect(one->cq, 20, IBV_WC_SUCCESS);
        CHECK(*word == 9, "%lu", (unsigned long)*word);
        CHECK(ibv_dereg_mr(mr) == 0, "deregister");
    }

    CHECK(ibv_dereg_mr(neighbour) == 0, "deregister");
    free(of_the_heap);
}

static void both(enum ibv_qp_type type)
{
    end_options_t options = {.type = type, .receive_sge = 3};
    end_t one = end_make(&options);
    end_t other = end_make(&options);
    end_connect(&one, &other);
    send_and_receive(&one, &other);
    send_and_receive(&other, &one);
    inline_lists_and_silence(&one, &other);
    scattered(&one, &other);
    if (type == IBV_QPT_RC) {
        one_sided(&one, &other);
        atomics(&one, &other);
        other_names(&one, &other);
        other_memory(&one, &other);
    }

    end_free(&one);
    end_free(&other);
}

static void itself(void)
{
    end_options_t options = {.context = end_open_device()};
    options.pd = ibv_alloc_pd(options.context);
    end_t one = end_make(&options);
    end_t other = end_make(&options);
    end_connect(&one, &other);
    send_and_receive(&one, &other);
    one_sided(&one, &other);
    end_free(&one);

    /* A QP that is its own peer. */
    end_t alone = end_make(&options);
    end_name_t name = end_name(&alone);
    end_init(&alone);
    end_rtr(&alone, &name);
    end_rts(&alone);
    end_receive(&alone, 1, 64, 64);
    CHECK(end_send(&alone, 2, 0, 8, 0) == 0, "send to itself");
    end_expect(alone.cq, 1, IBV_WC_SUCCESS);
    end_free(&alone);
    end_free(&other);
    CHECK(ibv_dealloc_pd(options.pd) == 0 && ibv_close_device(options.context) == 0, "close");
}

int main(void)
{
    both(IBV_QPT_RC);
    both(IBV_QPT_UC);
    itself();
    puts("every operation did what it should");
    return 0;
}
