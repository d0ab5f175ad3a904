/* The exported face of the library: C functions in front of managed ones. They answer by themselves in a process that was
 * forked after the runtime came alive, because the runtime's threads did not come along. */
#include <errno.h>
#include <stddef.h>

#include "front.h"

/* Managed: does nothing with the tables but keep them; entering it is what starts the runtime. */
extern void urmasoft_start(struct urma_ops *ops, struct urma_provider_ops *provider,
    void (*log)(int level, const char *message));

void runtime_first_call(void)
{
    urmasoft_start(&front_ops, &front_provider_ops, front_log);
}

#define STATUS(type, name, forked, parameters, arguments) \
    extern type urmasoft_##name parameters;               \
    EXPORTED type urma_##name parameters                  \
    {                                                     \
        if (!runtime_enter()) {                             \
            return forked;                                \
        }                                                 \
        return urmasoft_##name arguments;                 \
    }

#define POINTER(type, name, parameters, arguments) \
    extern type urmasoft_##name parameters;        \
    EXPORTED type urma_##name parameters           \
    {                                              \
        if (!runtime_enter()) {                      \
            errno = EIO;                           \
            return NULL;                           \
        }                                          \
        return urmasoft_##name arguments;          \
    }

#define SILENT(name, parameters, arguments)  \
    extern void urmasoft_##name parameters;  \
    EXPORTED void urma_##name parameters     \
    {                                        \
        if (runtime_enter()) {                 \
            urmasoft_##name arguments;       \
        }                                    \
    }

#include "functions.h"
