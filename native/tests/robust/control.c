/* The calls around the data path, in one process that is its own peer: devices, both life cycles of objects, tokens,
 * descriptors, asynchronous imports, groups, events, the log. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "device.h"

#define DEPTH 32U

typedef struct objects {
    urma_context_t *context;
    urma_jfc_t *jfc;
    urma_jfr_t *jfr;
} objects_t;

static bool readable(int descriptor)
{
    struct pollfd one = {.fd = descriptor, .events = POLLIN};
    return poll(&one, 1, (int)(CHECK_LIMIT_NS / 1000000)) == 1;
}

static urma_jfs_cfg_t sending(urma_transport_mode_t mode, urma_jfc_t *jfc)
{
    return (urma_jfs_cfg_t){
        .depth = DEPTH,
        .trans_mode = mode,
        .max_sge = 1,
        .max_rsge = 1,
        .rnr_retry = URMA_TYPICAL_RNR_RETRY,
        .err_timeout = URMA_TYPICAL_ERR_TIMEOUT,
        .jfc = jfc,
        .user_ctx = 5,
    };
}

static urma_jfr_t *create_jfr(urma_context_t *context, urma_transport_mode_t mode, urma_jfc_t *jfc)
{
    urma_jfr_cfg_t configuration = {
        .depth = DEPTH,
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .trans_mode = mode,
        .max_sge = 1,
        .jfc = jfc,
        .token_value = {.token = DEVICE_TOKEN},
    };
    urma_jfr_t *jfr = urma_create_jfr(context, &configuration);
    CHECK(jfr != NULL, "urma_create_jfr");
    return jfr;
}

static urma_jetty_t *try_jetty(const objects_t *objects, urma_transport_mode_t mode, urma_jfr_t *jfr, urma_jetty_grp_t *group)
{
    urma_jetty_cfg_t configuration = {
        .flag.bs = {.share_jfr = URMA_SHARE_JFR},
        .jfs_cfg = sending(mode, objects->jfc),
        .shared = {.jfr = jfr},
        .jetty_grp = group,
    };
    return urma_create_jetty(objects->context, &configuration);
}

static urma_jetty_t *create_jetty(const objects_t *objects, urma_transport_mode_t mode, urma_jfr_t *jfr, urma_jetty_grp_t *group)
{
    urma_jetty_t *jetty = try_jetty(objects, mode, jfr, group);
    CHECK(jetty != NULL, "urma_create_jetty");
    return jetty;
}

static void devices_are_found_in_each_way(urma_context_t *context)
{
    urma_device_t *device = context->dev;
    CHECK(urma_get_device_by_name(device->name) == device, "by the name %s", device->name);
    CHECK(urma_get_device_by_eid(context->eid, device->type) == device, "by its address");
    urma_eid_t nobody = {.in6 = {.subnet_prefix = 1, .interface_id = 2}};
    errno = 0;
    CHECK(urma_get_device_by_eid(nobody, device->type) == NULL && errno == ENODEV, "by an address that nobody has");
    CHECK(urma_get_device_by_name("no such device") == NULL && errno == ENODEV, "by a name that nobody has");

    urma_device_attr_t attributes;
    errno = 0;
    CHECK(urma_query_device(NULL, &attributes) == URMA_EINVAL && errno == EINVAL, "limits of nobody, errno %d", errno);
    urma_device_cap_t device_cap = device_capabilities(context);
    CHECK(device_cap.max_jfc > 0 && device_cap.max_jfs_depth >= DEPTH && device_cap.max_msg_size > 0, "limits");
    CHECK(context->uasid != 0 && context->async_fd >= 0, "the context's own members");
}

static void addresses_are_read_from_text(const urma_context_t *context)
{
    char text[URMA_EID_STR_LEN + 1];
    snprintf(text, sizeof(text), EID_FMT, EID_ARGS(context->eid));
    urma_eid_t eid;
    CHECK(urma_str_to_eid(text, &eid) == 0 && memcmp(&eid, &context->eid, sizeof(eid)) == 0, "%s", text);
    urma_eid_t mapped;
    urma_u32_to_eid(0x0a000102, &mapped);
    const unsigned char expected[URMA_EID_SIZE] = {[10] = 0xff, 0xff, 10, 0, 1, 2};
    CHECK(memcmp(mapped.raw, expected, sizeof(expected)) == 0, "10.0.1.2 as a number");
    CHECK(urma_str_to_eid("10.0.1.2", &eid) == 0 && memcmp(&eid, &mapped, sizeof(eid)) == 0, "10.0.1.2");
    CHECK(urma_str_to_eid("0x0a000102", &eid) == 0 && memcmp(&eid, &mapped, sizeof(eid)) == 0, "0x0a000102");
    CHECK(urma_str_to_eid("a000102", &eid) == 0 && memcmp(&eid, &mapped, sizeof(eid)) == 0, "a000102");
    CHECK(urma_str_to_eid("no address", &eid) == -EINVAL && urma_str_to_eid("1", &eid) == -EINVAL, "what is no address");
    CHECK(urma_str_to_eid(NULL, &eid) == -EINVAL && urma_str_to_eid(text, NULL) == -EINVAL, "NULL");
}

static void queues_tell_how_they_were_made(const objects_t *objects)
{
    urma_jfs_cfg_t configuration = sending(URMA_TM_RM, objects->jfc);
    urma_jfs_t *jfs = urma_create_jfs(objects->context, &configuration);
    CHECK(jfs != NULL, "urma_create_jfs");
    CHECK(configuration.flag.bs.order_type == URMA_OI, "order type %u was written back", configuration.flag.bs.order_type);

    urma_jfs_cfg_t found;
    urma_jfs_attr_t attributes;
    memset(&found, 0, sizeof(found));
    memset(&attributes, 0, sizeof(attributes));
    CHECK(urma_query_jfs(jfs, &found, &attributes) == URMA_SUCCESS, "urma_query_jfs");
    CHECK(found.depth >= DEPTH && found.trans_mode == URMA_TM_RM && attributes.state == URMA_JETTY_STATE_READY,
          "depth %u, mode %d, state %d", found.depth, (int)found.trans_mode, (int)attributes.state);
    CHECK(jfs->jfs_cfg.user_ctx == 5 && jfs->urma_ctx == objects->context, "the members of the JFS");

    urma_jfs_t *all[1] = {jfs};
    urma_jfs_t *bad = NULL;
    CHECK(urma_delete_jfs_batch(all, 1, &bad) == URMA_SUCCESS, "urma_delete_jfs_batch");
    urma_jfc_attr_t moderation = {.mask = JFC_MODERATE_COUNT | JFC_MODERATE_PERIOD, .moderate_count = 2, .moderate_period = 3};
    CHECK(urma_modify_jfc(objects->jfc, &moderation) == URMA_SUCCESS, "urma_modify_jfc");
    moderation.moderate_count = moderation.moderate_period = 0;
    CHECK(urma_modify_jfc(objects->jfc, &moderation) == URMA_SUCCESS, "urma_modify_jfc");
}

static void objects_can_be_made_in_steps(const objects_t *objects)
{
    urma_jfc_cfg_t configuration = {.depth = 8};
    urma_jfc_t *jfc = NULL;
    CHECK(urma_alloc_jfc(objects->context, &configuration, &jfc) == URMA_SUCCESS && jfc != NULL, "urma_alloc_jfc");
    uint32_t depth = 64;
    CHECK(urma_set_jfc_opt(jfc, URMA_JFC_DEPTH, &depth, sizeof(depth)) == URMA_SUCCESS, "urma_set_jfc_opt");
    depth = 0;
    CHECK(urma_get_jfc_opt(jfc, URMA_JFC_DEPTH, &depth, sizeof(depth)) == URMA_SUCCESS && depth == 64, "depth %u", depth);
    CHECK(urma_set_jfc_opt(jfc, 0x7777, &depth, sizeof(depth)) == URMA_EINVAL, "an option that does not exist");
    CHECK(urma_active_jfc(jfc) == URMA_SUCCESS, "urma_active_jfc");

    urma_jfs_cfg_t jfs_configuration = sending(URMA_TM_RM, jfc);
    urma_jfs_t *jfs = urma_create_jfs(objects->context, &jfs_configuration);
    CHECK(jfs != NULL, "a JFS on a JFC that was made in steps");
    CHECK(urma_delete_jfs(jfs) == URMA_SUCCESS, "urma_delete_jfs");
    jfs_configuration.depth = 0;
    CHECK(urma_alloc_jfs(objects->context, &jfs_configuration, &jfs) == URMA_EINVAL, "a JFS of depth 0");
    jfs_configuration = sending(URMA_TM_RM, jfc);
    CHECK(urma_alloc_jfs(objects->context, &jfs_configuration, &jfs) == URMA_SUCCESS, "urma_alloc_jfs");
    CHECK(jfs_configuration.flag.bs.order_type == URMA_OI, "order type %u was written back", jfs_configuration.flag.bs.order_type);
    CHECK(urma_free_jfs(jfs) == URMA_SUCCESS, "urma_free_jfs");
    CHECK(urma_deactive_jfc(jfc) == URMA_SUCCESS, "urma_deactive_jfc");
    CHECK(urma_free_jfc(jfc) == URMA_SUCCESS, "urma_free_jfc");
}

static void tokens_outlive_their_segments(const objects_t *objects)
{
    void *memory = device_memory(8192);
    urma_token_id_t *token = urma_alloc_token_id(objects->context);
    CHECK(token != NULL, "urma_alloc_token_id");
    urma_seg_cfg_t configuration = {
        .va = (uint64_t)(uintptr_t)memory,
        .len = 8192,
        .token_id = token,
        .token_value = {.token = DEVICE_TOKEN},
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT, .access = DEVICE_ACCESS_ALL, .token_id_valid = 1},
    };
    urma_target_seg_t *segment = urma_register_seg(objects->context, &configuration);
    CHECK(segment != NULL && segment->token_id == token, "urma_register_seg with a token id");
    CHECK(segment->seg.token_id == token->token_id && segment->seg.len == 8192, "the descriptor");
    CHECK(segment->seg.ubva.va == configuration.va && segment->seg.ubva.uasid == objects->context->uasid, "the address");
    CHECK(urma_free_token_id(token) != URMA_SUCCESS, "a token id in use was freed");

    urma_seg_t *descriptor = NULL;
    uint32_t size = 0;
    CHECK(urma_get_seg_ctx(segment, &descriptor, &size) == URMA_SUCCESS && size >= sizeof(urma_seg_t), "urma_get_seg_ctx");
    CHECK(memcmp(descriptor, &segment->seg, sizeof(urma_seg_t)) == 0, "two descriptors of one segment");
    urma_put_seg_ctx(descriptor);
    CHECK(urma_unregister_seg(segment) == URMA_SUCCESS, "urma_unregister_seg");
    CHECK(urma_free_token_id(token) == URMA_SUCCESS, "urma_free_token_id");
}

static urma_rjetty_t descriptor_of(urma_jetty_t *jetty, urma_tp_type_t path)
{
    urma_rjetty_t *descriptor = NULL;
    uint32_t length = 0;
    CHECK(urma_get_rjetty(jetty, &descriptor, &length) == URMA_SUCCESS && length >= sizeof(*descriptor), "urma_get_rjetty");
    urma_rjetty_t copy = *descriptor;
    urma_put_rjetty(descriptor);
    CHECK(memcmp(&copy.jetty_id, &jetty->jetty_id, sizeof(copy.jetty_id)) == 0, "the id in the descriptor");
    copy.flag.bs.token_policy = URMA_TOKEN_PLAIN_TEXT;
    copy.type = URMA_JETTY;
    copy.tp_type = path;
    return copy;
}

static urma_notify_t next_notification(urma_notifier_t *notifier)
{
    CHECK(readable(notifier->fd), "nothing was notified");
    urma_notify_t notification;
    CHECK(urma_wait_notify(notifier, 1, &notification, 1000) == 1, "urma_wait_notify");
    CHECK(notification.status == URMA_SUCCESS, "status %d", notification.status);
    return notification;
}

static void imports_can_be_asynchronous(const objects_t *objects)
{
    urma_jfr_t *jfr = create_jfr(objects->context, URMA_TM_RC, objects->jfc);
    urma_jetty_t *jetty = create_jetty(objects, URMA_TM_RC, jfr, NULL);
    urma_jetty_t *other = create_jetty(objects, URMA_TM_RC, jfr, NULL);
    urma_rjetty_t descriptor = descriptor_of(other, device_path_type(objects->context, URMA_TM_RC));
    urma_notifier_t *notifier = urma_create_notifier(objects->context);
    CHECK(notifier != NULL && notifier->fd >= 0, "urma_create_notifier");
    urma_token_t token = {.token = DEVICE_TOKEN};

    urma_target_jetty_t *target = urma_import_jetty_async(notifier, &descriptor, &token, 11, 1000);
    CHECK(target != NULL, "urma_import_jetty_async");
    urma_notify_t notification = next_notification(notifier);
    CHECK(notification.type == URMA_IMPORT_JETTY_NOTIFY && notification.user_ctx == 11 && notification.tjetty == target,
          "the notification of an import");
    CHECK(urma_ack_notify(objects->context, 1, &notification) == URMA_SUCCESS, "urma_ack_notify");

    CHECK(urma_bind_jetty_async(notifier, jetty, target, 12, 1000) == URMA_SUCCESS, "urma_bind_jetty_async");
    notification = next_notification(notifier);
    CHECK(notification.type == URMA_BIND_JETTY_NOTIFY && notification.user_ctx == 12 && notification.jetty == jetty,
          "the notification of a bind");
    CHECK(urma_wait_notify(notifier, 1, &notification, 0) == 0, "one notification too many");

    CHECK(urma_unbind_jetty_async(jetty) == URMA_SUCCESS, "urma_unbind_jetty_async");
    CHECK(urma_unimport_jetty_async(target) == URMA_SUCCESS, "urma_unimport_jetty_async");
    CHECK(urma_delete_notifier(notifier) == URMA_SUCCESS, "urma_delete_notifier");
    CHECK(urma_delete_jetty(jetty) == URMA_SUCCESS && urma_delete_jetty(other) == URMA_SUCCESS, "urma_delete_jetty");
    CHECK(urma_delete_jfr(jfr) == URMA_SUCCESS, "urma_delete_jfr");
}

/* What a program does that did not wait for the notice: it is refused, and nothing is written into memory that is free. */
static void nothing_goes_while_the_background_uses_it(const objects_t *objects)
{
    urma_jfr_t *jfr = create_jfr(objects->context, URMA_TM_RC, objects->jfc);
    urma_jetty_t *other = create_jetty(objects, URMA_TM_RC, jfr, NULL);
    urma_rjetty_t descriptor = descriptor_of(other, device_path_type(objects->context, URMA_TM_RC));
    urma_notifier_t *notifier = urma_create_notifier(objects->context);
    CHECK(notifier != NULL, "urma_create_notifier");
    urma_token_t token = {.token = DEVICE_TOKEN};
    for (int round = 0; round < 100; round++) {
        urma_target_jetty_t *target = urma_import_jetty_async(notifier, &descriptor, &token, 0, 1000);
        CHECK(target != NULL, "urma_import_jetty_async");
        bool gone = urma_unimport_jetty(target) == URMA_SUCCESS;
        CHECK(next_notification(notifier).tjetty == target, "the notification of an import");
        if (gone) {
            continue;
        }

        urma_jetty_t *jetty = create_jetty(objects, URMA_TM_RC, jfr, NULL);
        CHECK(urma_bind_jetty_async(notifier, jetty, target, 0, 1000) == URMA_SUCCESS, "urma_bind_jetty_async");
        gone = urma_delete_jetty(jetty) == URMA_SUCCESS;
        CHECK(next_notification(notifier).jetty == jetty, "the notification of a bind");
        CHECK(gone || urma_delete_jetty(jetty) == URMA_SUCCESS, "urma_delete_jetty after round %d", round);
        CHECK(urma_unimport_jetty(target) == URMA_SUCCESS, "a deleted jetty is bound after round %d", round);
    }

    CHECK(urma_delete_notifier(notifier) == URMA_SUCCESS, "urma_delete_notifier");
    CHECK(urma_delete_jetty(other) == URMA_SUCCESS, "urma_delete_jetty");
    CHECK(urma_delete_jfr(jfr) == URMA_SUCCESS, "urma_delete_jfr");
}

