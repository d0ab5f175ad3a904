/* The functions of objects that may be this library's or the original's, without the prefix ibv_. front.c makes of each line the
 * exported function and the declaration of its managed counterpart, which has the prefix roub_.
 *   CALL(type, answer in a forked child, name, parameters, arguments, context of the object)
 *   SILENT(name, parameters, arguments, context of the object)
 */
CALL(int, EIO, query_device, (struct ibv_context *context, struct ibv_device_attr *attr), (context, attr), context)
CALL(int, EIO, query_port, (struct ibv_context *context, uint8_t port, struct _compat_ibv_port_attr *attr), (context, port, attr), context)
CALL(int, -1, query_gid, (struct ibv_context *context, uint8_t port, int index, union ibv_gid *gid), (context, port, index, gid), context)
CALL(int, -1, query_pkey, (struct ibv_context *context, uint8_t port, int index, __be16 *pkey), (context, port, index, pkey), context)
CALL(int, -1, get_pkey_index, (struct ibv_context *context, uint8_t port, __be16 pkey), (context, port, pkey), context)
CALL(int, -1, query_gid_type, (struct ibv_context *context, uint8_t port, unsigned int index, unsigned int *type),
    (context, port, index, type), context)
CALL(int, -1, close_device, (struct ibv_context *context), (context), context)
CALL(struct ibv_pd *, NULL, alloc_pd, (struct ibv_context *context), (context), context)
CALL(int, EIO, dealloc_pd, (struct ibv_pd *pd), (pd), pd->context)
CALL(struct ibv_mr *, NULL, reg_mr, (struct ibv_pd *pd, void *addr, size_t length, int access),
    (pd, addr, length, access), pd->context)
CALL(struct ibv_mr *, NULL, reg_mr_iova, (struct ibv_pd *pd, void *addr, size_t length, uint64_t iova, int access),
    (pd, addr, length, iova, access), pd->context)
CALL(struct ibv_mr *, NULL, reg_mr_iova2, (struct ibv_pd *pd, void *addr, size_t length, uint64_t iova, unsigned int access),
    (pd, addr, length, iova, access), pd->context)
CALL(int, IBV_REREG_MR_ERR_CMD, rereg_mr, (struct ibv_mr *mr, int flags, struct ibv_pd *pd, void *addr, size_t length, int access),
    (mr, flags, pd, addr, length, access), mr->context)
CALL(int, EIO, dereg_mr, (struct ibv_mr *mr), (mr), mr->context)
CALL(struct ibv_comp_channel *, NULL, create_comp_channel, (struct ibv_context *context), (context), context)
CALL(int, EIO, destroy_comp_channel, (struct ibv_comp_channel *channel), (channel), channel->context)
CALL(struct ibv_cq *, NULL, create_cq,
    (struct ibv_context *context, int cqe, void *cq_context, struct ibv_comp_channel *channel, int comp_vector),
    (context, cqe, cq_context, channel, comp_vector), context)
CALL(int, EIO, resize_cq, (struct ibv_cq *cq, int cqe), (cq, cqe), cq->context)
SILENT(ack_cq_events, (struct ibv_cq *cq, unsigned int nevents), (cq, nevents), cq->context)
CALL(struct ibv_srq *, NULL, create_srq, (struct ibv_pd *pd, struct ibv_srq_init_attr *init), (pd, init), pd->context)
CALL(int, EIO, modify_srq, (struct ibv_srq *srq, struct ibv_srq_attr *attr, int mask), (srq, attr, mask), srq->context)
CALL(int, EIO, query_srq, (struct ibv_srq *srq, struct ibv_srq_attr *attr), (srq, attr), srq->context)
CALL(int, EIO, destroy_srq, (struct ibv_srq *srq), (srq), srq->context)
CALL(struct ibv_qp *, NULL, create_qp, (struct ibv_pd *pd, struct ibv_qp_init_attr *init), (pd, init), pd->context)
CALL(int, EIO, modify_qp, (struct ibv_qp *qp, struct ibv_qp_attr *attr, int mask), (qp, attr, mask), qp->context)
CALL(int, EIO, query_qp, (struct ibv_qp *qp, struct ibv_qp_attr *attr, int mask, struct ibv_qp_init_attr *init),
    (qp, attr, mask, init), qp->context)
CALL(struct ibv_ah *, NULL, create_ah, (struct ibv_pd *pd, struct ibv_ah_attr *attr), (pd, attr), pd->context)
CALL(int, -1, init_ah_from_wc,
    (struct ibv_context *context, uint8_t port, struct ibv_wc *wc, struct ibv_grh *grh, struct ibv_ah_attr *attr),
    (context, port, wc, grh, attr), context)
CALL(int, EIO, destroy_ah, (struct ibv_ah *ah), (ah), ah->context)
CALL(int, EIO, attach_mcast, (struct ibv_qp *qp, const union ibv_gid *gid, uint16_t lid), (qp, gid, lid), qp->context)
CALL(int, EIO, detach_mcast, (struct ibv_qp *qp, const union ibv_gid *gid, uint16_t lid), (qp, gid, lid), qp->context)
