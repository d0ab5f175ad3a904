#include "urma_yardstick.h"

#include <string.h>

uint64_t uy_memcpy(void *destination, const void *source, size_t size, uint64_t times)
{
    uint64_t begin = uy_now_ns();

    for (uint64_t copy = 0; copy < times; copy++) {
        memcpy(destination, source, size);
        /* Without this the compiler may see that only the last of the equal copies matters. */
        __asm__ volatile("" : : "r"(destination), "r"(source) : "memory");
    }

    return uy_now_ns() - begin;
}
