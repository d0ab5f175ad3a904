/* The exported face of the library: C functions in front of managed ones, and of the original library for its objects. They
 * answer by themselves in a process that was forked after the runtime came alive, because its threads did not come along. */
#include <stdlib.h>

#include "front.h"

/* Managed: keeps the template; entering it is what starts the runtime. */
extern void roub_start(const struct verbs_context *context, void (*device_marker)(void));

/* Devices are known by its address. */
void front_device_marker(void)
{
}

void runtime_first_call(void)
{
    roub_start(&front_context_template, front_device_marker);
}

#define CALL(type, forked, name, parameters, arguments, context_of)                  \
    extern type roub_##name parameters;                                              \
    EXPORTED type ibv_##name parameters                                              \
    {                                                                                \
        if (__builtin_expect(!is_own(context_of), 0)) {                              \
            static type(*original) parameters;                                       \
            if (original == NULL) {                                                  \
                original = (type(*) parameters)original_function("ibv_" #name);      \
            }                                                                        \
            return original == NULL ? forked : original arguments;                   \
        }                                                                            \
        if (!runtime_enter()) {                                                      \
            errno = EIO;                                                             \
            return forked;                                                           \
        }                                                                            \
        UNCANCELLED                                                                  \
        return roub_##name arguments;                                                \
    }

#define SILENT(name, parameters, arguments, context_of)                              \
    extern void roub_##name parameters;                                              \
    EXPORTED void ibv_##name parameters                                              \
    {                                                                                \
        if (!is_own(context_of)) {                                                   \
            void(*original) parameters = (void(*) parameters)original_function("ibv_" #name); \
            if (original != NULL) {                                                  \
                original arguments;                                                  \
            }                                                                        \
        } else if (runtime_enter()) {                                                \
            UNCANCELLED                                                              \
            roub_##name arguments;                                                   \
        }                                                                            \
    }

#include "functions.h"

extern int roub_destroy_qp(struct ibv_qp *qp);

EXPORTED int ibv_destroy_qp(struct ibv_qp *qp)
{
    if (!is_own(qp->context)) {
        int (*original)(struct ibv_qp *) = (int (*)(struct ibv_qp *))original_function("ibv_destroy_qp");
        return original == NULL ? ENOSYS : original(qp);
    }

    if (!runtime_enter()) {
        return errno = EIO;
    }

    UNCANCELLED
    builder_free((struct front_qp *)qp);
    return roub_destroy_qp(qp);
}

extern int roub_destroy_cq(struct ibv_cq *cq);

EXPORTED int ibv_destroy_cq(struct ibv_cq *cq)
{
    if (!is_own(cq->context)) {
        int (*original)(struct ibv_cq *) = (int (*)(struct ibv_cq *))original_function("ibv_destroy_cq");
        return original == NULL ? ENOSYS : original(cq);
    }

    if (!runtime_enter()) {
        return errno = EIO;
    }

    UNCANCELLED
    struct polling *polling = ((struct front_cq *)cq)->polling;
    int status = roub_destroy_cq(cq);
    if (status == 0) {
        polling_free(polling);
    }

    return status;
}
