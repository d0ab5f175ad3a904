/* Rows of the layout oracle, in the form of native/include/abi/liburma-abi.csv:
 *
 *     struct,field,offset,size,bit_offset,bit_size,type
 *
 * Offsets and sizes are the compiler's own answers. The types are written out here and compared with the
 * declarations at compile time, so that a row cannot claim what the header does not say. */
#ifndef LAYOUT_H
#define LAYOUT_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

void layout_row(const char *type, const char *field, size_t offset, size_t size, const char *field_type);
void layout_type_row(const char *type, size_t size, size_t alignment);
void layout_enum_row(const char *type, size_t size);
void layout_value_row(const char *type, const char *name, long long value);

/* Finds the bits that are set in the object. */
void layout_bits_row(const char *type, const char *field, const void *object, size_t size, const char *field_type);

#define TYPE(type) layout_type_row(#type, sizeof(type), alignof(type))
#define ENUMERATION(type) layout_enum_row(#type, sizeof(type))
#define VALUE(type, name) layout_value_row(#type, #name, (long long)(type)(name))

#define MEMBER(type, field) (((type *)0)->field)
#define SIZE(type, field) sizeof(MEMBER(type, field))

#define FIELD(type, field, field_type)                                                                            \
    do {                                                                                                          \
        _Static_assert(__builtin_types_compatible_p(__typeof__(MEMBER(type, field)), field_type), #type "." #field); \
        layout_row(#type, #field, offsetof(type, field), SIZE(type, field), #field_type);                         \
    } while (0)

/* A nested struct or union without a name of its own. */
#define GROUP(type, field, shape) layout_row(#type, #field, offsetof(type, field), SIZE(type, field), shape)

#define FUNCTION(type, field) layout_row(#type, #field, offsetof(type, field), SIZE(type, field), "fn*")

#define FLEXIBLE(type, field, element)                                                                   \
    do {                                                                                                 \
        _Static_assert(__builtin_types_compatible_p(__typeof__(MEMBER(type, field)), element[]), #type "." #field); \
        layout_row(#type, #field, offsetof(type, field), 0, #element "[0]");                             \
    } while (0)

/* A bit-field has neither address nor size: one below zero fills it, whatever its width. */
#define BITS(type, field, base)                                                  \
    do {                                                                         \
        type object;                                                             \
        memset(&object, 0, sizeof(object));                                      \
        object.field--;                                                          \
        layout_bits_row(#type, #field, &object, sizeof(object), #base);          \
    } while (0)

/* One per header. */
void layout_opcode(void);
void layout_types(void);
void layout_types_eid(void);
void layout_types_device(void);
void layout_types_completion(void);
void layout_types_queue(void);
void layout_types_path(void);
void layout_types_jetty(void);
void layout_types_segment(void);
void layout_types_work(void);
void layout_types_event(void);
void layout_types_region(void);
void layout_provider(void);
void layout_cmd_command(void);
void layout_cmd_segment(void);
void layout_cmd_jfr(void);
void layout_cmd_jfs(void);
void layout_cmd_jfc(void);
void layout_cmd_jetty(void);
void layout_cmd_import(void);
void layout_cmd_device(void);
void layout_cmd_path(void);
void layout_cmd_event(void);
void layout_perf(void);
void layout_ubagg(void);
void layout_obmm(void);

#endif
