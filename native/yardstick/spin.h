/* How every spinning yardstick waits: see uy_await. Internal. */
#ifndef URMA_YARDSTICK_SPIN_H
#define URMA_YARDSTICK_SPIN_H

#include <sched.h>
#include <stdbool.h>

#include "urma_yardstick.h"

/* About 10 us of loads: far above any cache miss, so a healthy exchange never reads the clock while it waits. */
#define UY_SPINS_PER_CHECK (1u << 14)

/*
 * Waits until `word` holds `expected`, or until `deadline`. There is no pause instruction: on several processors it
 * costs more than the line transfer that is being measured. The yield lets two sides that share a core make progress.
 */
static inline bool uy_await(const uy_word *word, uint64_t expected, uint64_t deadline)
{
    uint32_t spins = 0;
    while (atomic_load_explicit(word, memory_order_acquire) != expected) {
        if (++spins == UY_SPINS_PER_CHECK) {
            if (uy_now_ns() >= deadline) {
                return false;
            }
            sched_yield();
            spins = 0;
        }
    }
    return true;
}

/* The moment `limit_ns` from `now`, saturating so that a huge limit means "never" rather than "already". */
static inline uint64_t uy_deadline(uint64_t now, uint64_t limit_ns)
{
    return limit_ns > UINT64_MAX - now ? UINT64_MAX : now + limit_ns;
}

#endif
