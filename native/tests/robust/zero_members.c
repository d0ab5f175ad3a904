/* Live objects together with nothing: every function that takes more than one argument gets a good first one, and zeroed
 * structures or NULL for the rest. It must answer, and the objects must work afterwards. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "device.h"

#define REFUSES(call) CHECK((call) != URMA_SUCCESS, "success for nothing")
#define REFUSES_POINTER(call) CHECK((call) == NULL, "an object for nothing")

typedef struct objects {
    urma_context_t *context;
    urma_jfce_t *jfce;
    urma_jfc_t *jfc;
    urma_jfr_t *jfr;
    urma_jfs_t *jfs;
    urma_jetty_t *jetty;
    urma_target_jetty_t *target;
    urma_target_seg_t *segment;
    urma_notifier_t *notifier;
    unsigned char *memory;
} objects_t;

static objects_t create(void)
{
    objects_t objects = {.context = device_open(), .memory = device_memory(4096)};
    objects.segment = device_register(objects.context, objects.memory, 4096, URMA_ACCESS_LOCAL_ONLY);
    objects.jfce = urma_create_jfce(objects.context);
    urma_jfc_cfg_t completion = {.depth = 64, .jfce = objects.jfce};
    objects.jfc = urma_create_jfc(objects.context, &completion);
    urma_jfr_cfg_t receiving = {
        .depth = 16,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .trans_mode = URMA_TM_RM,
        .max_sge = 1,
        .jfc = objects.jfc,
        .token_value = {.token = DEVICE_TOKEN},
    };
    objects.jfr = urma_create_jfr(objects.context, &receiving);
    urma_jfs_cfg_t sending = {.depth = 16, .trans_mode = URMA_TM_RM, .max_sge = 1, .max_rsge = 1, .jfc = objects.jfc};
    objects.jfs = urma_create_jfs(objects.context, &sending);
    urma_jetty_cfg_t both = {
        .flag.bs = {.share_jfr = URMA_SHARE_JFR},
        .jfs_cfg = sending,
        .shared = {.jfr = objects.jfr},
    };
    objects.jetty = urma_create_jetty(objects.context, &both);
    objects.notifier = urma_create_notifier(objects.context);
    urma_rjetty_t itself = {
        .jetty_id = objects.jetty->jetty_id,
        .trans_mode = URMA_TM_RM,
        .type = URMA_JETTY,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .tp_type = device_path_type(objects.context, URMA_TM_RM),
    };
    urma_token_t token = {.token = DEVICE_TOKEN};
    objects.target = urma_import_jetty(objects.context, &itself, &token);
    CHECK(objects.target != NULL && objects.notifier != NULL && objects.jfs != NULL, "the objects");
    return objects;
}

static void configurations_of_zeros(const objects_t *objects)
{
    urma_jfc_cfg_t jfc;
    urma_jfr_cfg_t jfr;
    urma_jfs_cfg_t jfs;
    urma_jetty_cfg_t jetty;
    urma_seg_cfg_t segment;
    memset(&jfc, 0, sizeof(jfc));
    memset(&jfr, 0, sizeof(jfr));
    memset(&jfs, 0, sizeof(jfs));
    memset(&jetty, 0, sizeof(jetty));
    memset(&segment, 0, sizeof(segment));
    REFUSES_POINTER(urma_create_jfc(objects->context, &jfc));
    REFUSES_POINTER(urma_create_jfr(objects->context, &jfr));
    REFUSES_POINTER(urma_create_jfs(objects->context, &jfs));
    REFUSES_POINTER(urma_create_jetty(objects->context, &jetty));
    REFUSES_POINTER(urma_register_seg(objects->context, &segment));

    /* Everything but one member. */
    jfr.depth = jfs.depth = 8;
    jfr.jfc = jfs.jfc = objects->jfc;
    REFUSES_POINTER(urma_create_jfr(objects->context, &jfr));
    REFUSES_POINTER(urma_create_jfs(objects->context, &jfs));
    jfs.trans_mode = (urma_transport_mode_t)(URMA_TM_RM | URMA_TM_RC);
    REFUSES_POINTER(urma_create_jfs(objects->context, &jfs));
    jetty.jfs_cfg = (urma_jfs_cfg_t){.depth = 8, .trans_mode = URMA_TM_RM, .jfc = objects->jfc};
    jetty.flag.bs.share_jfr = URMA_SHARE_JFR;
    REFUSES_POINTER(urma_create_jetty(objects->context, &jetty));
    segment.va = UINT64_MAX - 100;
    segment.len = 4096;
    segment.flag.bs.access = URMA_ACCESS_READ;
    REFUSES_POINTER(urma_register_seg(objects->context, &segment));
    segment.va = 4096;
    segment.len = UINT64_MAX;
    REFUSES_POINTER(urma_register_seg(objects->context, &segment));
}