static void groups_have_members(const objects_t *objects)
{
    urma_jetty_grp_cfg_t configuration = {
        .name = "group",
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT},
        .token_value = {.token = DEVICE_TOKEN},
        .policy = URMA_JETTY_GRP_POLICY_RR,
    };
    urma_jetty_grp_t *group = urma_create_jetty_grp(objects->context, &configuration);
    CHECK(group != NULL, "urma_create_jetty_grp");
    urma_jetty_t *jetty = create_jetty(objects, URMA_TM_RM, objects->jfr, group);
    CHECK(group->jetty_cnt == 1, "%u members", group->jetty_cnt);
    CHECK(urma_delete_jetty_grp(group) != URMA_SUCCESS, "a group with a member was deleted");
    CHECK(urma_delete_jetty(jetty) == URMA_SUCCESS, "urma_delete_jetty");
    CHECK(urma_delete_jetty_grp(group) == URMA_SUCCESS, "urma_delete_jetty_grp");
}

/* What was refused leaves nothing behind: all that it named can be deleted. */
static void full_groups_refuse(const objects_t *objects)
{
    urma_jfr_t *jfr = create_jfr(objects->context, URMA_TM_RM, objects->jfc);
    urma_jetty_grp_cfg_t configuration = {.name = "full", .policy = URMA_JETTY_GRP_POLICY_RR};
    urma_jetty_grp_t *group = urma_create_jetty_grp(objects->context, &configuration);
    CHECK(group != NULL, "urma_create_jetty_grp");
    urma_jetty_t *members[URMA_MAX_JETTY_IN_JETTY_GRP];
    for (unsigned i = 0; i < URMA_MAX_JETTY_IN_JETTY_GRP; i++) {
        members[i] = create_jetty(objects, URMA_TM_RM, jfr, group);
    }

    CHECK(try_jetty(objects, URMA_TM_RM, jfr, group) == NULL && errno == EINVAL, "errno %d of a member too many", errno);
    CHECK(group->jetty_cnt == URMA_MAX_JETTY_IN_JETTY_GRP, "%u members", group->jetty_cnt);
    CHECK(urma_delete_jetty(members[0]) == URMA_SUCCESS, "urma_delete_jetty");
    members[0] = create_jetty(objects, URMA_TM_RM, jfr, group);
    for (unsigned i = 0; i < URMA_MAX_JETTY_IN_JETTY_GRP; i++) {
        CHECK(urma_delete_jetty(members[i]) == URMA_SUCCESS, "urma_delete_jetty");
    }

    CHECK(urma_delete_jetty_grp(group) == URMA_SUCCESS, "urma_delete_jetty_grp");
    CHECK(urma_delete_jfr(jfr) == URMA_SUCCESS, "something was left at the JFR");
}

