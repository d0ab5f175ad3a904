/* What programs reach through the context rather than through exported functions: the data path, and the extended interfaces. */
#include "front.h"

extern int roub_poll_cq(struct ibv_cq *cq, int count, struct ibv_wc *wc);
extern int roub_req_notify_cq(struct ibv_cq *cq, int solicited_only);
extern int roub_post_send(struct ibv_qp *qp, struct ibv_send_wr *wr, struct ibv_send_wr **bad);
extern int roub_post_whole(struct ibv_qp *qp, struct ibv_send_wr *wr, struct ibv_send_wr **bad);
extern int roub_post_recv(struct ibv_qp *qp, struct ibv_recv_wr *wr, struct ibv_recv_wr **bad);
extern int roub_post_srq_recv(struct ibv_srq *srq, struct ibv_recv_wr *wr, struct ibv_recv_wr **bad);

int front_poll_cq(struct ibv_cq *cq, int count, struct ibv_wc *wc)
{
    return runtime_enter() ? roub_poll_cq(cq, count, wc) : -1;
}

static int front_req_notify_cq(struct ibv_cq *cq, int solicited_only)
{
    return runtime_enter() ? roub_req_notify_cq(cq, solicited_only) : EIO;
}

int front_post_send(struct ibv_qp *qp, struct ibv_send_wr *wr, struct ibv_send_wr **bad)
{
    if (!runtime_enter()) {
        *bad = wr;
        return EIO;
    }

    return roub_post_send(qp, wr, bad);
}

int front_post_whole(struct ibv_qp *qp, struct ibv_send_wr *wr, struct ibv_send_wr **bad)
{
    if (!runtime_enter()) {
        *bad = wr;
        return EIO;
    }

    return roub_post_whole(qp, wr, bad);
}

static int front_post_recv(struct ibv_qp *qp, struct ibv_recv_wr *wr, struct ibv_recv_wr **bad)
{
    if (!runtime_enter()) {
        *bad = wr;
        return EIO;
    }

    return roub_post_recv(qp, wr, bad);
}

static int front_post_srq_recv(struct ibv_srq *srq, struct ibv_recv_wr *wr, struct ibv_recv_wr **bad)
{
    if (!runtime_enter()) {
        *bad = wr;
        return EIO;
    }

    return roub_post_srq_recv(srq, wr, bad);
}

#define ENTER_OR(answer)      \
    if (!runtime_enter()) {   \
        errno = EIO;          \
        return answer;        \
    }                         \
    UNCANCELLED

extern int roub_query_port_ex(struct ibv_context *context, uint8_t port, struct ibv_port_attr *attr, size_t size);

static int front_query_port(struct ibv_context *context, uint8_t port, struct ibv_port_attr *attr, size_t size)
{
    ENTER_OR(EIO)
    return roub_query_port_ex(context, port, attr, size);
}

extern int roub_query_device_ex(struct ibv_context *context, const struct ibv_query_device_ex_input *input,
    struct ibv_device_attr_ex *attr, size_t size);

static int front_query_device_ex(struct ibv_context *context, const struct ibv_query_device_ex_input *input,
    struct ibv_device_attr_ex *attr, size_t size)
{
    ENTER_OR(EIO)
    return roub_query_device_ex(context, input, attr, size);
}

extern struct ibv_qp *roub_create_qp_ex(struct ibv_context *context, struct ibv_qp_init_attr_ex *init);

static struct ibv_qp *front_create_qp_ex(struct ibv_context *context, struct ibv_qp_init_attr_ex *init)
{
    ENTER_OR(NULL)
    struct ibv_qp *qp = roub_create_qp_ex(context, init);
    if (qp != NULL && (init->comp_mask & IBV_QP_INIT_ATTR_SEND_OPS_FLAGS) != 0) {
        builder_attach((struct front_qp *)qp, init->send_ops_flags);
    }

    return qp;
}

extern struct ibv_cq *roub_create_cq(struct ibv_context *context, int cqe, void *cq_context, struct ibv_comp_channel *channel,
    int comp_vector);

