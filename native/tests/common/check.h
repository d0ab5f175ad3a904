/* Says what was expected, and ends the program. */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <stdint.h>

/* Longest time a program waits for anything. */
#define CHECK_LIMIT_NS UINT64_C(20000000000)

#define CHECK(condition, ...)                                              \
    do {                                                                   \
        if (!(condition)) {                                                \
            check_failed(__FILE__, __LINE__, #condition, __VA_ARGS__);     \
        }                                                                  \
    } while (0)

__attribute__((noreturn, format(printf, 4, 5)))
void check_failed(const char *file, int line, const char *condition, const char *format, ...);

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t check_now_ns(void);

#endif