static void descriptors_of_zeros(const objects_t *objects)
{
    urma_rjetty_t jetty;
    urma_rjfr_t jfr;
    urma_seg_t segment;
    urma_token_t token = {.token = 0};
    urma_import_seg_flag_t flag = {.value = 0};
    memset(&jetty, 0, sizeof(jetty));
    memset(&jfr, 0, sizeof(jfr));
    memset(&segment, 0, sizeof(segment));
    REFUSES_POINTER(urma_import_jetty(objects->context, &jetty, &token));
    REFUSES_POINTER(urma_import_jfr(objects->context, &jfr, &token));
    REFUSES_POINTER(urma_import_seg(objects->context, &segment, &token, 0, flag));
    /* The right id and the wrong secret. */
    jetty.jetty_id = objects->jetty->jetty_id;
    jetty.trans_mode = URMA_TM_RM;
    jetty.type = URMA_JETTY;
    REFUSES_POINTER(urma_import_jetty(objects->context, &jetty, &token));
}

static void requests_of_zeros(const objects_t *objects)
{
    urma_jfs_wr_t request;
    urma_jfs_wr_t *refused = NULL;
    urma_jfr_wr_t receive;
    urma_jfr_wr_t *refused_receive = NULL;
    memset(&request, 0, sizeof(request));
    memset(&receive, 0, sizeof(receive));
    /* WRITE, opcode 0, to nobody. */
    REFUSES(urma_post_jfs_wr(objects->jfs, &request, &refused));
    REFUSES(urma_post_jetty_send_wr(objects->jetty, &request, &refused));
    request.tjetty = objects->target;
    request.rw.src.num_sge = UINT32_MAX;
    REFUSES(urma_post_jetty_send_wr(objects->jetty, &request, &refused));
    request.opcode = URMA_OPC_CAS;
    memset(&request.cas, 0, sizeof(request.cas));
    REFUSES(urma_post_jetty_send_wr(objects->jetty, &request, &refused));
    request.opcode = URMA_OPC_SEND;
    request.send = (urma_send_wr_t){.src = {.num_sge = 1}};
    REFUSES(urma_post_jetty_send_wr(objects->jetty, &request, &refused));
    receive.src.num_sge = 1;
    REFUSES(urma_post_jfr_wr(objects->jfr, &receive, &refused_receive));
    receive.src.num_sge = UINT32_MAX;
    REFUSES(urma_post_jetty_recv_wr(objects->jetty, &receive, &refused_receive));
    REFUSES(urma_post_jetty_send_wr(objects->jetty, NULL, &refused));
    REFUSES(urma_post_jetty_recv_wr(objects->jetty, NULL, &refused_receive));

    /* A local piece without a segment. */
    urma_sge_t nowhere = {.addr = (uint64_t)(uintptr_t)objects->memory, .len = 8};
    urma_jfs_wr_flag_t flag = {.bs = {.complete_enable = URMA_COMPLETE_ENABLE}};
    REFUSES(urma_send(objects->jfs, objects->target, NULL, nowhere.addr, 8, flag, 0));
    REFUSES(urma_recv(objects->jfr, NULL, nowhere.addr, 8, 0));
    REFUSES(urma_write(objects->jfs, objects->target, NULL, objects->segment, nowhere.addr, nowhere.addr, 8, flag, 0));
}

