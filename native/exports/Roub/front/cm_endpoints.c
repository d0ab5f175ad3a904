/* librdmacm's functions: ids made in one go of what rdma_getaddrinfo says. */
#include <stdlib.h>

#include "cm.h"

enum { RESOLVE_MS = 2000 };

static int make_passive(struct rdma_cm_id *id, struct rdma_addrinfo *res, struct ibv_pd *pd, struct ibv_qp_init_attr *attributes)
{
    if (rdma_bind_addr(id, res->ai_src_addr) != 0) {
        return -1;
    }

    if (attributes != NULL) {
        struct ibv_qp_init_attr *kept = malloc(sizeof(*kept));
        if (kept == NULL) {
            errno = ENOMEM;
            return -1;
        }

        *kept = *attributes;
        ((struct front_id *)id)->request_attributes = kept;
        id->pd = pd == NULL ? id->pd : pd;
    }

    return 0;
}

static int make_active(struct rdma_cm_id *id, struct rdma_addrinfo *res, struct ibv_pd *pd, struct ibv_qp_init_attr *attributes)
{
    if (rdma_resolve_addr(id, res->ai_src_addr, res->ai_dst_addr, RESOLVE_MS) != 0 || rdma_resolve_route(id, RESOLVE_MS) != 0) {
        return -1;
    }

    if (attributes == NULL) {
        return 0;
    }

    attributes->qp_type = (enum ibv_qp_type)res->ai_qp_type;
    return rdma_create_qp(id, pd, attributes);
}

EXPORTED int rdma_create_ep(struct rdma_cm_id **id, struct rdma_addrinfo *res, struct ibv_pd *pd, struct ibv_qp_init_attr *qp_init_attr)
{
    FORWARDED(create_ep, (struct rdma_cm_id **, struct rdma_addrinfo *, struct ibv_pd *, struct ibv_qp_init_attr *),
        (id, res, pd, qp_init_attr))
    struct rdma_cm_id *made;
    if (rdma_create_id(NULL, &made, NULL, (enum rdma_port_space)res->ai_port_space) != 0) {
        return -1;
    }

    made->qp_type = (enum ibv_qp_type)res->ai_qp_type;
    if (((res->ai_flags & RAI_PASSIVE) != 0 ? make_passive : make_active)(made, res, pd, qp_init_attr) != 0) {
        int reason = errno;
        rdma_destroy_id(made);
        errno = reason;
        return -1;
    }

    *id = made;
    return 0;
}

EXPORTED void rdma_destroy_ep(struct rdma_cm_id *id)
{
    if (cm_is_forwarded()) {
        void (*original)(struct rdma_cm_id *) = (void (*)(struct rdma_cm_id *))cm_original_function("rdma_destroy_ep");
        if (original != NULL) {
            original(id);
        }

        return;
    }

    if (id->qp != NULL) {
        rdma_destroy_qp(id);
    }

    if (id->srq != NULL) {
        rdma_destroy_srq(id);
    }

    rdma_destroy_id(id);
}

/* The new id keeps its event until its next call, as other calls that wait leave theirs. */
static int make_request(struct front_id *listener, struct rdma_cm_event *event)
{
    struct rdma_cm_id *made = event->id;
    if (listener->request_attributes != NULL) {
        struct ibv_qp_init_attr attributes = *listener->request_attributes;
        attributes.qp_type = listener->id.qp_type;
        if (rdma_create_qp(made, listener->id.pd, &attributes) != 0) {
            return -1;
        }
    }

    made->event = event;
    return 0;
}

EXPORTED int rdma_get_request(struct rdma_cm_id *listen, struct rdma_cm_id **id)
{
    FORWARDED(get_request, (struct rdma_cm_id *, struct rdma_cm_id **), (listen, id))
    struct front_id *listener = (struct front_id *)listen;
    if (!listener->is_sync) {
        errno = EINVAL;
        return -1;
    }

    struct rdma_cm_event *event;
    cm_let_go(listen);
    if (rdma_get_cm_event(listen->channel, &event) != 0) {
        return -1;
    }

    if (event->status != 0 || event->event != RDMA_CM_EVENT_CONNECT_REQUEST) {
        errno = event->status < 0 ? -event->status : EINVAL;
        rdma_ack_cm_event(event);
        return -1;
    }

    struct rdma_cm_id *made = event->id;
    if (make_request(listener, event) != 0) {
        int reason = errno;
        rdma_ack_cm_event(event);
        rdma_destroy_id(made);
        errno = reason;
        return -1;
    }

    *id = made;
    return 0;
}
