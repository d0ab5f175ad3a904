#include "spin.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* One sleep lasts at most this long, so the clock is read ten times a second while a peer is silent and never else. */
#define SLEEP_NS 100000000L

/* Between clock readings of an exchange that never sleeps its full time but might still exceed its limit. */
#define ROUNDS_PER_CHECK 1024u

static bool sleep_until(uy_futex_word *word, uint32_t expected, uint64_t deadline)
{
    const struct timespec slice = { .tv_sec = 0, .tv_nsec = SLEEP_NS };
    uint32_t seen;

    while ((seen = atomic_load_explicit(word, memory_order_acquire)) != expected) {
        /* Every outcome (woken, value changed, interrupted, timed out) leads back to the same question. */
        if (syscall(SYS_futex, word, FUTEX_WAIT, seen, &slice, NULL, 0) != 0 && uy_now_ns() >= deadline) {
            return atomic_load_explicit(word, memory_order_acquire) == expected;
        }
    }
    return true;
}

static void hand_over(uy_futex_word *word, uint32_t value)
{
    atomic_store_explicit(word, value, memory_order_release);
    syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

uint64_t uy_futex(uy_futex_word *mine, uy_futex_word *theirs, uint32_t start, uint32_t rounds, int initiator,
                  uint64_t limit_ns)
{
    uint64_t begin = uy_now_ns();
    uint64_t deadline = uy_deadline(begin, limit_ns);

    for (uint32_t round = 0; round < rounds; round++) {
        uint32_t value = start + round + 1;
        if (initiator) {
            hand_over(mine, value);
        }
        if (!sleep_until(theirs, value, deadline)) {
            return UY_EXPIRED;
        }
        if (!initiator) {
            hand_over(mine, value);
        }
        if (round % ROUNDS_PER_CHECK == ROUNDS_PER_CHECK - 1 && uy_now_ns() >= deadline) {
            return UY_EXPIRED;
        }
    }

    return uy_now_ns() - begin;
}
