/* librdmacm's functions: from an address to a connection and its end. */
#include "cm.h"

extern int roub_cm_bind_addr(struct rdma_cm_id *id, struct sockaddr *addr);
extern int roub_cm_resolve_addr(struct rdma_cm_id *id, struct sockaddr *src_addr, struct sockaddr *dst_addr);
extern int roub_cm_resolve_route(struct rdma_cm_id *id);
extern int roub_cm_listen(struct rdma_cm_id *id, int backlog);
extern int roub_cm_connect(struct rdma_cm_id *id, struct rdma_conn_param *conn_param);
extern int roub_cm_accept(struct rdma_cm_id *id, struct rdma_conn_param *conn_param);
extern int roub_cm_reject(struct rdma_cm_id *id, const void *private_data, uint8_t private_data_len);
extern int roub_cm_establish(struct rdma_cm_id *id);
extern int roub_cm_notify(struct rdma_cm_id *id, enum ibv_event_type event);
extern int roub_cm_disconnect(struct rdma_cm_id *id, int *reported);
extern int roub_cm_init_qp_attr(struct rdma_cm_id *id, struct ibv_qp_attr *qp_attr, int *qp_attr_mask);
extern int roub_cm_set_option(struct rdma_cm_id *id, int level, int optname, void *optval, size_t optlen);

#define FUNCTION(name, parameters, types, arguments, after)  \
    EXPORTED int rdma_##name parameters                      \
    {                                                        \
        FORWARDED(name, types, arguments)                    \
        ENTERED                                              \
        int status = roub_cm_##name arguments;               \
        return status != 0 ? status : after;                 \
    }

FUNCTION(bind_addr, (struct rdma_cm_id *id, struct sockaddr *addr), (struct rdma_cm_id *, struct sockaddr *), (id, addr), 0)
FUNCTION(listen, (struct rdma_cm_id *id, int backlog), (struct rdma_cm_id *, int), (id, backlog), 0)
FUNCTION(connect, (struct rdma_cm_id *id, struct rdma_conn_param *conn_param), (struct rdma_cm_id *, struct rdma_conn_param *),
    (id, conn_param), cm_complete(id))
FUNCTION(accept, (struct rdma_cm_id *id, struct rdma_conn_param *conn_param), (struct rdma_cm_id *, struct rdma_conn_param *),
    (id, conn_param), id->qp_type == IBV_QPT_UD ? 0 : cm_complete(id))
FUNCTION(reject, (struct rdma_cm_id *id, const void *private_data, uint8_t private_data_len),
    (struct rdma_cm_id *, const void *, uint8_t), (id, private_data, private_data_len), 0)
FUNCTION(establish, (struct rdma_cm_id *id), (struct rdma_cm_id *), (id), 0)
FUNCTION(notify, (struct rdma_cm_id *id, enum ibv_event_type event), (struct rdma_cm_id *, enum ibv_event_type), (id, event), 0)
FUNCTION(init_qp_attr, (struct rdma_cm_id *id, struct ibv_qp_attr *qp_attr, int *qp_attr_mask),
    (struct rdma_cm_id *, struct ibv_qp_attr *, int *), (id, qp_attr, qp_attr_mask), 0)
FUNCTION(set_option, (struct rdma_cm_id *id, int level, int optname, void *optval, size_t optlen),
    (struct rdma_cm_id *, int, int, void *, size_t), (id, level, optname, optval, optlen), 0)

/* What the fabric answers comes at once, so their time limits have nothing to limit. */

EXPORTED int rdma_resolve_addr(struct rdma_cm_id *id, struct sockaddr *src_addr, struct sockaddr *dst_addr, int timeout_ms)
{
    FORWARDED(resolve_addr, (struct rdma_cm_id *, struct sockaddr *, struct sockaddr *, int), (id, src_addr, dst_addr, timeout_ms))
    ENTERED
    int status = roub_cm_resolve_addr(id, src_addr, dst_addr);
    return status != 0 ? status : cm_complete(id);
}

EXPORTED int rdma_resolve_route(struct rdma_cm_id *id, int timeout_ms)
{
    FORWARDED(resolve_route, (struct rdma_cm_id *, int), (id, timeout_ms))
    ENTERED
    int status = roub_cm_resolve_route(id);
    return status != 0 ? status : cm_complete(id);
}

EXPORTED int rdma_disconnect(struct rdma_cm_id *id)
{
    FORWARDED(disconnect, (struct rdma_cm_id *), (id))
    ENTERED
    int reported = 0;
    int status = roub_cm_disconnect(id, &reported);
    return status != 0 || !reported ? status : cm_complete(id);
}

/* Nothing about enhanced connections is negotiated; what one side sets the other does not see. */

EXPORTED int rdma_reject_ece(struct rdma_cm_id *id, const void *private_data, uint8_t private_data_len)
{
    FORWARDED(reject_ece, (struct rdma_cm_id *, const void *, uint8_t), (id, private_data, private_data_len))
    return rdma_reject(id, private_data, private_data_len);
}

EXPORTED int rdma_set_local_ece(struct rdma_cm_id *id, struct ibv_ece *ece)
{
    FORWARDED(set_local_ece, (struct rdma_cm_id *, struct ibv_ece *), (id, ece))
    if (id == NULL || id->qp != NULL || ece == NULL || ece->vendor_id == 0 || ece->comp_mask != 0) {
        errno = EINVAL;
        return -1;
    }

    return 0;
}

EXPORTED int rdma_get_remote_ece(struct rdma_cm_id *id, struct ibv_ece *ece)
{
    FORWARDED(get_remote_ece, (struct rdma_cm_id *, struct ibv_ece *), (id, ece))
    if (id == NULL || id->qp != NULL || ece == NULL) {
        errno = EINVAL;
        return -1;
    }

    *ece = (struct ibv_ece){0};
    return 0;
}

/* Groups: the fabric has none. */

EXPORTED int rdma_join_multicast(struct rdma_cm_id *id, struct sockaddr *addr, void *context)
{
    FORWARDED(join_multicast, (struct rdma_cm_id *, struct sockaddr *, void *), (id, addr, context))
    errno = ENOSYS;
    return -1;
}

EXPORTED int rdma_join_multicast_ex(struct rdma_cm_id *id, struct rdma_cm_join_mc_attr_ex *mc_join_attr, void *context)
{
    FORWARDED(join_multicast_ex, (struct rdma_cm_id *, struct rdma_cm_join_mc_attr_ex *, void *), (id, mc_join_attr, context))
    errno = ENOSYS;
    return -1;
}

EXPORTED int rdma_leave_multicast(struct rdma_cm_id *id, struct sockaddr *addr)
{
    FORWARDED(leave_multicast, (struct rdma_cm_id *, struct sockaddr *), (id, addr))
    errno = EADDRNOTAVAIL;
    return -1;
}
