/* The library behind fixture.h; OLDER leaves out what an older release did not have. */
#include "fixture.h"

#include <string.h>

int32_t fixture_add(int32_t a, int32_t b)
{
    return a + b;
}

fixture_flag_t fixture_flip(fixture_flag_t flag, bool invert)
{
    if (invert) {
        flag.bs.middle = ~flag.bs.middle;
    }
    return flag;
}

int fixture_call(fixture_callback_t callback, const struct fixture_opaque *object, fixture_flag_t params)
{
    return callback(object, params, true);
}

uint64_t fixture_sum(const uint32_t numbers[], size_t function)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < function; i++) {
        sum += numbers[i];
    }
    return sum;
}

void fixture_fill(struct fixture_bits *bits)
{
    memset(bits, 0, sizeof(*bits));
    bits->a = 0xABCDE;
    bits->b = 0x12345;
    bits->wide = 0x9876543210;
    bits->after = 0xFED;
    bits->byte = 0x55;
    bits->beside = 0x1D;
    bits->behind = 0xBEEF;
    bits->negative = -17;
    bits->long_negative = -3000000000;
    bits->kind = FIXTURE_HIGH;
    bits->sign = FIXTURE_MINUS;
    bits->yes = true;
    bits->tail = 0x66;
}

fixture_nested_t fixture_make_nested(int16_t x, double d)
{
    fixture_nested_t nested = {.name = "nested"};
    nested.x = x;
    nested.rows[2].r = 77;
    nested.choice.d = d;
    return nested;
}

#ifdef OLDER
const char *fixture_version(void)
{
    return "older";
}
#else
const char *fixture_version(void)
{
    return "newer";
}

void fixture_newer(fixture_all_t *all, fixture_plain_t kind)
{
    all->tiny = (signed char)kind;
}
#endif
