#include "pair.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "urma_yardstick.h"

static void fail(const char *what)
{
    fprintf(stderr, "yardstick: cannot %s: %s\n", what, strerror(errno));
    exit(1);
}

void pair_pin(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0) {
        fail("pin a process to its core");
    }
}

void pair_cores(int cores[2])
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        fail("read the set of allowed cores");
    }

    int found = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE && found < 2; cpu++) {
        if (CPU_ISSET((size_t)cpu, &set)) {
            cores[found++] = cpu;
        }
    }
    if (found == 1) {
        cores[1] = cores[0];
        fprintf(stderr, "yardstick: only one core is allowed; both processes share core %d\n", cores[0]);
    }
}

void *pair_shared_memory(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) {
        fail("map shared memory");
    }
    return memory;
}

uint64_t pair_run(size_t shared_bytes, int parent_cpu, int child_cpu, pair_body *body, void *argument)
{
    unsigned char *shared = pair_shared_memory(shared_bytes);
    pid_t parent = getpid();
    pid_t child = fork();
    if (child < 0) {
        fail("fork");
    }

    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        /* The parent may have died before the line above took effect. */
        if (getppid() != parent) {
            _exit(1);
        }
        pair_pin(child_cpu);
        _exit(body(shared, 0, argument) == UY_EXPIRED ? 1 : 0);
    }

    pair_pin(parent_cpu);
    uint64_t elapsed = body(shared, 1, argument);
    if (elapsed == UY_EXPIRED) {
        kill(child, SIGKILL);
    }

    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    munmap(shared, shared_bytes);
    if (elapsed == UY_EXPIRED || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "yardstick: the other process died or did not answer in time\n");
        exit(1);
    }
    return elapsed;
}

uint64_t pair_argument(int count, char **arguments, int position, uint64_t fallback)
{
    if (position >= count) {
        return fallback;
    }

    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(arguments[position], &end, 0);
    if (errno != 0 || end == arguments[position] || *end != '\0' || value == 0 || arguments[position][0] == '-') {
        fprintf(stderr, "yardstick: '%s' is not a number of at least 1\n", arguments[position]);
        exit(2);
    }
    return value;
}
