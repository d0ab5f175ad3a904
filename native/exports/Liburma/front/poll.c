/* Polling. A program that waits polls a queue again and again that has nothing; to enter managed code each time would only mean
 * that it sees the next completion later. So the front looks at the queue's rings itself, and enters when there is something. */
#include <stddef.h>
#include <stdint.h>

#include "front.h"

#define MAX_RINGS 8
#define KIND_JFC 0x5eb00002U

/* How often in a row a look from here may do instead of a poll. */
#define MAX_SKIPS 16

/* Managed: BiasedLock. */
struct biased_lock {
    intptr_t owner;
    int inside;
    int held;
};

/* Managed: PollState, behind BlockTail. */
struct poll_state {
    struct biased_lock lock;
    int skips;
    int count;
    const volatile uint64_t *rung;
    const volatile uint32_t *sequences[MAX_RINGS];
    uint32_t expected[MAX_RINGS];
};

struct jfc_block {
    urma_jfc_t jfc;
    intptr_t handle;
    uint32_t kind;
    struct poll_state state;
};

extern int urmasoft_poll_jfc(urma_jfc_t *jfc, int cr_cnt, urma_cr_t *cr, intptr_t thread);
extern urma_status_t urmasoft_rearm_jfc(urma_jfc_t *jfc, bool solicited_only, intptr_t thread);

/* Whether nothing has come to the rings. Only inside of the lock: a ring may be given back by another thread that polls. */
static bool is_quiet(const struct poll_state *state)
{
    if (*state->rung != 0) {
        return false;
    }

    for (int i = 0; i < state->count; i++) {
        if (*state->sequences[i] == state->expected[i]) {
            return false;
        }
    }

    return true;
}

/* Whether a poll can be left out. Looks only where the calling thread has the lock's privilege; see BiasedLock. */
static bool can_skip(struct poll_state *state, intptr_t thread)
{
    if (state->lock.owner != thread || state->count == 0 || state->skips == 0) {
        return false;
    }

    bool skip = false;
    __atomic_store_n(&state->lock.inside, 1, __ATOMIC_RELEASE);
    /* Stands for the barrier of the volatile accesses in BiasedLock: the compiler keeps the order, the other side makes the processor. */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (__atomic_load_n(&state->lock.owner, __ATOMIC_ACQUIRE) == thread && is_quiet(state)) {
        state->skips--;
        skip = true;
    }

    __atomic_store_n(&state->lock.inside, 0, __ATOMIC_RELEASE);
    return skip;
}

EXPORTED int urma_poll_jfc(urma_jfc_t *jfc, int cr_cnt, urma_cr_t *cr)
{
    if (!front_enter()) {
        return -1;
    }

    intptr_t thread = front_thread();
    struct jfc_block *block = (struct jfc_block *)jfc;
    if (jfc != NULL && block->kind == KIND_JFC && cr_cnt > 0 && cr != NULL && can_skip(&block->state, thread)) {
        return 0;
    }

    return urmasoft_poll_jfc(jfc, cr_cnt, cr, thread);
}

EXPORTED urma_status_t urma_rearm_jfc(urma_jfc_t *jfc, bool solicited_only)
{
    return front_enter() ? urmasoft_rearm_jfc(jfc, solicited_only, front_thread()) : URMA_FAIL;
}