static struct ibv_cq_ex *front_create_cq_ex(struct ibv_context *context, struct ibv_cq_init_attr_ex *init)
{
    ENTER_OR(NULL)
    struct ibv_cq *cq = roub_create_cq(context, (int)init->cqe, init->cq_context, init->channel, (int)init->comp_vector);
    if (cq != NULL && polling_attach((struct front_cq *)cq, init) != 0) {
        int reason = errno;
        ibv_destroy_cq(cq);
        errno = reason;
        return NULL;
    }

    return (struct ibv_cq_ex *)cq;
}

extern struct ibv_srq *roub_create_srq_ex(struct ibv_context *context, struct ibv_srq_init_attr_ex *init);

static struct ibv_srq *front_create_srq_ex(struct ibv_context *context, struct ibv_srq_init_attr_ex *init)
{
    ENTER_OR(NULL)
    return roub_create_srq_ex(context, init);
}

extern struct ibv_td *roub_alloc_td(struct ibv_context *context, struct ibv_td_init_attr *init);

static struct ibv_td *front_alloc_td(struct ibv_context *context, struct ibv_td_init_attr *init)
{
    ENTER_OR(NULL)
    return roub_alloc_td(context, init);
}

extern int roub_dealloc_td(struct ibv_td *td);

static int front_dealloc_td(struct ibv_td *td)
{
    ENTER_OR(EIO)
    return roub_dealloc_td(td);
}

extern struct ibv_pd *roub_alloc_parent_domain(struct ibv_context *context, struct ibv_parent_domain_init_attr *attr);

static struct ibv_pd *front_alloc_parent_domain(struct ibv_context *context, struct ibv_parent_domain_init_attr *attr)
{
    ENTER_OR(NULL)
    return roub_alloc_parent_domain(context, attr);
}

extern int roub_query_rt_values(struct ibv_context *context, struct ibv_values_ex *values);

static int front_query_rt_values(struct ibv_context *context, struct ibv_values_ex *values)
{
    ENTER_OR(EIO)
    return roub_query_rt_values(context, values);
}

/* What needs nothing of the engine. */

static struct ibv_mw *front_alloc_mw(struct ibv_pd *pd, enum ibv_mw_type type)
{
    (void)pd;
    (void)type;
    errno = EOPNOTSUPP;
    return NULL;
}

static int front_modify_cq(struct ibv_cq *cq, struct ibv_modify_cq_attr *attr)
{
    (void)cq;
    /* Moderation delays events; a device that raises them at once moderates little enough. */
    return (attr->attr_mask & ~(uint32_t)IBV_CQ_ATTR_MODERATE) == 0 ? 0 : EINVAL;
}

static int front_advise_mr(struct ibv_pd *pd, enum ib_uverbs_advise_mr_advice advice, uint32_t flags, struct ibv_sge *list,
    uint32_t count)
{
    (void)pd;
    (void)advice;
    (void)flags;
    (void)list;
    (void)count;
    return 0;
}

const struct verbs_context front_context_template = {
    .query_port = front_query_port,
    .advise_mr = front_advise_mr,
    .alloc_parent_domain = front_alloc_parent_domain,
    .dealloc_td = front_dealloc_td,
    .alloc_td = front_alloc_td,
    .modify_cq = front_modify_cq,
    .query_rt_values = front_query_rt_values,
    .create_cq_ex = front_create_cq_ex,
    .query_device_ex = front_query_device_ex,
    .create_qp_ex = front_create_qp_ex,
    .create_srq_ex = front_create_srq_ex,
    .sz = sizeof(struct verbs_context),
    .context = {
        .ops = {
            .alloc_mw = front_alloc_mw,
            .poll_cq = front_poll_cq,
            .req_notify_cq = front_req_notify_cq,
            .post_srq_recv = front_post_srq_recv,
            .post_send = front_post_send,
            .post_recv = front_post_recv,
        },
        .cmd_fd = -1,
        .num_comp_vectors = 1,
        .abi_compat = __VERBS_ABI_IS_EXTENDED,
    },
};
