/* A program that was not linked with libibverbs but looks for it by its name, as frameworks do. */
#include <dlfcn.h>
#include <infiniband/verbs.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

#define LOOK_UP(version, name) \
    name##_t name;                                                    \
    *(void **)&name = dlvsym(library, "ibv_" #name, version);         \
    CHECK(name != NULL, "%s", dlerror())

typedef struct ibv_device **(*get_device_list_t)(int *);
typedef void (*free_device_list_t)(struct ibv_device **);
typedef const char *(*get_device_name_t)(struct ibv_device *);
typedef struct ibv_context *(*open_device_t)(struct ibv_device *);
typedef int (*close_device_t)(struct ibv_context *);
typedef int (*query_device_t)(struct ibv_context *, struct ibv_device_attr *);
typedef struct ibv_mr *(*reg_mr_iova2_t)(struct ibv_pd *, void *, size_t, uint64_t, unsigned int);

int main(void)
{
    void *library = dlopen("libibverbs.so.1", RTLD_NOW | RTLD_LOCAL);
    CHECK(library != NULL, "%s", dlerror());
    LOOK_UP("IBVERBS_1.1", get_device_list);
    LOOK_UP("IBVERBS_1.1", free_device_list);
    LOOK_UP("IBVERBS_1.1", get_device_name);
    LOOK_UP("IBVERBS_1.1", open_device);
    LOOK_UP("IBVERBS_1.1", close_device);
    LOOK_UP("IBVERBS_1.1", query_device);
    LOOK_UP("IBVERBS_1.8", reg_mr_iova2);
    int count;
    struct ibv_device **devices = get_device_list(&count);
    CHECK(devices != NULL && count >= 1 && devices[count] == NULL, "%d devices", count);
    CHECK(strcmp(get_device_name(devices[0]), "urma0") == 0, "%s", get_device_name(devices[0]));
    struct ibv_context *context = open_device(devices[0]);
    CHECK(context != NULL, "open");
    struct ibv_device_attr attr;
    CHECK(query_device(context, &attr) == 0 && attr.phys_port_cnt == 1, "query");
    CHECK(close_device(context) == 0, "close");
    free_device_list(devices);
    CHECK(dlclose(library) == 0, "%s", dlerror());
    puts("found by its name");
    return 0;
}
