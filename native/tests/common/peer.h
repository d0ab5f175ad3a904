/* The other process, and the side channel over which descriptors travel: URMA leaves that to the application. */
#ifndef TESTS_PEER_H
#define TESTS_PEER_H

#include <stddef.h>
#include <sys/types.h>

typedef struct peer {
    /* The side channel. */
    int socket;
    /* 1 on the side that acts first. */
    int initiator;
    /* The forked other side, or 0. */
    pid_t child;
} peer_t;

/* Forks: the parent is the initiator. Comes before the first call of the library, which does not survive a fork.
 *
 * With URMA_TEST_LISTEN or URMA_TEST_CONNECT naming a path, meets another program there instead; the one that connects
 * is the initiator. So programs that run with different libraries can be brought together. */
peer_t peer_start(void);

/* Sends `bytes` bytes and receives as many. */
void peer_exchange(const peer_t *peer, const void *mine, void *theirs, size_t bytes);

/* Both sides have come to this point. */
void peer_meet(const peer_t *peer);

/* Ends the program: on the initiator after the forked side ended, with its failure if it failed. */
int peer_finish(const peer_t *peer);

#endif
