/* urma_c_load [times]: from loading the library to its first device, in processes that never had it; median and range in
 * milliseconds. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <ub/umdk/urma/urma_api.h>

#include "check.h"

#define MAX_TIMES 1000

/* POSIX promises that a function's address fits into what dlsym returns; ISO C has no cast for it. */
static void find(void *library, const char *name, void *function)
{
    void *address = dlsym(library, name);
    CHECK(address != NULL, "%s: %s", name, dlerror());
    memcpy(function, &address, sizeof(address));
}

static double load_once(void)
{
    urma_status_t (*init)(urma_init_attr_t *);
    urma_device_t **(*get_device_list)(int *);
    uint64_t start = check_now_ns();
    void *library = dlopen("liburma.so.0", RTLD_NOW | RTLD_LOCAL);
    CHECK(library != NULL, "%s", dlerror());
    find(library, "urma_init", &init);
    find(library, "urma_get_device_list", &get_device_list);
    CHECK(init(NULL) == URMA_SUCCESS, "urma_init");
    int count = 0;
    CHECK(get_device_list(&count) != NULL && count > 0, "no device");
    return (double)(check_now_ns() - start) / 1e6;
}

static double in_a_process_of_its_own(void)
{
    int ends[2];
    CHECK(pipe(ends) == 0, "pipe");
    pid_t child = fork();
    CHECK(child >= 0, "fork");
    if (child == 0) {
        double milliseconds = load_once();
        CHECK(write(ends[1], &milliseconds, sizeof(milliseconds)) == sizeof(milliseconds), "write");
        _exit(0);
    }

    close(ends[1]);
    double milliseconds = 0;
    CHECK(read(ends[0], &milliseconds, sizeof(milliseconds)) == sizeof(milliseconds), "the child ended early");
    close(ends[0]);
    CHECK(waitpid(child, NULL, 0) == child, "waitpid");
    return milliseconds;
}

static int ascending(const void *one, const void *other)
{
    double difference = *(const double *)one - *(const double *)other;
    return difference < 0 ? -1 : difference > 0;
}

int main(int count, char **arguments)
{
    static double all[MAX_TIMES];
    int times = count > 1 ? atoi(arguments[1]) : 21;
    CHECK(times > 0 && times <= MAX_TIMES, "1 to %d times", MAX_TIMES);
    for (int i = 0; i < times; i++) {
        all[i] = in_a_process_of_its_own();
    }

    qsort(all, (size_t)times, sizeof(all[0]), ascending);
    printf("load to first device: %.1f ms  [%.1f .. %.1f] in %d processes\n", all[times / 2], all[0], all[times - 1], times);
    return 0;
}
