/* Everything a binding may meet, in one header: the generator's own test. Nothing here means anything. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Constants; those that are none must not become any. */
#define FIXTURE_INT 42
#define FIXTURE_NEGATIVE (-7)
#define FIXTURE_UNSIGNED 0xFFFFFFFFU
#define FIXTURE_LONG 0x123456789AL
#define FIXTURE_ULONG 0x8000000000000000UL
#define FIXTURE_SHIFT (1U << 31)
#define FIXTURE_SUM (FIXTURE_INT + FIXTURE_PLUS)
#define FIXTURE_TEXT "quote \" tab \t end"
#define FIXTURE_CHAR 'x'
#define FIXTURE_EMPTY
#define FIXTURE_FUNCTION(x) ((x) + 1)
#define FIXTURE_TYPE unsigned long
#define FIXTURE_STATEMENT do { } while (0)
#define FIXTURE_GONE 1
#undef FIXTURE_GONE

typedef enum fixture_plain { FIXTURE_ONE = 1, FIXTURE_TWO, FIXTURE_HIGH = 0x80000000 } fixture_plain_t;
typedef enum fixture_signed { FIXTURE_MINUS = -1, FIXTURE_PLUS = 1 } fixture_signed_t;
typedef enum fixture_wide { FIXTURE_WIDE = 0x100000000 } fixture_wide_t;
typedef enum __attribute__((packed)) fixture_small { FIXTURE_SMALL = 3 } fixture_small_t;
enum { FIXTURE_UNNAMED = 11 };

/* Mentioned before it is defined, and never defined. */
typedef struct fixture_later fixture_later_t;
struct fixture_opaque;

typedef union fixture_flag {
    struct {
        uint32_t low : 3;
        uint32_t middle : 10;
        uint32_t high : 19;
    } bs;
    uint32_t value;
} fixture_flag_t;

/* Bit-fields: over the end of a unit, ended by hand, signed, of an enum, of a bool, beside other members, without a name. */
struct fixture_bits {
    uint32_t a : 20;
    uint32_t b : 20;
    uint64_t wide : 40;
    uint64_t : 4;
    uint64_t after : 12;
    uint8_t byte;
    uint32_t beside : 5;
    uint16_t behind;
    int32_t negative : 6;
    uint32_t : 0;
    int64_t long_negative : 33;
    fixture_plain_t kind : 32;
    fixture_signed_t sign : 2;
    _Bool yes : 1;
    uint8_t tail;
};

/* Bit-fields without padding, the last of which no aligned integer holds. */
struct __attribute__((packed)) fixture_packed {
    uint8_t first;
    uint64_t wide;
    uint16_t five : 5;
    uint16_t thirteen : 13;
    uint32_t thirty : 30;
    uint16_t last;
};

/* Packed to two, and to what its members have anyway. */
#pragma pack(push, 2)
typedef struct {
    uint8_t byte;
    uint32_t word;
    void *pointer;
} fixture_pack_two_t;
#pragma pack(pop)

struct fixture_aligned {
    uint8_t byte;
} __attribute__((aligned(64)));

typedef struct fixture_nested {
    char name[8];
    union {
        struct {
            int16_t x;
            int16_t y;
        };
        uint64_t z;
        struct {
            uint32_t in : 4;
            uint32_t out : 28;
            uint32_t ref;
        };
    };
    struct {
        uint8_t q;
        uint64_t r;
    } rows[3];
    union {
        float f;
        double d;
    } choice;
    struct fixture_inner {
        size_t size;
        ssize_t signed_size;
    } inner;
} fixture_nested_t;

typedef int (*fixture_callback_t)(const struct fixture_opaque *opaque, fixture_flag_t flag, _Bool ok);

typedef struct fixture_all {
    fixture_later_t *later;
    struct fixture_opaque *opaque;
    fixture_callback_t callback;
    void (*handlers[4])(void);
    void (*variadic)(const char *format, ...);
    int (*(*returns_function)(int))(long);
    struct fixture_aligned aligned;
    const char *names[2][3];
    uint16_t grid[2][3];
    fixture_small_t small;
    struct fixture_packed packed;
    pthread_mutex_t mutex;
    atomic_ulong counter;
    unsigned long machine_word;
    long long longest;
    signed char tiny;
    uint8_t fixture_all;
    uint8_t object;
    uint8_t tail[];
} fixture_all_t;

struct fixture_later {
    fixture_all_t *all;
    uint64_t zero_length[0];
};

/* What the library has. */
int32_t fixture_add(int32_t a, int32_t b);
fixture_flag_t fixture_flip(fixture_flag_t flag, bool invert);
int fixture_call(fixture_callback_t callback, const struct fixture_opaque *object, fixture_flag_t params);
uint64_t fixture_sum(const uint32_t numbers[], size_t function);
void fixture_fill(struct fixture_bits *bits);
fixture_nested_t fixture_make_nested(int16_t x, double d);
const char *fixture_version(void);

/* What an older library lacks. */
void fixture_newer(fixture_all_t *all, fixture_plain_t);

/* What cannot be called from C#, or is in no library. */
int fixture_print(const char *format, ...);
static inline int fixture_inline(int x)
{
    return x + 1;
}

#endif
