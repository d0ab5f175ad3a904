#include "urma_yardstick.h"

uint64_t uy_fetch_add(uy_word *target, uint64_t addend, uint64_t times)
{
    uint64_t begin = uy_now_ns();

    for (uint64_t round = 0; round < times; round++) {
        uint64_t previous = atomic_fetch_add_explicit(target, addend, memory_order_acq_rel);
        /* The old value must really be fetched: unused, x86 compilers choose the cheaper "lock add". */
        __asm__ volatile("" : : "r"(previous));
    }

    return uy_now_ns() - begin;
}
