/* urma_c_verbs MODE [-d DEVICE] [-g GID] [-s BYTES] [-n TIMES] [-r ROUNDS] [-i INLINE] [-k PLACES] [-p PORT] [SERVER]
 *
 * What a C program gets from libibverbs, or from what stands in for it: MODE is
 *   send       messages go back and forth, taken by polling the completion queue: nanoseconds of one way
 *   write      writes go back and forth, seen by polling memory: nanoseconds of one way
 *   bandwidth  up to 64 writes are under way: MB/s
 *   scatter    writes to PLACES places in random order, each completed before the next: nanoseconds of one
 * One process is the server; the other names it, measures, and prints the median, the lowest and the highest round. Both
 * must be given the same mode and numbers. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "endpoint.h"
#include "meeting.h"

#define MAX_ROUNDS 1000
#define WARM_UP 50

typedef struct run {
    endpoint_t endpoint;
    uint32_t bytes;
    bool first;
    /* Of writes back and forth: what the last byte was, so that the next is another. */
    unsigned char mark;
    /* Of writes to many places: where they begin, in the order in which they are written. */
    uint32_t *places;
    int count;
} run_t;

typedef struct measurement {
    const char *name;
    const char *unit;
    /* Both sides run it; what it returns counts on the measuring side. */
    double (*measure)(run_t *run, int times);
} measurement_t;

static double one_way(uint64_t since, int times)
{
    return (double)(check_now_ns() - since) / (2.0 * times);
}

static double send_back_and_forth(run_t *run, int times)
{
    endpoint_receive(&run->endpoint, run->bytes);
    meeting_wait(run->endpoint.meeting);
    uint64_t start = check_now_ns();
    for (int i = 0; i < times; i++) {
        if (run->first) {
            endpoint_post(&run->endpoint, IBV_WR_SEND, run->bytes);
        }

        endpoint_await(run->endpoint.received);
        /* Before the answer leaves, so that the next message always finds a receive. */
        if (i + 1 < times) {
            endpoint_receive(&run->endpoint, run->bytes);
        }

        if (!run->first) {
            endpoint_post(&run->endpoint, IBV_WR_SEND, run->bytes);
        }

        endpoint_await(run->endpoint.sent);
    }

    return one_way(start, times);
}

static void await_mark(const volatile unsigned char *place, unsigned char mark)
{
    const unsigned between = 1U << 14;
    uint64_t deadline = 0;
    for (unsigned looks = 1; *place != mark; looks++) {
        if (looks % between == 0) {
            uint64_t now = check_now_ns();
            deadline = deadline == 0 ? now + CHECK_LIMIT_NS : deadline;
            CHECK(now < deadline, "no write came");
        }
    }
}

static double write_back_and_forth(run_t *run, int times)
{
    unsigned char *mine = run->endpoint.memory + run->bytes - 1;
    const unsigned char *theirs = run->endpoint.memory + run->endpoint.size + run->bytes - 1;
    meeting_wait(run->endpoint.meeting);
    uint64_t start = check_now_ns();
    for (int i = 0; i < times; i++) {
        run->mark++;
        *mine = run->mark;
        if (run->first) {
            endpoint_post(&run->endpoint, IBV_WR_RDMA_WRITE, run->bytes);
        }

        await_mark(theirs, run->mark);
        if (!run->first) {
            endpoint_post(&run->endpoint, IBV_WR_RDMA_WRITE, run->bytes);
        }

        endpoint_await(run->endpoint.sent);
    }

    return one_way(start, times);
}

static double write_many(run_t *run, int times)
{
    meeting_wait(run->endpoint.meeting);
    uint64_t start = check_now_ns();
    int posted = 0;
    for (int taken = 0; run->first && taken < times;) {
        while (posted < times && posted - taken < ENDPOINT_DEPTH) {
            endpoint_post(&run->endpoint, IBV_WR_RDMA_WRITE, run->bytes);
            posted++;
        }

        endpoint_await(run->endpoint.sent);
        taken += 1 + endpoint_poll(run->endpoint.sent, ENDPOINT_DEPTH);
    }

    double seconds = (double)(check_now_ns() - start) / 1e9;
    meeting_wait(run->endpoint.meeting);
    return (double)run->bytes * times / 1e6 / seconds;
}

