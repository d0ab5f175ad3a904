/* librdmacm's functions: the queues of an id. What the program does not bring, the id gets of its own. */
#include "cm.h"

/* Reasons are answered in errno. */
static int with_reason(int status)
{
    if (status > 0) {
        errno = status;
        return -1;
    }

    return status;
}

static void destroy_completion(struct ibv_cq **cq, struct ibv_comp_channel **channel)
{
    if (*cq != NULL) {
        ibv_destroy_cq(*cq);
        *cq = NULL;
    }

    if (*channel != NULL) {
        ibv_destroy_comp_channel(*channel);
        *channel = NULL;
    }
}

static int make_completion(struct rdma_cm_id *id, uint32_t depth, struct ibv_cq **cq, struct ibv_comp_channel **channel)
{
    *channel = ibv_create_comp_channel(id->verbs);
    if (*channel == NULL) {
        return -1;
    }

    *cq = ibv_create_cq(id->verbs, depth == 0 ? 1 : (int)depth, id, *channel, 0);
    if (*cq != NULL && with_reason(ibv_req_notify_cq(*cq, 0)) == 0) {
        return 0;
    }

    int reason = errno;
    destroy_completion(cq, channel);
    errno = reason;
    return -1;
}

static void destroy_own_completions(struct rdma_cm_id *id)
{
    int reason = errno;
    destroy_completion(&id->send_cq, &id->send_cq_channel);
    if (id->srq == NULL) {
        destroy_completion(&id->recv_cq, &id->recv_cq_channel);
    }

    errno = reason;
}

static int make_own_completions(struct rdma_cm_id *id, struct ibv_qp_init_attr_ex *attr)
{
    if (attr->recv_cq == NULL && id->recv_cq == NULL
        && make_completion(id, attr->cap.max_recv_wr, &id->recv_cq, &id->recv_cq_channel) != 0) {
        return -1;
    }

    if (attr->send_cq == NULL && make_completion(id, attr->cap.max_send_wr, &id->send_cq, &id->send_cq_channel) != 0) {
        destroy_own_completions(id);
        return -1;
    }

    attr->recv_cq = attr->recv_cq == NULL ? id->recv_cq : attr->recv_cq;
    attr->send_cq = attr->send_cq == NULL ? id->send_cq : attr->send_cq;
    return 0;
}

/* To where it can be posted receives; of datagrams, to where it can be used. */
static int make_usable(struct rdma_cm_id *id, struct ibv_qp *qp)
{
    enum ibv_qp_state last = qp->qp_type == IBV_QPT_UD ? IBV_QPS_RTS : IBV_QPS_INIT;
    for (enum ibv_qp_state state = IBV_QPS_INIT; state <= last; state++) {
        struct ibv_qp_attr attributes = {.qp_state = state};
        int mask;
        if (rdma_init_qp_attr(id, &attributes, &mask) != 0 || with_reason(ibv_modify_qp(qp, &attributes, mask)) != 0) {
            return -1;
        }
    }

    return 0;
}

EXPORTED int rdma_create_qp_ex(struct rdma_cm_id *id, struct ibv_qp_init_attr_ex *qp_init_attr)
{
    FORWARDED(create_qp_ex, (struct rdma_cm_id *, struct ibv_qp_init_attr_ex *), (id, qp_init_attr))
    if ((qp_init_attr->comp_mask & IBV_QP_INIT_ATTR_PD) == 0) {
        qp_init_attr->comp_mask |= IBV_QP_INIT_ATTR_PD;
        qp_init_attr->pd = id->pd;
    }

    if (id->qp != NULL || id->verbs == NULL || qp_init_attr->pd == NULL || qp_init_attr->pd->context != id->verbs) {
        errno = EINVAL;
        return -1;
    }

    qp_init_attr->srq = qp_init_attr->srq == NULL ? id->srq : qp_init_attr->srq;
    if (make_own_completions(id, qp_init_attr) != 0) {
        return -1;
    }

    struct ibv_qp *qp = ibv_create_qp_ex(id->verbs, qp_init_attr);
    if (qp == NULL) {
        destroy_own_completions(id);
        return -1;
    }

    id->qp_type = qp->qp_type;
    if (make_usable(id, qp) != 0) {
        int reason = errno;
        ibv_destroy_qp(qp);
        destroy_own_completions(id);
        errno = reason;
        return -1;
    }

    id->pd = qp_init_attr->pd;
    id->qp = qp;
    return 0;
}

