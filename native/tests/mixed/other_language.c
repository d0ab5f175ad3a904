/* The C side of a conversation with a program in another language: descriptors travel as lines of hexadecimal digits over
 * standard input and output. It writes and adds into the other's memory, sends it a message, and receives one. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "device.h"

#define BYTES 4096U
#define DEPTH 16U

static const char text[] = "written by C";

static void print(const char *what, const void *bytes, size_t length)
{
    printf("%s ", what);
    for (size_t i = 0; i < length; i++) {
        printf("%02x", ((const unsigned char *)bytes)[i]);
    }

    printf("\n");
    fflush(stdout);
}

static void read_line(const char *what, void *bytes, size_t length)
{
    char word[32];
    CHECK(scanf("%31s", word) == 1 && strcmp(word, what) == 0, "a line with '%s' was expected", what);
    for (size_t i = 0; i < length; i++) {
        unsigned int value;
        CHECK(scanf("%2x", &value) == 1, "the descriptor is too short");
        ((unsigned char *)bytes)[i] = (unsigned char)value;
    }
}

static void post(urma_jetty_t *jetty, urma_jfc_t *jfc, urma_jfs_wr_t request)
{
    request.flag.bs.complete_enable = URMA_COMPLETE_ENABLE;
    urma_jfs_wr_t *refused = NULL;
    CHECK(urma_post_jetty_send_wr(jetty, &request, &refused) == URMA_SUCCESS, "urma_post_jetty_send_wr");
    urma_cr_t record = device_wait(jfc);
    CHECK(record.status == URMA_CR_SUCCESS && record.flag.bs.s_r == 0, "status %d", (int)record.status);
}

int main(void)
{
    urma_context_t *context = device_open();
    urma_jfc_cfg_t jfc_configuration = {.depth = 64};
    urma_jfc_t *jfc = urma_create_jfc(context, &jfc_configuration);
    urma_jfr_cfg_t jfr_configuration = {
        .depth = DEPTH,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .trans_mode = URMA_TM_RM,
        .max_sge = 1,
        .jfc = jfc,
        .token_value = {.token = DEVICE_TOKEN},
    };
    urma_jfr_t *jfr = urma_create_jfr(context, &jfr_configuration);
    urma_jetty_cfg_t configuration = {
        .flag.bs = {.share_jfr = URMA_SHARE_JFR},
        .jfs_cfg = {.depth = DEPTH, .trans_mode = URMA_TM_RM, .max_sge = 1, .rnr_retry = URMA_TYPICAL_RNR_RETRY, .jfc = jfc},
        .shared = {.jfr = jfr},
    };
    urma_jetty_t *jetty = urma_create_jetty(context, &configuration);
    CHECK(jetty != NULL, "urma_create_jetty");
    char *memory = device_memory(BYTES);
    urma_target_seg_t *segment = device_register(context, memory, BYTES, DEVICE_ACCESS_ALL);
    uint64_t local = (uint64_t)(uintptr_t)memory;
    CHECK(urma_recv(jfr, segment, local + 2048, 1024, 33) == URMA_SUCCESS, "urma_recv");

    print("segment", &segment->seg, sizeof(segment->seg));
    print("jetty", &jetty->jetty_id, sizeof(jetty->jetty_id));
    urma_seg_t their_segment;
    urma_rjetty_t theirs = {.trans_mode = URMA_TM_RM, .type = URMA_JETTY, .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT}};
    read_line("segment", &their_segment, sizeof(their_segment));
    read_line("jetty", &theirs.jetty_id, sizeof(theirs.jetty_id));

    urma_target_seg_t *remote = device_import(context, &their_segment, DEVICE_ACCESS_ALL);
    urma_token_t token = {.token = DEVICE_TOKEN};
    urma_target_jetty_t *target = urma_import_jetty(context, &theirs, &token);
    CHECK(target != NULL, "urma_import_jetty");

    strcpy(memory, text);
    urma_sge_t mine = {.addr = local, .len = sizeof(text), .tseg = segment};
    urma_sge_t there = {.addr = their_segment.ubva.va + 128, .len = sizeof(text), .tseg = remote};
    post(jetty, jfc, (urma_jfs_wr_t){
        .opcode = URMA_OPC_WRITE, .tjetty = target, .rw = {.src = {.sge = &mine, .num_sge = 1}, .dst = {.sge = &there, .num_sge = 1}}});

    urma_sge_t word = {.addr = their_segment.ubva.va, .len = 8, .tseg = remote};
    urma_sge_t before = {.addr = local + 512, .len = 8, .tseg = segment};
    post(jetty, jfc, (urma_jfs_wr_t){.opcode = URMA_OPC_FADD, .tjetty = target, .faa = {.dst = &word, .src = &before, .operand = 40}});
    uint64_t found;
    memcpy(&found, memory + 512, sizeof(found));
    CHECK(found == 2, "the word was %" PRIu64, found);

    post(jetty, jfc, (urma_jfs_wr_t){
        .opcode = URMA_OPC_SEND_IMM, .tjetty = target, .send = {.src = {.sge = &mine, .num_sge = 1}, .imm_data = 77}});

    urma_cr_t record = device_wait(jfc);
    CHECK(record.status == URMA_CR_SUCCESS && record.flag.bs.s_r == 1 && record.user_ctx == 33, "status %d", (int)record.status);
    CHECK(record.local_id == jetty->jetty_id.id && record.user_data == (uintptr_t)jetty, "for jetty %u", record.local_id);
    CHECK(memcmp(&record.remote_id, &theirs.jetty_id, sizeof(record.remote_id)) == 0, "from jetty %u", record.remote_id.id);
    printf("received %.*s\n", (int)record.completion_len, memory + 2048);

    CHECK(urma_unimport_jetty(target) == URMA_SUCCESS, "urma_unimport_jetty");
    CHECK(urma_unimport_seg(remote) == URMA_SUCCESS, "urma_unimport_seg");
    CHECK(urma_delete_jetty(jetty) == URMA_SUCCESS, "urma_delete_jetty");
    CHECK(urma_delete_jfr(jfr) == URMA_SUCCESS, "urma_delete_jfr");
    CHECK(urma_delete_jfc(jfc) == URMA_SUCCESS, "urma_delete_jfc");
    CHECK(urma_unregister_seg(segment) == URMA_SUCCESS, "urma_unregister_seg");
    device_close(context);
    return 0;
}
