/* pingpong [rounds]: one-way time of a cache line between two cores. */
#include <stdio.h>

#include "pair.h"
#include "urma_yardstick.h"

static uint64_t run(unsigned char *shared, int initiator, void *argument)
{
    uint64_t rounds = *(uint64_t *)argument;
    uy_word *words[2] = { (uy_word *)(void *)shared, (uy_word *)(void *)(shared + UY_LINE) };
    return uy_pingpong(words[initiator], words[1 - initiator], 0, rounds, initiator, PAIR_LIMIT_NS);
}

int main(int count, char **arguments)
{
    uint64_t rounds = pair_argument(count, arguments, 1, 1000000);
    int cores[2];
    pair_cores(cores);

    uint64_t elapsed = pair_run(4096, cores[0], cores[1], run, &rounds);

    printf("pingpong  cores %d,%d  rounds %llu  one way %.1f ns\n", cores[0], cores[1], (unsigned long long)rounds,
           (double)elapsed / (2.0 * (double)rounds));
    return 0;
}
