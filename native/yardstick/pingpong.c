#include "spin.h"

uint64_t uy_pingpong(uy_word *mine, uy_word *theirs, uint64_t start, uint64_t rounds, int initiator, uint64_t limit_ns)
{
    uint64_t begin = uy_now_ns();
    uint64_t deadline = uy_deadline(begin, limit_ns);

    for (uint64_t round = 1; round <= rounds; round++) {
        uint64_t value = start + round;
        if (initiator) {
            atomic_store_explicit(mine, value, memory_order_release);
        }
        if (!uy_await(theirs, value, deadline)) {
            return UY_EXPIRED;
        }
        if (!initiator) {
            atomic_store_explicit(mine, value, memory_order_release);
        }
    }

    return uy_now_ns() - begin;
}
