/* When managed code may be entered. */
#ifndef URMA_RUNTIME_H
#define URMA_RUNTIME_H

#include <stdbool.h>

#define EXPORTED __attribute__((visibility("default")))

enum runtime_state { RUNTIME_COLD, RUNTIME_STARTING, RUNTIME_LIVE, RUNTIME_FORKED };

extern volatile int runtime_state;

/* Starts the runtime at the first call; false in a process that was forked after that, because the runtime's threads did not come along. */
bool runtime_enter_slow(void);

static inline bool runtime_enter(void)
{
    return __builtin_expect(runtime_state == RUNTIME_LIVE, 1) || runtime_enter_slow();
}

void urmanet_keep_pages(int keep);

/* Each library's: makes the first call of managed code, which is what starts the runtime. */
void runtime_first_call(void);

#endif
