/* What programs that stand beside Urma.Net have in common: arguments, binding, clocks, and the line they print. */
#ifndef URMA_PEERS_ENDS_H
#define URMA_PEERS_ENDS_H

#include <stddef.h>
#include <stdint.h>

/* A size and how often, as in "64:100000". */
struct step {
    size_t size;
    uint64_t count;
};

/* Ends the program unless the text is a step. */
struct step step_of(const char *text);

/* Binds this process to the one of "a,b" that a side has. */
void bind_side(const char *processors, int side);

double now_ns(void);

/* Seconds of processor time that this process has used. */
double cpu_seconds(void);

/*
 * "size 64", and a line with everything that can be said of `count` operations that took `elapsed_ns` and `cpu` seconds of all
 * processes: time of one, GB/s, M/s, processor seconds per million.
 */
void report(struct step step, double ns_each, double operations, double elapsed_ns, double cpu);

#endif
