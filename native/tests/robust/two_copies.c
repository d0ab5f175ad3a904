/* Two copies of the library in one process, as when a program and a plug-in each bring one: they do not share a word, and
 * their contexts reach each other over the fabric like those of two processes. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>
#include <ub/umdk/urma/urma_api.h>

#include "check.h"

#define TOKEN 77

typedef struct copy {
    urma_status_t (*init)(urma_init_attr_t *);
    urma_device_t **(*get_device_list)(int *);
    urma_context_t *(*create_context)(urma_device_t *, uint32_t);
    urma_target_seg_t *(*register_seg)(urma_context_t *, urma_seg_cfg_t *);
    urma_target_seg_t *(*import_seg)(urma_context_t *, urma_seg_t *, urma_token_t *, uint64_t, urma_import_seg_flag_t);
    urma_status_t (*unimport_seg)(urma_target_seg_t *);
    urma_status_t (*unregister_seg)(urma_target_seg_t *);
    urma_status_t (*delete_context)(urma_context_t *);
    urma_status_t (*uninit)(void);
} copy_t;

/* POSIX promises that a function's address fits into what dlsym returns; ISO C has no cast for it. */
static void find(void *library, const char *name, void *function)
{
    void *address = dlsym(library, name);
    CHECK(address != NULL, "%s: %s", name, dlerror());
    memcpy(function, &address, sizeof(address));
}

static copy_t load(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    CHECK(library != NULL, "%s", dlerror());
    copy_t copy;
    find(library, "urma_init", &copy.init);
    find(library, "urma_get_device_list", &copy.get_device_list);
    find(library, "urma_create_context", &copy.create_context);
    find(library, "urma_register_seg", &copy.register_seg);
    find(library, "urma_import_seg", &copy.import_seg);
    find(library, "urma_unimport_seg", &copy.unimport_seg);
    find(library, "urma_unregister_seg", &copy.unregister_seg);
    find(library, "urma_delete_context", &copy.delete_context);
    find(library, "urma_uninit", &copy.uninit);
    return copy;
}

/* Another file with the same contents is another library to the loader. */
static void duplicate(const copy_t *copy, char path[], size_t size)
{
    Dl_info found;
    void *address;
    memcpy(&address, &copy->init, sizeof(address));
    CHECK(dladdr(address, &found) != 0, "dladdr");
    snprintf(path, size, "/tmp/liburma-copy-%d.so", (int)getpid());
    int from = open(found.dli_fname, O_RDONLY);
    int to = open(path, O_WRONLY | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    struct stat file;
    CHECK(from >= 0 && to >= 0 && fstat(from, &file) == 0, "%s to %s", found.dli_fname, path);
    for (off_t done = 0; done < file.st_size;) {
        CHECK(sendfile(to, from, &done, (size_t)(file.st_size - done)) > 0, "sendfile");
    }

    close(from);
    close(to);
}

static urma_context_t *open_context(const copy_t *copy)
{
    CHECK(copy->init(NULL) == URMA_SUCCESS, "urma_init");
    int count = 0;
    urma_device_t **devices = copy->get_device_list(&count);
    CHECK(devices != NULL && count > 0, "no device");
    urma_context_t *context = copy->create_context(devices[0], 0);
    CHECK(context != NULL, "urma_create_context");
    return context;
}

int main(void)
{
    alarm(120);
    copy_t one = load("liburma.so.0");
    char path[64];
    duplicate(&one, path, sizeof(path));
    copy_t other = load(path);
    unlink(path);
    CHECK(one.init != other.init, "the loader took the copy for the original");

    urma_context_t *mine = open_context(&one);
    urma_context_t *theirs = open_context(&other);
    CHECK(mine->uasid != theirs->uasid, "two engines with one address");
    static _Alignas(4096) unsigned char memory[8192];
    urma_seg_cfg_t configuration = {
        .va = (uint64_t)(uintptr_t)memory,
        .len = sizeof(memory),
        .token_value = {.token = TOKEN},
        .flag.bs = {.token_policy = URMA_TOKEN_PLAIN_TEXT, .access = URMA_ACCESS_READ | URMA_ACCESS_WRITE},
    };
    urma_target_seg_t *offered = one.register_seg(mine, &configuration);
    CHECK(offered != NULL, "urma_register_seg");
    urma_token_t token = {.token = TOKEN};
    urma_import_seg_flag_t flag = {.bs = {.access = URMA_ACCESS_READ | URMA_ACCESS_WRITE, .mapping = URMA_SEG_MAPPED}};
    urma_target_seg_t *imported = other.import_seg(theirs, &offered->seg, &token, 0, flag);
    CHECK(imported != NULL, "urma_import_seg in the other copy");
    if (imported->mva != 0) {
        ((unsigned char *)(uintptr_t)imported->mva)[5000] = 99;
        CHECK(memory[5000] == 99, "what the other copy's mapping wrote");
    }

    CHECK(other.unregister_seg(offered) == URMA_EINVAL && one.unimport_seg(imported) == URMA_EINVAL, "an object of the other copy's was taken");
    CHECK(other.unimport_seg(imported) == URMA_SUCCESS, "urma_unimport_seg");
    CHECK(one.unregister_seg(offered) == URMA_SUCCESS, "urma_unregister_seg");
    CHECK(one.delete_context(mine) == URMA_SUCCESS && other.delete_context(theirs) == URMA_SUCCESS, "urma_delete_context");
    CHECK(one.uninit() == URMA_SUCCESS && other.uninit() == URMA_SUCCESS, "urma_uninit");
    puts("two copies: side by side");
    return 0;
}
