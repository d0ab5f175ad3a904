#include "layout.h"

/* "struct urma_ops *" is "urma_ops*" in the table. */
static void print_type(const char *field_type)
{
    const char *constant = "";
    if (strncmp(field_type, "const ", 6) == 0) {
        constant = "const ";
        field_type += 6;
    }

    const char *const tags[] = {"struct ", "union "};
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        if (strncmp(field_type, tags[i], strlen(tags[i])) == 0) {
            field_type += strlen(tags[i]);
        }
    }

    printf("%s", constant);
    for (; *field_type != '\0'; field_type++) {
        if (*field_type != ' ') {
            putchar(*field_type);
        }
    }
    putchar('\n');
}

void layout_row(const char *type, const char *field, size_t offset, size_t size, const char *field_type)
{
    printf("%s,%s,%zu,%zu,,,", type, field, offset, size);
    if (strcmp(field_type, "union{}") == 0 || strncmp(field_type, "struct{}", 8) == 0) {
        puts(field_type);
    } else {
        print_type(field_type);
    }
}

void layout_type_row(const char *type, size_t size, size_t alignment)
{
    printf("%s,(sizeof),,%zu,,,align=%zu\n", type, size, alignment);
}

void layout_enum_row(const char *type, size_t size)
{
    printf("%s,(sizeof),,%zu,,,enum\n", type, size);
}

void layout_value_row(const char *type, const char *name, long long value)
{
    printf("%s,=%s,%lld,,,,enumerator\n", type, name, value);
}

void layout_bits_row(const char *type, const char *field, const void *object, size_t size, const char *field_type)
{
    const unsigned char *bytes = object;
    size_t first = 0;
    size_t count = 0;
    for (size_t bit = 0; bit < size * 8; bit++) {
        if ((bytes[bit / 8] >> (bit % 8) & 1) != 0) {
            first = count == 0 ? bit : first;
            count++;
        }
    }

    printf("%s,%s,%zu,,%zu,%zu,%s\n", type, field, first / 8, first, count, field_type);
}
