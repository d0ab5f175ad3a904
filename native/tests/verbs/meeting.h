/* Where two programs on any two machines meet: a TCP connection over which they exchange lines of text. */
#ifndef TESTS_MEETING_H
#define TESTS_MEETING_H

#include <stdbool.h>
#include <stddef.h>

/* Longest line, its end included. */
#define MEETING_LINE 512

/* Waits for the other at `port`, or connects to it at `server` for as long as nobody listens there. */
int meeting_open(const char *server, int port);

/* Sends `mine`, a line without its end, and receives the other's into `theirs`, MEETING_LINE bytes. */
void meeting_exchange(int meeting, const char *mine, char *theirs);

/* Both sides have come to this point. */
void meeting_wait(int meeting);

#endif
