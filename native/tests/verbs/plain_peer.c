/* A verbs program that does what it is told on its standard input, a line each, and answers with a line: the far end for programs that are tested
 * against somebody who knows nothing but verbs. First it says LID:QPN:PSN:GID ADDRESS RKEY LENGTH and is told the other's LID:QPN:PSN:GID. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "end.h"

enum { LINE = 256, MOST_SHOWN = 64 };

static void say_name(const end_t *end)
{
    end_name_t name = end_name(end);
    printf("%04x:%06x:%06x:", name.lid, name.qp_num, name.psn);
    for (size_t i = 0; i < sizeof name.gid.raw; i++) {
        printf("%02x", name.gid.raw[i]);
    }

    printf(" %" PRIx64 " %x %x\n", name.address, name.rkey, END_BYTES);
}

static end_name_t hear_name(void)
{
    char line[LINE];
    CHECK(fgets(line, sizeof line, stdin) != NULL, "no address came");
    end_name_t name = {0};
    char gid[2 * sizeof name.gid.raw + 1];
    unsigned int lid;
    CHECK(sscanf(line, "%4x:%6x:%6x:%32s", &lid, &name.qp_num, &name.psn, gid) == 4, "no address: %s", line);
    name.lid = (uint16_t)lid;
    for (size_t i = 0; i < sizeof name.gid.raw; i++) {
        unsigned int byte;
        CHECK(sscanf(gid + 2 * i, "%2x", &byte) == 1, "no GID: %s", gid);
        name.gid.raw[i] = (uint8_t)byte;
    }

    return name;
}

/* Opcode, id, offset, length, remote address, rkey, first and second number: of enum ibv_wr_opcode the values up to IBV_WR_ATOMIC_FETCH_AND_ADD. */
static void post(end_t *end, const uint64_t *numbers)
{
    struct ibv_sge piece = end_piece(end, (size_t)numbers[2], (uint32_t)numbers[3]);
    struct ibv_send_wr wr = {
        .wr_id = numbers[1],
        .sg_list = &piece,
        .num_sge = numbers[3] == 0 ? 0 : 1,
        .opcode = (enum ibv_wr_opcode)numbers[0],
        .send_flags = IBV_SEND_SIGNALED,
        .imm_data = htonl((uint32_t)numbers[6]),
    };
    if (wr.opcode == IBV_WR_ATOMIC_CMP_AND_SWP || wr.opcode == IBV_WR_ATOMIC_FETCH_AND_ADD) {
        wr.wr.atomic.remote_addr = numbers[4];
        wr.wr.atomic.rkey = (uint32_t)numbers[5];
        wr.wr.atomic.compare_add = numbers[6];
        wr.wr.atomic.swap = numbers[7];
    } else {
        wr.wr.rdma.remote_addr = numbers[4];
        wr.wr.rdma.rkey = (uint32_t)numbers[5];
    }

    struct ibv_send_wr *bad = NULL;
    printf("posted %d\n", ibv_post_send(end->qp, &wr, &bad));
}

static void await(end_t *end)
{
    struct ibv_wc wc = end_wait(end->cq);
    int is_good = wc.status == IBV_WC_SUCCESS;
    int has_immediate = is_good && (wc.wc_flags & IBV_WC_WITH_IMM) != 0;
    printf("ended %" PRIu64 " %d %u %x\n", wc.wr_id, (int)wc.status, is_good ? wc.byte_len : 0, has_immediate ? ntohl(wc.imm_data) : 0);
}

static void show(const end_t *end, size_t offset, size_t length)
{
    CHECK(length <= MOST_SHOWN && offset <= END_BYTES - length, "show %zu+%zu", offset, length);
    printf("bytes ");
    for (size_t i = 0; i < length; i++) {
        printf("%02x", (unsigned char)end->memory[offset + i]);
    }

    puts("");
}

static void obey(end_t *end, const char *line)
{
    char word[16];
    int used = 0;
    CHECK(sscanf(line, "%15s%n", word, &used) == 1, "an empty line");
    uint64_t numbers[8] = {0};
    const char *rest = line + used;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char *next;
        numbers[i] = strtoull(rest, &next, 0);
        rest = next;
    }

    if (strcmp(word, "receive") == 0) {
        end_receive(end, numbers[0], (size_t)numbers[1], (uint32_t)numbers[2]);
        puts("posted 0");
    } else if (strcmp(word, "post") == 0) {
        post(end, numbers);
    } else if (strcmp(word, "wait") == 0) {
        await(end);
    } else if (strcmp(word, "fill") == 0) {
        CHECK(numbers[0] + numbers[1] <= END_BYTES, "fill %s", line);
        memset(end->memory + numbers[0], (int)numbers[2], (size_t)numbers[1]);
        puts("filled");
    } else {
        CHECK(strcmp(word, "show") == 0, "what is '%s'?", word);
        show(end, (size_t)numbers[0], (size_t)numbers[1]);
    }
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    end_t end = end_make(NULL);
    say_name(&end);
    end_name_t peer = hear_name();
    end_init(&end);
    end_rtr(&end, &peer);
    end_rts(&end);
    puts("connected");
    for (char line[LINE]; fgets(line, sizeof line, stdin) != NULL;) {
        obey(&end, line);
    }

    end_free(&end);
    return 0;
}
