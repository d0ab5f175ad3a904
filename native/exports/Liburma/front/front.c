/* The exported face of the library: C functions in front of managed ones. They answer by themselves in a process that was
 * forked after the runtime came alive, because the runtime's threads did not come along. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

#include "front.h"

volatile int front_state = FRONT_COLD;

static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;

/* Managed: does nothing with the tables but keep them; entering it is what starts the runtime. */
extern void urmasoft_start(struct urma_ops *ops, struct urma_provider_ops *provider,
    void (*log)(int level, const char *message));

static void in_forked_child(void)
{
    if (front_state != FRONT_COLD) {
        front_state = FRONT_FORKED;
    }
}

bool front_enter_slow(void)
{
    if (front_state == FRONT_FORKED) {
        return false;
    }

    pthread_mutex_lock(&starting);
    if (front_state == FRONT_COLD) {
        /* The runtime ignores SIGPIPE for the whole process when it starts; what to do with it is the program's choice. */
        struct sigaction of_the_program;
        int known = sigaction(SIGPIPE, NULL, &of_the_program);
        front_state = FRONT_STARTING;
        pthread_atfork(NULL, NULL, in_forked_child);
        urmasoft_start(&front_ops, &front_provider_ops, front_log);
        if (known == 0) {
            sigaction(SIGPIPE, &of_the_program, NULL);
        }

        front_state = FRONT_LIVE;
    }

    pthread_mutex_unlock(&starting);
    return front_state == FRONT_LIVE;
}

#define STATUS(type, name, forked, parameters, arguments) \
    extern type urmasoft_##name parameters;               \
    EXPORTED type urma_##name parameters                  \
    {                                                     \
        if (!front_enter()) {                             \
            return forked;                                \
        }                                                 \
        return urmasoft_##name arguments;                 \
    }

#define POINTER(type, name, parameters, arguments) \
    extern type urmasoft_##name parameters;        \
    EXPORTED type urma_##name parameters           \
    {                                              \
        if (!front_enter()) {                      \
            errno = EIO;                           \
            return NULL;                           \
        }                                          \
        return urmasoft_##name arguments;          \
    }

#define SILENT(name, parameters, arguments)  \
    extern void urmasoft_##name parameters;  \
    EXPORTED void urma_##name parameters     \
    {                                        \
        if (front_enter()) {                 \
            urmasoft_##name arguments;       \
        }                                    \
    }

#include "functions.h"
