/* Waiting for events: in C, since a thread that waits may be cancelled, or sent a signal. Managed code takes events and never waits for them. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include "front.h"

/* Whether the program has a handler that is to end calls. Which handler it was that ran nobody says; poll is ended by all of them. */
static bool has_interrupting_handler(void)
{
    for (int number = 1; number < SIGRTMAX; number++) {
        struct sigaction action;
        bool is_fault = number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL || number == SIGTRAP || number == SIGABRT;
        if (is_fault || number == SIGRTMIN || sigaction(number, NULL, &action) != 0) {
            continue;
        }

        if (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN && (action.sa_flags & SA_RESTART) == 0) {
            return true;
        }
    }

    return false;
}

int front_await(int descriptor)
{
    if ((fcntl(descriptor, F_GETFL) & O_NONBLOCK) != 0) {
        errno = EAGAIN;
        return -1;
    }

    /* The runtime's own signal is none of the program's. */
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    sigaddset(&blocked, SIGRTMIN);
    struct pollfd wanted = {.fd = descriptor, .events = POLLIN};
    while (ppoll(&wanted, 1, NULL, &blocked) < 0) {
        if (errno != EINTR || has_interrupting_handler()) {
            return -1;
        }
    }

    return 0;
}

/* Asks until there is an event: another thread may take the one that ended a wait. */
#define EVENT_CALL(name, parameters, arguments, context_of, descriptor)              \
    extern int roub_##name parameters;                                               \
    static int take_##name parameters                                                \
    {                                                                                \
        UNCANCELLED                                                                  \
        return roub_##name arguments;                                                \
    }                                                                                \
    EXPORTED int ibv_##name parameters                                               \
    {                                                                                \
        if (!is_own(context_of)) {                                                   \
            int(*original) parameters = (int(*) parameters)original_function("ibv_" #name); \
            return original == NULL ? -1 : original arguments;                       \
        }                                                                            \
        if (!runtime_enter()) {                                                      \
            errno = EIO;                                                             \
            return -1;                                                               \
        }                                                                            \
        while (take_##name arguments != 0) {                                         \
            if (errno != EAGAIN || front_await(descriptor) != 0) {                   \
                return -1;                                                           \
            }                                                                        \
        }                                                                            \
        return 0;                                                                    \
    }

EVENT_CALL(get_async_event, (struct ibv_context *context, struct ibv_async_event *event), (context, event), context, context->async_fd)
EVENT_CALL(get_cq_event, (struct ibv_comp_channel *channel, struct ibv_cq **cq, void **cq_context), (channel, cq, cq_context),
    channel->context, channel->fd)
