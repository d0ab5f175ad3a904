/* A library that brings a runtime with it must not be noticed by the program that loads it: dlopen and dlclose, signals,
 * fork before and after the first use. */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <ub/umdk/urma/urma_api.h>

#include "check.h"

typedef struct library {
    void *handle;
    urma_status_t (*init)(urma_init_attr_t *);
    urma_status_t (*uninit)(void);
    urma_device_t **(*get_device_list)(int *);
    void (*free_device_list)(urma_device_t **);
    urma_context_t *(*create_context)(urma_device_t *, uint32_t);
    urma_status_t (*delete_context)(urma_context_t *);
    urma_jfc_t *(*create_jfc)(urma_context_t *, urma_jfc_cfg_t *);
    urma_status_t (*delete_jfc)(urma_jfc_t *);
    int (*poll_jfc)(urma_jfc_t *, int, urma_cr_t *);
} library_t;

static volatile sig_atomic_t pipe_signals;

static void on_pipe(int signal_number)
{
    (void)signal_number;
    pipe_signals++;
}

/* POSIX promises that a function's address fits into what dlsym returns; ISO C has no cast for it. */
static void find(void *handle, const char *name, void *function)
{
    void *address = dlsym(handle, name);
    CHECK(address != NULL, "%s: %s", name, dlerror());
    memcpy(function, &address, sizeof(address));
}

static library_t load(void)
{
    library_t library = {.handle = dlopen("liburma.so.0", RTLD_NOW | RTLD_LOCAL)};
    CHECK(library.handle != NULL, "%s", dlerror());
    find(library.handle, "urma_init", &library.init);
    find(library.handle, "urma_uninit", &library.uninit);
    find(library.handle, "urma_get_device_list", &library.get_device_list);
    find(library.handle, "urma_free_device_list", &library.free_device_list);
    find(library.handle, "urma_create_context", &library.create_context);
    find(library.handle, "urma_delete_context", &library.delete_context);
    find(library.handle, "urma_create_jfc", &library.create_jfc);
    find(library.handle, "urma_delete_jfc", &library.delete_jfc);
    find(library.handle, "urma_poll_jfc", &library.poll_jfc);
    return library;
}

static urma_context_t *open_context(const library_t *library)
{
    CHECK(library->init(NULL) == URMA_SUCCESS, "urma_init");
    int count = 0;
    urma_device_t **devices = library->get_device_list(&count);
    CHECK(devices != NULL && count > 0, "no device");
    urma_context_t *context = library->create_context(devices[0], 0);
    CHECK(context != NULL, "urma_create_context");
    library->free_device_list(devices);
    return context;
}

static void use(const library_t *library)
{
    urma_context_t *context = open_context(library);
    urma_jfc_cfg_t configuration = {.depth = 16};
    urma_jfc_t *jfc = library->create_jfc(context, &configuration);
    CHECK(jfc != NULL, "urma_create_jfc");
    urma_cr_t record;
    CHECK(library->poll_jfc(jfc, 1, &record) == 0, "a record of nothing");
    CHECK(library->delete_jfc(jfc) == URMA_SUCCESS, "urma_delete_jfc");
    CHECK(library->delete_context(context) == URMA_SUCCESS, "urma_delete_context");
    CHECK(library->uninit() == URMA_SUCCESS, "urma_uninit");
}

static void ends_well(pid_t child, const char *what)
{
    CHECK(child > 0, "fork");
    uint64_t limit = check_now_ns() + CHECK_LIMIT_NS;
    int status = 0;
    while (waitpid(child, &status, WNOHANG) == 0) {
        if (check_now_ns() > limit) {
            kill(child, SIGKILL);
            check_failed(__FILE__, __LINE__, "the child ended", "%s: it hangs", what);
        }

        usleep(1000);
    }

    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: status %d", what, status);
}

static void child_uses_a_library_that_the_parent_only_loaded(const library_t *library)
{
    pid_t child = fork();
    if (child == 0) {
        use(library);
        _exit(0);
    }

    ends_well(child, "the first use in a child");
}

/* The threads of the runtime did not come along: nothing may work, and nothing may hang. */
static void child_inherits_a_library_in_use(const library_t *library)
{
    urma_context_t *context = open_context(library);
    urma_jfc_cfg_t configuration = {.depth = 16};
    urma_jfc_t *jfc = library->create_jfc(context, &configuration);
    CHECK(jfc != NULL, "urma_create_jfc");

    pid_t child = fork();
    if (child == 0) {
        urma_cr_t record;
        CHECK(library->poll_jfc(jfc, 1, &record) < 0, "an inherited JFC answers");
        CHECK(library->create_jfc(context, &configuration) == NULL, "an inherited context makes objects");
        CHECK(library->init(NULL) != URMA_SUCCESS, "an inherited library starts again");
        exit(0);
    }

    ends_well(child, "an inherited library");
    urma_cr_t record;
    CHECK(library->poll_jfc(jfc, 1, &record) == 0, "the parent goes on");
    CHECK(library->delete_jfc(jfc) == URMA_SUCCESS, "urma_delete_jfc");
    CHECK(library->delete_context(context) == URMA_SUCCESS, "urma_delete_context");
    CHECK(library->uninit() == URMA_SUCCESS, "urma_uninit");
}

static void signals_stay_the_programs_own(void)
{
    struct sigaction action;
    CHECK(sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == on_pipe, "the handler of SIGPIPE is another one");
    int ends[2];
    CHECK(pipe(ends) == 0, "pipe");
    close(ends[0]);
    int before = pipe_signals;
    CHECK(write(ends[1], "x", 1) < 0 && pipe_signals == before + 1, "SIGPIPE did not arrive");
    close(ends[1]);
}

int main(void)
{
    alarm(120);
    CHECK(signal(SIGPIPE, on_pipe) != SIG_ERR, "signal");
    library_t library = load();
    child_uses_a_library_that_the_parent_only_loaded(&library);
    use(&library);
    signals_stay_the_programs_own();
    child_inherits_a_library_in_use(&library);
    CHECK(dlclose(library.handle) == 0, "%s", dlerror());

    library = load();
    use(&library);
    CHECK(dlclose(library.handle) == 0, "%s", dlerror());
    puts("loading: not noticed");
    return 0;
}
