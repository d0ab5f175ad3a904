/* scatter [bytes [times]]: rate of 8-byte stores to random places of shared memory. */
#include <stdio.h>
#include <string.h>

#include "pair.h"
#include "urma_yardstick.h"

int main(int count, char **arguments)
{
    uint64_t bytes = pair_argument(count, arguments, 1, UINT64_C(64) << 20);
    uint64_t times = pair_argument(count, arguments, 2, 20000000);
    int cores[2];
    pair_cores(cores);
    pair_pin(cores[0]);
    if (bytes < 8) {
        fprintf(stderr, "scatter: at least 8 bytes\n");
        return 2;
    }

    volatile uint64_t *table = pair_shared_memory(bytes);
    uint64_t random = UINT64_C(88172645463325252), words = bytes / 8;
    uint64_t begin = uy_now_ns();
    for (uint64_t i = 0; i < times; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        table[random % words] = random;
    }
    uint64_t elapsed = uy_now_ns() - begin;

    printf("scatter  core %d  %llu bytes  %llu stores  %.2f M/s\n", cores[0], (unsigned long long)bytes,
           (unsigned long long)times, (double)times * 1000.0 / (double)elapsed);
    return 0;
}