/* Where the software device keeps an import; it takes the place again that was given back last. */
static uint32_t place_of_an_import(const objects_t *objects, urma_rjetty_t *descriptor, urma_token_t *token)
{
    urma_target_jetty_t *target = urma_import_jetty(objects->context, descriptor, token);
    CHECK(target != NULL, "urma_import_jetty");
    uint32_t place = (uint32_t)target->handle;
    CHECK(urma_unimport_jetty(target) == URMA_SUCCESS, "urma_unimport_jetty");
    return place;
}

/* The second member's secret, as the group tells it, is wrong: the first one's import is given back. */
static void failed_imports_of_a_group_leave_nothing(const objects_t *objects)
{
    urma_jfr_t *jfr = create_jfr(objects->context, URMA_TM_RM, objects->jfc);
    jfr->jfr_cfg.token_value.token++;
    urma_jetty_grp_cfg_t configuration = {.name = "half", .policy = URMA_JETTY_GRP_POLICY_RR};
    urma_jetty_grp_t *group = urma_create_jetty_grp(objects->context, &configuration);
    CHECK(group != NULL, "urma_create_jetty_grp");
    urma_jetty_t *first = create_jetty(objects, URMA_TM_RM, objects->jfr, group);
    urma_jetty_t *second = create_jetty(objects, URMA_TM_RM, jfr, group);

    urma_token_t token = {.token = DEVICE_TOKEN};
    urma_rjetty_t good = descriptor_of(first, device_path_type(objects->context, URMA_TM_RM));
    urma_rjetty_t bad = good;
    bad.jetty_id = group->jetty_grp_id;
    bad.type = URMA_JETTY_GROUP;
    uint32_t place = place_of_an_import(objects, &good, &token);
    for (int i = 0; i < 3; i++) {
        CHECK(urma_import_jetty(objects->context, &bad, &token) == NULL, "a group with a wrong secret was imported");
    }

    CHECK(place_of_an_import(objects, &good, &token) == place, "an import that failed keeps a place");
    CHECK(urma_delete_jetty(first) == URMA_SUCCESS && urma_delete_jetty(second) == URMA_SUCCESS, "urma_delete_jetty");
    CHECK(urma_delete_jetty_grp(group) == URMA_SUCCESS, "urma_delete_jetty_grp");
    CHECK(urma_delete_jfr(jfr) == URMA_SUCCESS, "urma_delete_jfr");
}

