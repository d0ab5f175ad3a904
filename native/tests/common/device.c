#include "device.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"

/* A newer library may write more than our headers know of. */
typedef union attributes {
    urma_device_attr_t known;
    unsigned char room[4096];
} attributes_t;

static urma_device_t *find_device(void)
{
    char *name = getenv("URMA_TEST_DEVICE");
    if (name != NULL) {
        urma_device_t *device = urma_get_device_by_name(name);
        CHECK(device != NULL, "there is no device %s", name);
        return device;
    }

    int count = 0;
    urma_device_t **devices = urma_get_device_list(&count);
    CHECK(devices != NULL && count > 0, "there is no device");
    /* The list goes, the devices stay until urma_uninit. */
    urma_device_t *device = devices[0];
    urma_free_device_list(devices);
    return device;
}

urma_context_t *device_open(void)
{
    urma_status_t status = urma_init(NULL);
    CHECK(status == URMA_SUCCESS || status == URMA_EEXIST, "urma_init: %d", status);

    urma_device_t *device = find_device();
    uint32_t count = 0;
    urma_eid_info_t *eids = urma_get_eid_list(device, &count);
    CHECK(eids != NULL && count > 0, "the device %s has no address", device->name);
    uint32_t eid_index = eids[0].eid_index;
    urma_free_eid_list(eids);

    urma_context_t *context = urma_create_context(device, eid_index);
    CHECK(context != NULL, "urma_create_context on %s", device->name);
    return context;
}

void device_close(urma_context_t *context)
{
    CHECK(urma_delete_context(context) == URMA_SUCCESS, "urma_delete_context: something of it lives");
    CHECK(urma_uninit() == URMA_SUCCESS, "urma_uninit");
}

urma_device_cap_t device_capabilities(const urma_context_t *context)
{
    static attributes_t attributes;
    memset(&attributes, 0, sizeof(attributes));
    CHECK(urma_query_device(context->dev, &attributes.known) == URMA_SUCCESS, "urma_query_device");
    return attributes.known.dev_cap;
}

urma_tp_type_t device_path_type(const urma_context_t *context, urma_transport_mode_t mode)
{
    urma_device_cap_t device = device_capabilities(context);
    urma_tp_type_cap_t paths = mode == URMA_TM_RC ? device.rc_tp_cap : mode == URMA_TM_RM ? device.rm_tp_cap : device.um_tp_cap;
    CHECK(paths.bs.rtp || paths.bs.ctp || paths.bs.utp, "the device has no transport path for mode %d", (int)mode);
    return paths.bs.rtp ? URMA_RTP : paths.bs.ctp ? URMA_CTP : URMA_UTP;
}

void *device_memory(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    CHECK(memory != MAP_FAILED, "mmap of %zu bytes", bytes);
    return memory;
}

urma_target_seg_t *device_register(urma_context_t *context, void *memory, size_t bytes, uint32_t access)
{
    urma_seg_cfg_t configuration = {
        .va = (uint64_t)(uintptr_t)memory,
        .len = bytes,
        .token_value = {.token = DEVICE_TOKEN},
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT, .access = access & 0x3f},
    };
    urma_target_seg_t *segment = urma_register_seg(context, &configuration);
    CHECK(segment != NULL, "urma_register_seg of %zu bytes", bytes);
    return segment;
}

urma_target_seg_t *device_import(urma_context_t *context, urma_seg_t *segment, uint32_t access)
{
    urma_token_t token = {.token = DEVICE_TOKEN};
    urma_import_seg_flag_t flag = {.bs = {.access = access & 0x3f}};
    urma_target_seg_t *imported = urma_import_seg(context, segment, &token, 0, flag);
    CHECK(imported != NULL, "urma_import_seg");
    return imported;
}

urma_cr_t device_wait(urma_jfc_t *jfc)
{
    uint64_t limit = check_now_ns() + CHECK_LIMIT_NS;
    urma_cr_t record;
    for (uint32_t turn = 0; !device_poll(jfc, &record); turn++) {
        CHECK(check_now_ns() < limit, "no completion came");
        /* With fewer cores than processes the other one must get its turn. */
        if (turn % 64 == 63) {
            sched_yield();
        }
    }

    return record;
}

int device_poll(urma_jfc_t *jfc, urma_cr_t *record)
{
    memset(record, 0xee, sizeof(*record));
    int found = urma_poll_jfc(jfc, 1, record);
    CHECK(found == 0 || found == 1, "urma_poll_jfc: %d", found);
    return found;
}
