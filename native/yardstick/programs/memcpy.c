/* memcpy [bytes [times]]: copy bandwidth from one shared mapping to another. */
#include <stdio.h>
#include <string.h>

#include "pair.h"
#include "urma_yardstick.h"

int main(int count, char **arguments)
{
    uint64_t bytes = pair_argument(count, arguments, 1, UINT64_C(64) << 20);
    uint64_t times = pair_argument(count, arguments, 2, ((UINT64_C(4) << 30) + bytes - 1) / bytes);
    int cores[2];
    pair_cores(cores);
    pair_pin(cores[0]);

    void *source = pair_shared_memory(bytes);
    void *destination = pair_shared_memory(bytes);
    memset(source, 1, bytes);
    uy_memcpy(destination, source, bytes, 1);
    uint64_t elapsed = uy_memcpy(destination, source, bytes, times);

    printf("memcpy  core %d  %llu bytes x %llu  %.2f GB/s\n", cores[0], (unsigned long long)bytes,
           (unsigned long long)times, (double)bytes * (double)times / (double)elapsed);
    return 0;
}
