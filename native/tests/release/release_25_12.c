/* A liburma.so.0 as of release 25.12, made of the one beside its folder: 95 functions instead of 128, and device attributes
 * as they were then. Programs and providers that must run on both releases are tried on it. */
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ub/umdk/urma/urma_api.h>

#include "functions_25_12.h"

/* urma_device_attr_t of 25.12: the capabilities ended with tp_feature. */
#define OLD_CAPABILITIES 176

typedef struct old_attributes {
    urma_guid_t guid;
    unsigned char capabilities[OLD_CAPABILITIES];
    uint8_t port_cnt;
    urma_port_attr_t port_attr[MAX_PORT_CNT];
    uint32_t reserved_jetty_id_min;
    uint32_t reserved_jetty_id_max;
} old_attributes_t;

/* The structure had the alignment of the 64-bit members of its capabilities. */
_Static_assert(sizeof(old_attributes_t) == 364, "the last four bytes are padding");

#if defined(__x86_64__)
#define JUMP(name) "jmp *target_" name "(%rip)\n"
#elif defined(__aarch64__)
#define JUMP(name) "adrp x16, target_" name "\nldr x16, [x16, :lo12:target_" name "]\nbr x16\n"
#else
#error "no way to jump"
#endif

/* A jump with every register as it was, so that no signature has to be repeated. */
#define FORWARD(name)                                                   \
    __attribute__((visibility("hidden"))) void *target_##name;          \
    __asm__(".text\n.globl " #name "\n.type " #name ", %function\n" #name ":\n" JUMP(#name) ".size " #name ", . - " #name "\n");

FORWARDED_FUNCTIONS
#undef FORWARD

static urma_status_t (*query_device)(urma_device_t *device, urma_device_attr_t *attributes);

__attribute__((visibility("default")))
urma_status_t urma_query_device(urma_device_t *device, urma_device_attr_t *attributes)
{
    if (attributes == NULL) {
        return query_device(device, NULL);
    }

    union {
        urma_device_attr_t known;
        unsigned char room[4096];
    } now;
    urma_status_t status = query_device(device, &now.known);
    if (status == URMA_SUCCESS) {
        old_attributes_t then = {
            .guid = now.known.guid,
            .port_cnt = now.known.port_cnt,
            .reserved_jetty_id_min = now.known.reserved_jetty_id_min,
            .reserved_jetty_id_max = now.known.reserved_jetty_id_max,
        };
        memcpy(then.capabilities, &now.known.dev_cap, offsetof(urma_device_cap_t, priority_info));
        memcpy(then.port_attr, now.known.port_attr, sizeof(then.port_attr));
        memcpy(attributes, &then, sizeof(then));
    }

    return status;
}

static void *find(void *library, const char *name)
{
    void *address = dlsym(library, name);
    if (address == NULL) {
        fprintf(stderr, "release 25.12: %s\n", dlerror());
        abort();
    }

    return address;
}

__attribute__((constructor))
static void load_today(void)
{
    Dl_info self;
    char path[PATH_MAX];
    void *library = NULL;
    /* <folder>/release-25.12/liburma.so.0 stands for <folder>/liburma.so.0. */
    if (dladdr(&query_device, &self) != 0) {
        snprintf(path, sizeof(path), "%s", self.dli_fname);
        char *name = strrchr(path, '/');
        if (name != NULL) {
            snprintf(name, sizeof(path) - (size_t)(name - path), "/../liburma.so.0");
            library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        }
    }

    if (library == NULL) {
        fprintf(stderr, "release 25.12: %s\n", dlerror());
        abort();
    }

    void *found = find(library, "urma_query_device");
    memcpy(&query_device, &found, sizeof(query_device));
#define FORWARD(name) target_##name = find(library, #name);
    FORWARDED_FUNCTIONS
#undef FORWARD
}
