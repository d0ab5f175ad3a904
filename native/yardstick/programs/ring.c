/* ring [bytes [rounds [slots]]]: one-way time of a message copied into a shared slot and out again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pair.h"
#include "urma_yardstick.h"

struct parameters {
    uint64_t payload;
    uint64_t rounds;
    uint64_t slots;
};

static uint64_t run(unsigned char *shared, int initiator, void *argument)
{
    const struct parameters *p = argument;
    size_t ring = uy_ring_bytes(p->payload, p->slots);
    unsigned char *rings[2] = { shared, shared + ring };
    void *source = malloc(p->payload);
    void *destination = malloc(p->payload);
    if (source == NULL || destination == NULL) {
        return UY_EXPIRED;
    }
    memset(source, initiator + 1, p->payload);

    uint64_t elapsed = uy_ring(rings[initiator], rings[1 - initiator], source, destination, p->payload, p->slots, 0,
                               p->rounds, initiator, PAIR_LIMIT_NS);
    if (elapsed != UY_EXPIRED && ((unsigned char *)destination)[p->payload - 1] != 2 - initiator) {
        fprintf(stderr, "ring: the payload arrived damaged\n");
        elapsed = UY_EXPIRED;
    }
    free(source);
    free(destination);
    return elapsed;
}

int main(int count, char **arguments)
{
    struct parameters p = {
        .payload = pair_argument(count, arguments, 1, 1024),
        .rounds = pair_argument(count, arguments, 2, 500000),
        .slots = pair_argument(count, arguments, 3, 64),
    };
    int cores[2];
    pair_cores(cores);

    uint64_t elapsed = pair_run(2 * uy_ring_bytes(p.payload, p.slots), cores[0], cores[1], run, &p);

    printf("ring  cores %d,%d  %llu bytes  rounds %llu  slots %llu  one way %.1f ns\n", cores[0], cores[1],
           (unsigned long long)p.payload, (unsigned long long)p.rounds, (unsigned long long)p.slots,
           (double)elapsed / (2.0 * (double)p.rounds));
    return 0;
}
