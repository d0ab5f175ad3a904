/* futex [rounds]: handing the processor over between two sleeping processes on one core. */
#include <stdio.h>
#include <stdlib.h>

#include "pair.h"
#include "urma_yardstick.h"

static uint64_t run(unsigned char *shared, int initiator, void *argument)
{
    uint32_t rounds = *(uint32_t *)argument;
    uy_futex_word *words[2] = { (uy_futex_word *)(void *)shared, (uy_futex_word *)(void *)(shared + UY_LINE) };
    return uy_futex(words[initiator], words[1 - initiator], 0, rounds, initiator, PAIR_LIMIT_NS);
}

int main(int count, char **arguments)
{
    uint64_t asked = pair_argument(count, arguments, 1, 100000);
    if (asked > UINT32_MAX) {
        fprintf(stderr, "futex: at most %u rounds\n", UINT32_MAX);
        return 2;
    }
    uint32_t rounds = (uint32_t)asked;
    int cores[2];
    pair_cores(cores);

    uint64_t elapsed = pair_run(4096, cores[0], cores[0], run, &rounds);

    printf("futex  core %d shared  rounds %u  one way %.1f ns\n", cores[0], rounds,
           (double)elapsed / (2.0 * (double)rounds));
    return 0;
}
