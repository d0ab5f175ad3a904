/* Two processes, each on its own core, on one piece of shared memory: the frame of every program here. */
#ifndef URMA_YARDSTICK_PAIR_H
#define URMA_YARDSTICK_PAIR_H

#include <stddef.h>
#include <stdint.h>

/* Longest time a program waits for its other half. */
#define PAIR_LIMIT_NS UINT64_C(60000000000)

/* One side's work: `initiator` is 1 in the parent. Returns nanoseconds, or UY_EXPIRED. */
typedef uint64_t pair_body(unsigned char *shared, int initiator, void *argument);

/*
 * Maps `shared_bytes` of zeroed shared memory, forks, binds the parent to `parent_cpu` and the child to `child_cpu`,
 * and runs the body in both. Returns the parent's result; ends the program with a message when anything fails.
 */
uint64_t pair_run(size_t shared_bytes, int parent_cpu, int child_cpu, pair_body *body, void *argument);

/* Maps zeroed shared memory, with its pages already present, or ends the program with a message. */
void *pair_shared_memory(size_t bytes);

/* The argument at `position` as a number of at least 1, or `fallback` when there is none. */
uint64_t pair_argument(int count, char **arguments, int position, uint64_t fallback);

/* Two cores this process may use, different ones where it has more than one. */
void pair_cores(int cores[2]);

/* Binds the calling process to one core, or ends the program with a message. */
void pair_pin(int cpu);

#endif
