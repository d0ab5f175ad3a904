/* What the parts of the front share that belong to connections (librdmacm's functions). */
#ifndef URMA_ROUB_CM_H
#define URMA_ROUB_CM_H

#include <rdma/rdma_verbs.h>

#include "front.h"

/* An id as this library allocates it; managed code knows the same layout. */
struct front_id {
    struct rdma_cm_id id;
    struct ibv_qp_init_attr *request_attributes;
    int is_sync;
};

/* Whether the program said that connections are the original librdmacm's business. */
bool cm_is_forwarded(void);

/* A function of the original librdmacm; NULL, and errno ENOSYS, where there is none. */
void *cm_original_function(const char *name);

/* In a function that answers 0, or -1 with errno. */
#define FORWARDED(name, parameters, arguments)                                          \
    if (cm_is_forwarded()) {                                                            \
        int(*original) parameters = (int(*) parameters)cm_original_function("rdma_" #name); \
        return original == NULL ? -1 : original arguments;                              \
    }

#define ENTERED           \
    if (!runtime_enter()) { \
        errno = EIO;      \
        return -1;        \
    }                     \
    UNCANCELLED

/* Of an id that waits for what it causes: waits for the next event, keeps it in the id, and says how it ended. */
int cm_complete(struct rdma_cm_id *id);

/* Acknowledges the event that such an id keeps. */
void cm_let_go(struct rdma_cm_id *id);

#endif
