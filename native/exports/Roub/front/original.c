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

    /* The path may lead to this library, where it was installed under the original's name. */
    if (dlsym(handle, "urma_roub_marker") != NULL) {
        dlclose(handle);
        return NULL;
    }

    return handle;
}

static int open_loaded(struct dl_phdr_info *info, size_t size, void *found)
{
    (void)size;
    const char *name = strrchr(info->dlpi_name, '/');
    if (name == NULL || strncmp(name + 1, "libibverbs.so.1", 15) != 0) {
        return 0;
    }

    snprintf(found, PATH_MAX, "%s", info->dlpi_name);
    return 0;
}

static void open_original(void)
{
    const char *chosen = getenv("URMA_ROUB_LIBIBVERBS");
    if (chosen != NULL && chosen[0] != '\0') {
        original = open_other(chosen);
        return;
    }

    char path[PATH_MAX] = "";
    dl_iterate_phdr(open_loaded, path);
    if (path[0] != '\0') {
        original = open_other(path);
    }

    for (size_t i = 0; original == NULL && i < sizeof(folders) / sizeof(folders[0]); i++) {
        snprintf(path, sizeof(path), "%s/libibverbs.so.1", folders[i]);
        original = open_other(path);
    }
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
