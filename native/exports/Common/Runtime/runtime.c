#include <pthread.h>
#include <signal.h>
#include <stddef.h>

#include "runtime.h"

volatile int runtime_state = RUNTIME_COLD;

static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;

extern void soft_keep_pages(int keep);

/* For callers that know this library: what the calling thread registers is not moved into pages that others can map. */
EXPORTED void urmanet_keep_pages(int keep)
{
    if (runtime_enter()) {
        soft_keep_pages(keep);
    }
}

static void in_forked_child(void)
{
    if (runtime_state != RUNTIME_COLD) {
        runtime_state = RUNTIME_FORKED;
    }
}

bool runtime_enter_slow(void)
{
    if (runtime_state == RUNTIME_FORKED) {
        return false;
    }

    pthread_mutex_lock(&starting);
    if (runtime_state == RUNTIME_COLD) {
        /* The runtime ignores SIGPIPE for the whole process when it starts; what to do with it is the program's choice. */
        struct sigaction of_the_program;
        int known = sigaction(SIGPIPE, NULL, &of_the_program);
        runtime_state = RUNTIME_STARTING;
        pthread_atfork(NULL, NULL, in_forked_child);
        runtime_first_call();
        if (known == 0) {
            sigaction(SIGPIPE, &of_the_program, NULL);
        }

        runtime_state = RUNTIME_LIVE;
    }

    pthread_mutex_unlock(&starting);
    return runtime_state == RUNTIME_LIVE;
}