/* A program that does not poll loses records, and is told so. */
static void overflows_are_events(const objects_t *objects)
{
    urma_jfc_cfg_t small = {.depth = 4};
    urma_jfc_t *jfc = urma_create_jfc(objects->context, &small);
    CHECK(jfc != NULL, "urma_create_jfc");
    urma_jfs_cfg_t configuration = sending(URMA_TM_RM, jfc);
    configuration.depth = 1024;
    urma_jfs_t *jfs = urma_create_jfs(objects->context, &configuration);
    CHECK(jfs != NULL, "urma_create_jfs");
    urma_jfs_wr_t request = {.opcode = URMA_OPC_NOP, .flag.bs = {.complete_enable = URMA_COMPLETE_ENABLE}};
    urma_jfs_wr_t *refused = NULL;
    for (int i = 0; i < 1024 && urma_post_jfs_wr(jfs, &request, &refused) == URMA_SUCCESS; i++) {
    }

    CHECK(readable(objects->context->async_fd), "no event of a JFC that ran over");
    urma_async_event_t event;
    CHECK(urma_get_async_event(objects->context, &event) == URMA_SUCCESS, "urma_get_async_event");
    CHECK(event.event_type == URMA_EVENT_JFC_ERR && event.element.jfc == jfc, "event %d", (int)event.event_type);
    CHECK(event.urma_ctx == objects->context, "the context of the event");
    urma_ack_async_event(&event);
    CHECK(fcntl(objects->context->async_fd, F_SETFL, O_NONBLOCK) == 0, "fcntl");
    CHECK(urma_get_async_event(objects->context, &event) == URMA_EAGAIN, "an event of nothing");
    CHECK(urma_delete_jfs(jfs) == URMA_SUCCESS, "urma_delete_jfs");
    CHECK(urma_delete_jfc(jfc) == URMA_SUCCESS, "urma_delete_jfc");
}

