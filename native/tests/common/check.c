#include "check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void check_failed(const char *file, int line, const char *condition, const char *format, ...)
{
    int error = errno;
    fprintf(stderr, "%s:%d: process %d: not so: %s: ", file, line, (int)getpid(), condition);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, " (errno %d, %s)\n", error, strerror(error));
    /* Not exit: a library whose call just failed has no say in how the program ends. */
    _exit(1);
}

uint64_t check_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}
