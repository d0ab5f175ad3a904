#include "urma_yardstick.h"

#include <time.h>

uint32_t uy_abi(void)
{
    return UY_ABI;
}

const char *uy_source(void)
{
#if defined(__clang__)
    return "C (clang " __clang_version__ ")";
#else
    return "C (gcc " __VERSION__ ")";
#endif
}

uint64_t uy_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}
