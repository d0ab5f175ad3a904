/* What the parts of the C front share. */
#ifndef URMA_ROUB_FRONT_H
#define URMA_ROUB_FRONT_H

/* The header's inline wrappers are for programs; here their functions are defined. */
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include <infiniband/verbs.h>

#include "runtime.h"

#undef ibv_query_port
#undef ibv_reg_mr
#undef ibv_reg_mr_iova

/* A QP as this library allocates it; managed code knows the same layout. */
struct front_qp {
    struct ibv_qp_ex ex;
    struct builder *builder;
};

/* A CQ as this library allocates it; managed code knows the same layout. */
struct front_cq {
    struct ibv_cq_ex ex;
    struct polling *polling;
};

/* Part of a context of ours: the functions of the data path and of the extended interfaces. */
extern const struct verbs_context front_context_template;

int front_poll_cq(struct ibv_cq *cq, int count, struct ibv_wc *wc);
int front_post_send(struct ibv_qp *qp, struct ibv_send_wr *wr, struct ibv_send_wr **bad);
int front_post_whole(struct ibv_qp *qp, struct ibv_send_wr *wr, struct ibv_send_wr **bad);
void front_device_marker(void);

/* Waits until a descriptor of an event channel is readable, where it is not non-blocking. The thread may be cancelled in here, and is told of
 * signals as in read(2). Answers 0, or -1 with errno. */
int front_await(int descriptor);

/* Cancelling a thread leaves managed code where it stands, with the locks it holds: up to the end of the block it is put off. */
#define UNCANCELLED __attribute__((cleanup(cancel_allow), unused)) int cancel_state = cancel_put_off();

static inline int cancel_put_off(void)
{
    int state = PTHREAD_CANCEL_ENABLE;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    return state;
}

static inline void cancel_allow(const int *state)
{
    pthread_setcancelstate(*state, NULL);
}

/* Whether it is one of this library's; otherwise it is the original library's. */
static inline bool is_own(const struct ibv_context *context)
{
    return context->ops.poll_cq == front_poll_cq;
}

static inline bool is_own_device(const struct ibv_device *device)
{
    return (void (*)(void))device->_ops._dummy1 == front_device_marker;
}

/* The original library: NULL, and errno ENOSYS, where there is none. */
void *original_function(const char *name);

/* Opens another library of that name than this one: where the program says, the one that is loaded, or where distributions have it. */
void *original_open(const char *name, const char *chosen);

/* Whether there is a reason to ask the original library for devices. */
bool original_has_devices(void);

void builder_attach(struct front_qp *qp, uint64_t operations);
void builder_free(struct front_qp *qp);
int polling_attach(struct front_cq *cq, const struct ibv_cq_init_attr_ex *init);
void polling_free(struct polling *polling);

#endif