static double write_to_places(run_t *run, int times)
{
    meeting_wait(run->endpoint.meeting);
    uint64_t start = check_now_ns();
    for (int i = 0, next = 0; run->first && i < times; i++) {
        endpoint_post_at(&run->endpoint, IBV_WR_RDMA_WRITE, run->places[next], run->bytes);
        endpoint_await(run->endpoint.sent);
        next = next + 1 == run->count ? 0 : next + 1;
    }

    double each = (double)(check_now_ns() - start) / times;
    meeting_wait(run->endpoint.meeting);
    return each;
}

/* Each place has cache lines of its own. */
static uint32_t place_bytes(uint32_t bytes)
{
    const uint32_t spacing = 128;
    return (bytes + spacing - 1) / spacing * spacing;
}

static uint32_t *shuffled_places(uint32_t bytes, int count)
{
    uint32_t *places = malloc((size_t)count * sizeof *places);
    CHECK(places != NULL, "%d places", count);
    srand(1);
    for (int i = 0; i < count; i++) {
        int other = rand() % (i + 1);
        places[i] = places[other];
        places[other] = (uint32_t)i * place_bytes(bytes);
    }

    return places;
}

static int compare_numbers(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

int main(int count, char **words)
{
    static const measurement_t modes[] = {
        {"send", "ns", send_back_and_forth},
        {"write", "ns", write_back_and_forth},
        {"bandwidth", "MB/s", write_many},
        {"scatter", "ns", write_to_places},
    };
    const measurement_t *mode = NULL;
    for (size_t i = 0; count > 1 && i < sizeof modes / sizeof modes[0]; i++) {
        mode = strcmp(words[1], modes[i].name) == 0 ? &modes[i] : mode;
    }

    endpoint_options_t options = {.gid = -1, .size = 64};
    int port = 18600;
    int rounds = 5;
    int times = 1000;
    int places = 1;
    optind = 2;
    for (int option; mode != NULL && (option = getopt(count, words, "d:g:s:n:r:i:k:p:")) != -1;) {
        switch (option) {
            case 'd': options.device = optarg; break;
            case 'g': options.gid = atoi(optarg); break;
            case 's': options.size = (uint32_t)atoi(optarg); break;
            case 'n': times = atoi(optarg); break;
            case 'r': rounds = atoi(optarg); break;
            case 'i': options.inlined = (uint32_t)atoi(optarg); break;
            case 'k': places = atoi(optarg); break;
            case 'p': port = atoi(optarg); break;
            default: mode = NULL; break;
        }
    }

    if (mode == NULL || times < 1 || rounds < 1 || rounds > MAX_ROUNDS || options.size < 1 || places < 1 ||
        (uint64_t)places * place_bytes(options.size) > INT32_MAX || optind + 1 < count) {
        fprintf(stderr, "usage: urma_c_verbs send|write|bandwidth|scatter [-d DEVICE] [-g GID] [-s BYTES] [-n TIMES] [-r ROUNDS]"
                        " [-i INLINE] [-k PLACES] [-p PORT] [SERVER]\n");
        return 2;
    }

    const char *server = optind < count ? words[optind] : NULL;
    run_t run = {.bytes = options.size, .first = server != NULL, .places = shuffled_places(options.size, places), .count = places};
    options.size = (uint32_t)places * place_bytes(options.size);
    run.endpoint = endpoint_connect(meeting_open(server, port), &options);
    mode->measure(&run, times < WARM_UP ? times : WARM_UP);
    static double measured[MAX_ROUNDS];
    for (int i = 0; i < rounds; i++) {
        measured[i] = mode->measure(&run, times);
    }

    qsort(measured, (size_t)rounds, sizeof measured[0], compare_numbers);
    if (run.first) {
        printf("%s %u bytes: %.1f %s (%.1f to %.1f, %d rounds)\n", mode->name, run.bytes, measured[rounds / 2], mode->unit,
            measured[0], measured[rounds - 1], rounds);
    }

    meeting_wait(run.endpoint.meeting);
    endpoint_close(&run.endpoint);
    free(run.places);
    return 0;
}