static void queues_in_error_take_nothing(const objects_t *objects)
{
    unsigned char *memory = device_memory(4096);
    urma_target_seg_t *segment = device_register(objects->context, memory, 4096, URMA_ACCESS_LOCAL_ONLY);
    urma_jfr_t *jfr = create_jfr(objects->context, URMA_TM_RM, objects->jfc);
    uint64_t address = (uint64_t)(uintptr_t)memory;
    CHECK(urma_recv(jfr, segment, address, 64, 0) == URMA_SUCCESS, "urma_recv");
    urma_jfr_attr_t attributes = {.mask = JFR_STATE, .state = URMA_JFR_STATE_ERROR};
    CHECK(urma_modify_jfr(jfr, &attributes) == URMA_SUCCESS, "urma_modify_jfr");
    urma_cr_t record = device_wait(objects->jfc);
    CHECK(record.status == URMA_CR_WR_FLUSH_ERR && record.user_ctx == 0 && record.flag.bs.s_r == 1, "status %d",
          (int)record.status);
    CHECK(urma_recv(jfr, segment, address, 64, 1) != URMA_SUCCESS, "a JFR in error took a receive");

    urma_jfs_cfg_t configuration = sending(URMA_TM_RM, objects->jfc);
    urma_jfs_t *jfs = urma_create_jfs(objects->context, &configuration);
    CHECK(jfs != NULL, "urma_create_jfs");
    urma_jfs_attr_t stopped = {.mask = JFS_STATE, .state = URMA_JETTY_STATE_ERROR};
    CHECK(urma_modify_jfs(jfs, &stopped) == URMA_SUCCESS, "urma_modify_jfs");
    urma_jfs_wr_t request = {.opcode = URMA_OPC_NOP, .flag.bs = {.complete_enable = URMA_COMPLETE_ENABLE}};
    urma_jfs_wr_t *refused = NULL;
    CHECK(urma_post_jfs_wr(jfs, &request, &refused) != URMA_SUCCESS && refused == &request, "a JFS in error took a request");
    urma_cr_t records[1];
    CHECK(urma_flush_jfs(jfs, 1, records) == 0, "something was flushed that was never posted");
    CHECK(urma_delete_jfs(jfs) == URMA_SUCCESS, "urma_delete_jfs");
    CHECK(urma_delete_jfr(jfr) == URMA_SUCCESS, "urma_delete_jfr");
    CHECK(urma_unregister_seg(segment) == URMA_SUCCESS, "urma_unregister_seg");
}

