/* Processes, told apart for good: a number alone is given out again. */
#ifndef OBMM_PROCESS_H
#define OBMM_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct process {
    /* When it started, in clock ticks since boot. */
    uint64_t started;
    /* The namespace that the number belongs to. */
    uint64_t space;
    uint32_t number;
    uint32_t unused;
} process_t;

process_t process_self(void);

/* False for a process that has ended, even if nobody has waited for it. True for one of another namespace, about which
 * nothing can be found out. */
bool process_is_alive(const process_t *process);

#endif
