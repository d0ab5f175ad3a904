/* What the parts of the C front share. */
#ifndef URMA_SOFT_FRONT_H
#define URMA_SOFT_FRONT_H

#include <stdbool.h>

#include "urma_api.h"
#include "urma_provider.h"

#define EXPORTED __attribute__((visibility("default")))

/* Whether managed code may be entered: starts the runtime at the first call; false in a process forked after that. */
bool front_enter_slow(void);

enum front_state { FRONT_COLD, FRONT_STARTING, FRONT_LIVE, FRONT_FORKED };

extern volatile int front_state;

static inline bool front_enter(void)
{
    return __builtin_expect(front_state == FRONT_LIVE, 1) || front_enter_slow();
}

/* One line for the log: to the program's function, otherwise to syslog. Managed code calls it, too. */
void front_log(int level, const char *message);

/* The tables that devices and contexts point to. */
extern struct urma_ops front_ops;
extern struct urma_provider_ops front_provider_ops;

#endif