static int logged;

static void on_log(int level, char *message)
{
    CHECK(level >= 0 && level < URMA_VLOG_LEVEL_MAX && message != NULL, "a line of the log");
    logged++;
}

static void the_log_can_be_the_programs(const objects_t *objects)
{
    CHECK(urma_register_log_func(on_log) == URMA_SUCCESS, "urma_register_log_func");
    logged = 0;
    urma_jfc_cfg_t impossible = {.depth = UINT32_MAX};
    CHECK(urma_create_jfc(objects->context, &impossible) == NULL, "a JFC of any depth");
    CHECK(logged > 0, "nothing was logged");
    CHECK(urma_unregister_log_func() == URMA_SUCCESS, "urma_unregister_log_func");
}

int main(void)
{
    objects_t objects = {.context = device_open()};
    urma_jfc_cfg_t configuration = {.depth = 4 * DEPTH};
    objects.jfc = urma_create_jfc(objects.context, &configuration);
    CHECK(objects.jfc != NULL, "urma_create_jfc");
    objects.jfr = create_jfr(objects.context, URMA_TM_RM, objects.jfc);

    devices_are_found_in_each_way(objects.context);
    addresses_are_read_from_text(objects.context);
    queues_tell_how_they_were_made(&objects);
    objects_can_be_made_in_steps(&objects);
    tokens_outlive_their_segments(&objects);
    imports_can_be_asynchronous(&objects);
    nothing_goes_while_the_background_uses_it(&objects);
    groups_have_members(&objects);
    full_groups_refuse(&objects);
    failed_imports_of_a_group_leave_nothing(&objects);
    queues_in_error_take_nothing(&objects);
    the_log_can_be_the_programs(&objects);
    overflows_are_events(&objects);

    CHECK(urma_delete_jfr(objects.jfr) == URMA_SUCCESS, "urma_delete_jfr");
    CHECK(urma_delete_jfc(objects.jfc) == URMA_SUCCESS, "urma_delete_jfc");
    device_close(objects.context);
    puts("control: as documented");
    return 0;
}
