/* atomic [times]: rate of 64-bit fetch-and-add on shared memory, from one core alone. */
#include <stdio.h>

#include "pair.h"
#include "urma_yardstick.h"

int main(int count, char **arguments)
{
    uint64_t times = pair_argument(count, arguments, 1, 20000000);
    int cores[2];
    pair_cores(cores);
    pair_pin(cores[0]);

    uy_word *word = pair_shared_memory(4096);
    uint64_t elapsed = uy_fetch_add(word, 1, times);

    printf("atomic  core %d  %llu fetch-adds  %.1f M/s\n", cores[0], (unsigned long long)times,
           (double)times * 1000.0 / (double)elapsed);
    return 0;
}
