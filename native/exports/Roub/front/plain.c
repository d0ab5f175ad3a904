/* Functions that need no managed code: what has nothing to do with the engine, and what a device of software does not have. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "front.h"

/* Registered memory is hidden from forked children by the engine already. */

EXPORTED int ibv_fork_init(void)
{
    if (!original_has_devices()) {
        return 0;
    }

    int (*original)(void) = (int (*)(void))original_function("ibv_fork_init");
    return original == NULL ? 0 : original();
}

EXPORTED enum ibv_fork_status ibv_is_fork_initialized(void)
{
    return IBV_FORK_ENABLED;
}

EXPORTED int ibv_dontfork_range(void *base, size_t size)
{
    int (*original)(void *, size_t) = original_has_devices() ? (int (*)(void *, size_t))original_function("ibv_dontfork_range") : NULL;
    return original == NULL ? 0 : original(base, size);
}

EXPORTED int ibv_dofork_range(void *base, size_t size)
{
    int (*original)(void *, size_t) = original_has_devices() ? (int (*)(void *, size_t))original_function("ibv_dofork_range") : NULL;
    return original == NULL ? 0 : original(base, size);
}

EXPORTED const char *ibv_get_sysfs_path(void)
{
    return "/sys";
}

EXPORTED int ibv_read_sysfs_file(const char *dir, const char *file, char *buf, size_t size)
{
    char path[512];
    if (snprintf(path, sizeof(path), "%s/%s", dir, file) >= (int)sizeof(path)) {
        return -1;
    }

    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return -1;
    }

    ssize_t length = read(descriptor, buf, size);
    close(descriptor);
    if (length > 0) {
        if (buf[length - 1] == '\n') {
            buf[--length] = '\0';
        } else if ((size_t)length < size) {
            buf[length] = '\0';
        } else {
            return -1;
        }
    }

    return (int)length;
}

extern void roub_ack_async_event(struct ibv_async_event *event);

EXPORTED void ibv_ack_async_event(struct ibv_async_event *event)
{
    struct ibv_context *context = NULL;
    switch (event->event_type) {
    case IBV_EVENT_CQ_ERR:
        context = event->element.cq->context;
        break;
    case IBV_EVENT_QP_FATAL:
    case IBV_EVENT_QP_REQ_ERR:
    case IBV_EVENT_QP_ACCESS_ERR:
    case IBV_EVENT_COMM_EST:
    case IBV_EVENT_SQ_DRAINED:
    case IBV_EVENT_PATH_MIG:
    case IBV_EVENT_PATH_MIG_ERR:
    case IBV_EVENT_QP_LAST_WQE_REACHED:
        context = event->element.qp->context;
        break;
    case IBV_EVENT_SRQ_ERR:
    case IBV_EVENT_SRQ_LIMIT_REACHED:
        context = event->element.srq->context;
        break;
    default:
        break;
    }

    /* Of a port there is nothing to acknowledge in either library. */
    if (context != NULL && is_own(context)) {
        if (runtime_enter()) {
            roub_ack_async_event(event);
        }
    } else if (context != NULL) {
        void (*original)(struct ibv_async_event *) = (void (*)(struct ibv_async_event *))original_function("ibv_ack_async_event");
        if (original != NULL) {
            original(event);
        }
    }
}

EXPORTED struct ibv_ah *ibv_create_ah_from_wc(struct ibv_pd *pd, struct ibv_wc *wc, struct ibv_grh *grh, uint8_t port_num)
{
    struct ibv_ah_attr attr;
    return ibv_init_ah_from_wc(pd->context, port_num, wc, grh, &attr) != 0 ? NULL : ibv_create_ah(pd, &attr);
}

EXPORTED struct ibv_qp_ex *ibv_qp_to_qp_ex(struct ibv_qp *qp)
{
    if (is_own(qp->context)) {
        return ((struct front_qp *)qp)->builder == NULL ? NULL : &((struct front_qp *)qp)->ex;
    }

    struct ibv_qp_ex *(*original)(struct ibv_qp *) = (struct ibv_qp_ex * (*)(struct ibv_qp *)) original_function("ibv_qp_to_qp_ex");
    return original == NULL ? NULL : original(qp);
}

/* Bytes of a message arrive in any order: copies are made by vectors. */
#define FORWARD_OR(type, own, missing, name, parameters, arguments, context_of)              \
    EXPORTED type ibv_##name parameters                                                      \
    {                                                                                        \
        if (is_own(context_of)) {                                                            \
            own;                                                                             \
        }                                                                                    \
        type(*original) parameters = (type(*) parameters)original_function("ibv_" #name);    \
        return original == NULL ? missing : original arguments;                              \
    }

#define REFUSE_NULL    \
    errno = EOPNOTSUPP; \
    return NULL

FORWARD_OR(int, return 0, 0, query_qp_data_in_order, (struct ibv_qp *qp, enum ibv_wr_opcode op, uint32_t flags), (qp, op, flags), qp->context)
FORWARD_OR(int, return EOPNOTSUPP, ENOSYS, set_ece, (struct ibv_qp *qp, struct ibv_ece *ece), (qp, ece), qp->context)
FORWARD_OR(int, *ece = (struct ibv_ece){0}; return 0, ENOSYS, query_ece, (struct ibv_qp *qp, struct ibv_ece *ece), (qp, ece), qp->context)
FORWARD_OR(struct ibv_mr *, REFUSE_NULL, NULL, reg_dmabuf_mr,
    (struct ibv_pd *pd, uint64_t offset, size_t length, uint64_t iova, int fd, int access), (pd, offset, length, iova, fd, access), pd->context)
FORWARD_OR(struct ibv_pd *, REFUSE_NULL, NULL, import_pd, (struct ibv_context *context, uint32_t handle), (context, handle), context)
FORWARD_OR(struct ibv_mr *, REFUSE_NULL, NULL, import_mr, (struct ibv_pd *pd, uint32_t handle), (pd, handle), pd->context)
FORWARD_OR(struct ibv_dm *, REFUSE_NULL, NULL, import_dm, (struct ibv_context *context, uint32_t handle), (context, handle), context)
FORWARD_OR(int, errno = EOPNOTSUPP; return -1, -1, resolve_eth_l2_from_gid,
    (struct ibv_context *context, struct ibv_ah_attr *attr, uint8_t mac[ETHERNET_LL_SIZE], uint16_t *vid), (context, attr, mac, vid), context)

#undef REFUSE_NULL

/* Only objects of the original library can have been imported. */

EXPORTED struct ibv_context *ibv_import_device(int cmd_fd)
{
    struct ibv_context *(*original)(int) = (struct ibv_context * (*)(int)) original_function("ibv_import_device");
    return original == NULL ? NULL : original(cmd_fd);
}

#define UNIMPORT(name, type)                                                              \
    EXPORTED void ibv_##name(type *object)                                                \
    {                                                                                     \
        void (*original)(type *) = is_own(object->context) ? NULL : (void (*)(type *))original_function("ibv_" #name); \
        if (original != NULL) {                                                           \
            original(object);                                                             \
        }                                                                                 \
    }

UNIMPORT(unimport_pd, struct ibv_pd)
UNIMPORT(unimport_mr, struct ibv_mr)
UNIMPORT(unimport_dm, struct ibv_dm)
