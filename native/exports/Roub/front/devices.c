/* Devices: ours first, because whoever loads this library means them, then the original library's. */
#include <stdlib.h>
#include <string.h>

#include "front.h"

extern int roub_devices(struct ibv_device **devices, int room);
extern __be64 roub_device_guid(struct ibv_device *device);
extern struct ibv_context *roub_open_device(struct ibv_device *device);

enum { MOST_DEVICES = 64 };

/* Before the list that a program gets stands the one that the original library wants back. */
struct list {
    struct ibv_device **original;
    struct ibv_device *devices[];
};

static struct ibv_device **original_list(int *count)
{
    *count = 0;
    if (!original_has_devices()) {
        return NULL;
    }

    struct ibv_device **(*get)(int *) = (struct ibv_device **(*)(int *))original_function("ibv_get_device_list");
    return get == NULL ? NULL : get(count);
}

EXPORTED struct ibv_device **(ibv_get_device_list)(int *num_devices)
{
    struct ibv_device *own[MOST_DEVICES];
    int own_count = runtime_enter() ? roub_devices(own, MOST_DEVICES) : 0;
    int original_count;
    struct ibv_device **originals = original_list(&original_count);
    struct list *list = calloc(1, sizeof(struct list) + sizeof(struct ibv_device *) * (size_t)(own_count + original_count + 1));
    if (list == NULL) {
        errno = ENOMEM;
        return NULL;
    }

    list->original = originals;
    memcpy(list->devices, own, sizeof(struct ibv_device *) * (size_t)own_count);
    if (original_count > 0) {
        memcpy(list->devices + own_count, originals, sizeof(struct ibv_device *) * (size_t)original_count);
    }

    if (num_devices != NULL) {
        *num_devices = own_count + original_count;
    }

    return list->devices;
}

EXPORTED void ibv_free_device_list(struct ibv_device **devices)
{
    if (devices == NULL) {
        return;
    }

    struct list *list = (struct list *)((char *)devices - offsetof(struct list, devices));
    if (list->original != NULL) {
        void (*give_back)(struct ibv_device **) = (void (*)(struct ibv_device **))original_function("ibv_free_device_list");
        if (give_back != NULL) {
            give_back(list->original);
        }
    }

    free(list);
}

EXPORTED const char *ibv_get_device_name(struct ibv_device *device)
{
    return device->name;
}

EXPORTED int ibv_get_device_index(struct ibv_device *device)
{
    if (is_own_device(device)) {
        return -1;
    }

    int (*original)(struct ibv_device *) = (int (*)(struct ibv_device *))original_function("ibv_get_device_index");
    return original == NULL ? -1 : original(device);
}

EXPORTED __be64 ibv_get_device_guid(struct ibv_device *device)
{
    if (is_own_device(device)) {
        return runtime_enter() ? roub_device_guid(device) : 0;
    }

    __be64 (*original)(struct ibv_device *) = (__be64(*)(struct ibv_device *))original_function("ibv_get_device_guid");
    return original == NULL ? 0 : original(device);
}

EXPORTED struct ibv_context *ibv_open_device(struct ibv_device *device)
{
    if (is_own_device(device)) {
        if (!runtime_enter()) {
            errno = EIO;
            return NULL;
        }

        return roub_open_device(device);
    }

    struct ibv_context *(*original)(struct ibv_device *) =
        (struct ibv_context * (*)(struct ibv_device *)) original_function("ibv_open_device");
    return original == NULL ? NULL : original(device);
}