EXPORTED int rdma_create_qp(struct rdma_cm_id *id, struct ibv_pd *pd, struct ibv_qp_init_attr *qp_init_attr)
{
    FORWARDED(create_qp, (struct rdma_cm_id *, struct ibv_pd *, struct ibv_qp_init_attr *), (id, pd, qp_init_attr))
    struct ibv_qp_init_attr_ex extended = {
        .qp_context = qp_init_attr->qp_context,
        .send_cq = qp_init_attr->send_cq,
        .recv_cq = qp_init_attr->recv_cq,
        .srq = qp_init_attr->srq,
        .cap = qp_init_attr->cap,
        .qp_type = qp_init_attr->qp_type,
        .sq_sig_all = qp_init_attr->sq_sig_all,
        .comp_mask = IBV_QP_INIT_ATTR_PD,
        .pd = pd == NULL ? id->pd : pd,
    };
    int status = rdma_create_qp_ex(id, &extended);
    qp_init_attr->send_cq = extended.send_cq;
    qp_init_attr->recv_cq = extended.recv_cq;
    qp_init_attr->srq = extended.srq;
    qp_init_attr->cap = extended.cap;
    return status;
}

EXPORTED void rdma_destroy_qp(struct rdma_cm_id *id)
{
    if (cm_is_forwarded()) {
        void (*original)(struct rdma_cm_id *) = (void (*)(struct rdma_cm_id *))cm_original_function("rdma_destroy_qp");
        if (original != NULL) {
            original(id);
        }

        return;
    }

    if (id->qp != NULL) {
        struct ibv_qp *qp = id->qp;
        id->qp = NULL;
        ibv_destroy_qp(qp);
    }

    destroy_own_completions(id);
}

EXPORTED int rdma_create_srq_ex(struct rdma_cm_id *id, struct ibv_srq_init_attr_ex *attr)
{
    FORWARDED(create_srq_ex, (struct rdma_cm_id *, struct ibv_srq_init_attr_ex *), (id, attr))
    if ((attr->comp_mask & IBV_SRQ_INIT_ATTR_PD) == 0 || attr->pd == NULL) {
        attr->comp_mask |= IBV_SRQ_INIT_ATTR_PD;
        attr->pd = id->pd;
    }

    if (id->srq != NULL || id->verbs == NULL || attr->pd == NULL || attr->pd->context != id->verbs) {
        errno = EINVAL;
        return -1;
    }

    id->srq = ibv_create_srq_ex(id->verbs, attr);
    if (id->srq == NULL) {
        return -1;
    }

    id->pd = attr->pd;
    return 0;
}

EXPORTED int rdma_create_srq(struct rdma_cm_id *id, struct ibv_pd *pd, struct ibv_srq_init_attr *attr)
{
    FORWARDED(create_srq, (struct rdma_cm_id *, struct ibv_pd *, struct ibv_srq_init_attr *), (id, pd, attr))
    struct ibv_srq_init_attr_ex extended = {
        .srq_context = attr->srq_context,
        .attr = attr->attr,
        .comp_mask = IBV_SRQ_INIT_ATTR_TYPE | IBV_SRQ_INIT_ATTR_PD,
        .srq_type = IBV_SRQT_BASIC,
        .pd = pd,
    };
    int status = rdma_create_srq_ex(id, &extended);
    attr->attr = extended.attr;
    return status;
}

EXPORTED void rdma_destroy_srq(struct rdma_cm_id *id)
{
    if (cm_is_forwarded()) {
        void (*original)(struct rdma_cm_id *) = (void (*)(struct rdma_cm_id *))cm_original_function("rdma_destroy_srq");
        if (original != NULL) {
            original(id);
        }

        return;
    }

    if (id->srq != NULL) {
        struct ibv_srq *srq = id->srq;
        id->srq = NULL;
        ibv_destroy_srq(srq);
    }

    if (id->qp == NULL) {
        destroy_own_completions(id);
    }
}