static void nothing_behind_a_good_argument(const objects_t *objects)
{
    REFUSES(urma_modify_jfc(objects->jfc, NULL));
    REFUSES(urma_modify_jfs(objects->jfs, NULL));
    REFUSES(urma_modify_jfr(objects->jfr, NULL));
    REFUSES(urma_modify_jetty(objects->jetty, NULL));
    REFUSES(urma_query_jfs(objects->jfs, NULL, NULL));
    REFUSES(urma_query_jfr(objects->jfr, NULL, NULL));
    REFUSES(urma_query_jetty(objects->jetty, NULL, NULL));
    REFUSES(urma_set_jfc_opt(objects->jfc, 0, NULL, 0));
    REFUSES(urma_get_jfc_opt(objects->jfc, 0, NULL, 0));
    REFUSES(urma_set_jfr_opt(objects->jfr, 0, NULL, 0));
    REFUSES(urma_get_jetty_opt(objects->jetty, 0, NULL, 0));
    REFUSES(urma_get_rjetty(objects->jetty, NULL, NULL));
    REFUSES(urma_get_seg_ctx(objects->segment, NULL, NULL));
    REFUSES(urma_bind_jetty(objects->jetty, NULL));
    REFUSES(urma_unbind_jetty(objects->jetty));
    REFUSES(urma_advise_jetty(objects->jetty, NULL));
    REFUSES(urma_advise_jfr(objects->jfs, NULL));
    REFUSES_POINTER(urma_import_jetty(objects->context, NULL, NULL));
    REFUSES_POINTER(urma_import_jetty_async(objects->notifier, NULL, NULL, 0, 0));
    REFUSES_POINTER(urma_create_jetty_grp(objects->context, NULL));
    REFUSES(urma_get_async_event(objects->context, NULL));
    REFUSES(urma_query_device(objects->context->dev, NULL));
    REFUSES(urma_delete_jfc_batch(NULL, 3, NULL));
    CHECK(urma_poll_jfc(objects->jfc, 0, NULL) <= 0 && urma_poll_jfc(objects->jfc, -1, NULL) < 0, "urma_poll_jfc");
    CHECK(urma_wait_jfc(objects->jfce, 0, 0, NULL) <= 0, "urma_wait_jfc");
    CHECK(urma_wait_notify(objects->notifier, 1, NULL, 0) < 0, "urma_wait_notify");
    CHECK(urma_flush_jetty(objects->jetty, 1, NULL) <= 0, "urma_flush_jetty");
    urma_ack_jfc(NULL, NULL, 3);
}

static void still_works(const objects_t *objects)
{
    uint64_t address = (uint64_t)(uintptr_t)objects->memory;
    urma_jfs_wr_flag_t flag = {.bs = {.complete_enable = URMA_COMPLETE_ENABLE}};
    CHECK(urma_recv(objects->jfr, objects->segment, address + 64, 8, 1) == URMA_SUCCESS, "urma_recv");
    objects->memory[0] = 0x42;
    CHECK(urma_send(objects->jfs, objects->target, objects->segment, address, 8, flag, 2) == URMA_SUCCESS, "urma_send");
    uint64_t contexts = 0;
    for (int i = 0; i < 2; i++) {
        urma_cr_t record = device_wait(objects->jfc);
        CHECK(record.status == URMA_CR_SUCCESS, "status %d", (int)record.status);
        contexts += record.user_ctx;
    }

    CHECK(contexts == 3 && objects->memory[64] == 0x42, "a message after all of this");
}

int main(void)
{
    objects_t objects = create();
    still_works(&objects);
    configurations_of_zeros(&objects);
    descriptors_of_zeros(&objects);
    requests_of_zeros(&objects);
    nothing_behind_a_good_argument(&objects);
    still_works(&objects);

    CHECK(urma_unimport_jetty(objects.target) == URMA_SUCCESS, "urma_unimport_jetty");
    CHECK(urma_delete_notifier(objects.notifier) == URMA_SUCCESS, "urma_delete_notifier");
    CHECK(urma_delete_jetty(objects.jetty) == URMA_SUCCESS, "urma_delete_jetty");
    CHECK(urma_delete_jfs(objects.jfs) == URMA_SUCCESS, "urma_delete_jfs");
    CHECK(urma_delete_jfr(objects.jfr) == URMA_SUCCESS, "urma_delete_jfr");
    CHECK(urma_delete_jfc(objects.jfc) == URMA_SUCCESS, "urma_delete_jfc");
    CHECK(urma_delete_jfce(objects.jfce) == URMA_SUCCESS, "urma_delete_jfce");
    CHECK(urma_unregister_seg(objects.segment) == URMA_SUCCESS, "urma_unregister_seg");
    device_close(objects.context);
    puts("zero members: survived");
    return 0;
}
