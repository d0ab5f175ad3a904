#include "ends.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

struct step step_of(const char *text)
{
    struct step step;
    if (sscanf(text, "%zu:%" SCNu64, &step.size, &step.count) != 2 || step.size == 0 || step.count == 0) {
        fprintf(stderr, "'%s' is no size and count such as 64:100000\n", text);
        exit(2);
    }
    return step;
}

void bind_side(const char *processors, int side)
{
    int cpus[2];
    cpu_set_t set;
    if (sscanf(processors, "%d,%d", &cpus[0], &cpus[1]) != 2 || cpus[side] < 0 || cpus[side] >= CPU_SETSIZE) {
        fprintf(stderr, "'%s' are no two processors such as 0,1\n", processors);
        exit(2);
    }
    CPU_ZERO(&set);
    CPU_SET((size_t)cpus[side], &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0) {
        perror("a processor is not available");
        exit(1);
    }
}

double now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

void report(struct step step, double ns_each, double operations, double elapsed_ns, double cpu)
{
    printf("size %zu\ntime %.2f ns  bandwidth %.6f GB/s  rate %.6f M/s  cpu %.4f s/M\n", step.size, ns_each,
           (double)step.size * operations / elapsed_ns, operations * 1000.0 / elapsed_ns, cpu * 1e6 / operations);
    fflush(stdout);
}
