/* urma_c_perf [send_lat|write_bw|write_rate|write_rate_list] [rounds]
 *
 * Speeds of the library as a C program sees them, as ratios to what the machine can do in the same moment: cores and
 * memory get faster and slower within seconds, so each round measures the yardstick and then the library. Prints the
 * median over the rounds, and the lowest and highest round. Latencies, and the time of one write where a rate is shown,
 * stand beside L, the time of a cache line from core to core; bandwidths beside memcpy of the same memory. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "link.h"
#include "pair.h"
#include "urma_yardstick.h"

#define MAX_ROUNDS 1000

typedef struct result {
    /* What the library took or did in the round, and the yardstick. */
    double measured[MAX_ROUNDS];
    double yardstick[MAX_ROUNDS];
    double ratio[MAX_ROUNDS];
} result_t;

typedef struct measurement {
    const char *name;
    const char *unit;
    const char *yardstick;
    /* Both sides run it in every round; only the initiator's answer counts. */
    double (*measure)(const link_t *link);
    double (*yardstick_of)(const link_t *link);
    /* The measured number is millions per second, while the yardstick is nanoseconds: compare the time of one. */
    bool rate;
} measurement_t;

/* One way of a cache line, nanoseconds. */
static double cache_line(const link_t *link)
{
    const uint64_t turns = 100000;
    uint64_t start = *link->turns;
    uy_word *words[2] = {(uy_word *)(void *)link->shared, (uy_word *)(void *)(link->shared + UY_LINE)};
    int me = link->peer->initiator;
    peer_meet(link->peer);
    uint64_t elapsed = uy_pingpong(words[me], words[1 - me], start, turns, me, PAIR_LIMIT_NS);
    CHECK(elapsed != UY_EXPIRED, "the other side does not answer");
    *link->turns = start + turns;
    return (double)elapsed / (double)(2 * turns);
}

/* memcpy of 1 MiB between two places of registered memory, GB/s. */
static double memory_copy(const link_t *link)
{
    const uint64_t times = 300;
    peer_meet(link->peer);
    if (!link->peer->initiator) {
        return 0;
    }

    uint64_t elapsed = uy_memcpy(link->memory + LINK_MESSAGE, link->memory, LINK_MESSAGE, times);
    return (double)times * LINK_MESSAGE / (double)elapsed;
}

static int ascending(const void *one, const void *other)
{
    double difference = *(const double *)one - *(const double *)other;
    return difference < 0 ? -1 : difference > 0;
}

static double median(double *values, uint64_t count)
{
    qsort(values, count, sizeof(*values), ascending);
    return values[count / 2];
}

static void run(const measurement_t *measurement, const link_t *link, uint64_t rounds)
{
    static result_t result;
    /* The first round pays for what happens once. */
    for (uint64_t round = 0; round <= rounds; round++) {
        uint64_t slot = round == 0 ? 0 : round - 1;
        result.yardstick[slot] = measurement->yardstick_of(link);
        peer_meet(link->peer);
        result.measured[slot] = measurement->measure(link);
        peer_meet(link->peer);
        double compared = measurement->rate ? 1000 / result.measured[slot] : result.measured[slot];
        result.ratio[slot] = compared / result.yardstick[slot];
    }

    if (link->peer->initiator) {
        double ratio = median(result.ratio, rounds);
        printf("%-16s %8.2f %-4s  %-9s %8.2f  ratio %6.3f  [%.3f .. %.3f] in %llu rounds\n", measurement->name,
               median(result.measured, rounds), measurement->unit, measurement->yardstick,
               median(result.yardstick, rounds), ratio, result.ratio[0], result.ratio[rounds - 1],
               (unsigned long long)rounds);
        fflush(stdout);
    }
}

int main(int count, char **arguments)
{
    static const measurement_t measurements[] = {
        {"send_lat", "ns", "L", link_send_latency, cache_line, false},
        {"write_bw", "GB/s", "memcpy", link_write_bandwidth, memory_copy, false},
        {"write_rate", "M/s", "L", link_write_rate, cache_line, true},
        {"write_rate_list", "M/s", "L", link_write_rate_of_lists, cache_line, true},
    };
    const size_t all = sizeof(measurements) / sizeof(measurements[0]);
    const char *chosen = count > 1 ? arguments[1] : "all";
    uint64_t rounds = pair_argument(count, arguments, 2, 11);
    size_t found = 0;
    CHECK(rounds <= MAX_ROUNDS, "at most %d rounds", MAX_ROUNDS);

    unsigned char *shared = pair_shared_memory(4096);
    peer_t peer = peer_start();
    link_t link = link_create(&peer, shared);
    for (size_t i = 0; i < all; i++) {
        if (strcmp(chosen, "all") == 0 || strcmp(chosen, measurements[i].name) == 0) {
            run(&measurements[i], &link, rounds);
            found++;
        }
    }

    CHECK(found > 0, "there is no measurement %s", chosen);
    link_delete(&link);
    return peer_finish(&peer);
}
