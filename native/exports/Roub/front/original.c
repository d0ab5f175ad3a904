/* The original libibverbs: its devices stay visible beside ours, and what it has for providers is handed on. It is opened by its
 * path, because its name may lead to this library. */
#include <dirent.h>
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "front.h"

static pthread_once_t opened = PTHREAD_ONCE_INIT;
static void *original;

static const char *const folders[] = {
    "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/lib64", "/lib",
};

static void *open_other(const char *path)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        return NULL;
    }

    /* The path may lead to this library, where it was installed under the original's name; that it depends on this one is well. */
    const void *marker = dlsym(handle, "urma_roub_marker");
    struct link_map *opened_map = NULL;
    Dl_info holder;
    if (marker != NULL && dladdr(marker, &holder) != 0 && dlinfo(handle, RTLD_DI_LINKMAP, &opened_map) == 0
        && (uintptr_t)holder.dli_fbase == (uintptr_t)opened_map->l_addr) {
        dlclose(handle);
        return NULL;
    }

    return handle;
}

struct search {
    const char *name;
    char path[PATH_MAX];
};

static int open_loaded(struct dl_phdr_info *info, size_t size, void *argument)
{
    (void)size;
    struct search *search = argument;
    const char *name = strrchr(info->dlpi_name, '/');
    if (name != NULL && strncmp(name + 1, search->name, strlen(search->name)) == 0) {
        snprintf(search->path, sizeof(search->path), "%s", info->dlpi_name);
    }

    return 0;
}

void *original_open(const char *name, const char *chosen)
{
    if (chosen != NULL && chosen[0] != '\0') {
        return open_other(chosen);
    }

    struct search search = {.name = name};
    dl_iterate_phdr(open_loaded, &search);
    void *found = search.path[0] == '\0' ? NULL : open_other(search.path);
    for (size_t i = 0; found == NULL && i < sizeof(folders) / sizeof(folders[0]); i++) {
        snprintf(search.path, sizeof(search.path), "%s/%s", folders[i], name);
        found = open_other(search.path);
    }

    return found;
}

static void open_original(void)
{
    original = original_open("libibverbs.so.1", getenv("URMA_ROUB_LIBIBVERBS"));
}

EXPORTED const char urma_roub_marker[] = "libibverbs of Urma.Net";

void *original_function(const char *name)
{
    pthread_once(&opened, open_original);
    void *function = original == NULL ? NULL : dlsym(original, name);
    if (function == NULL) {
        errno = ENOSYS;
    }

    return function;
}

bool original_has_devices(void)
{
    DIR *folder = opendir("/sys/class/infiniband_verbs");
    if (folder == NULL) {
        return false;
    }

    bool found = false;
    for (struct dirent *entry; !found && (entry = readdir(folder)) != NULL;) {
        found = strncmp(entry->d_name, "uverbs", 6) == 0;
    }

    closedir(folder);
    return found;
}
