/* The extended form of polling: one completion at a time, whose fields the program asks for. */
#include <stdlib.h>

#include "front.h"

struct polling {
    struct ibv_wc current;
};

static int take(struct ibv_cq_ex *cq)
{
    struct ibv_wc *current = &((struct front_cq *)cq)->polling->current;
    int count = front_poll_cq(ibv_cq_ex_to_cq(cq), 1, current);
    if (count <= 0) {
        return count == 0 ? ENOENT : EIO;
    }

    cq->status = current->status;
    cq->wr_id = current->wr_id;
    return 0;
}

static int start_poll(struct ibv_cq_ex *cq, struct ibv_poll_cq_attr *attr)
{
    return attr->comp_mask != 0 ? EINVAL : take(cq);
}

static void end_poll(struct ibv_cq_ex *cq)
{
    (void)cq;
}

#define READ(type, name, field)                               \
    static type read_##name(struct ibv_cq_ex *cq)             \
    {                                                         \
        return ((struct front_cq *)cq)->polling->current.field; \
    }

READ(enum ibv_wc_opcode, opcode, opcode)
READ(uint32_t, vendor_err, vendor_err)
READ(uint32_t, byte_len, byte_len)
READ(__be32, imm_data, imm_data)
READ(uint32_t, qp_num, qp_num)
READ(uint32_t, src_qp, src_qp)
READ(unsigned int, wc_flags, wc_flags)
READ(uint32_t, slid, slid)
READ(uint8_t, sl, sl)
READ(uint8_t, dlid_path_bits, dlid_path_bits)

int polling_attach(struct front_cq *cq, uint64_t wc_flags)
{
    if ((wc_flags & ~(uint64_t)IBV_WC_STANDARD_FLAGS) != 0) {
        errno = EOPNOTSUPP;
        return -1;
    }

    cq->polling = calloc(1, sizeof(*cq->polling));
    if (cq->polling == NULL) {
        errno = ENOMEM;
        return -1;
    }

    cq->ex.start_poll = start_poll;
    cq->ex.next_poll = take;
    cq->ex.end_poll = end_poll;
    cq->ex.read_opcode = read_opcode;
    cq->ex.read_vendor_err = read_vendor_err;
    cq->ex.read_byte_len = read_byte_len;
    cq->ex.read_imm_data = read_imm_data;
    cq->ex.read_qp_num = read_qp_num;
    cq->ex.read_src_qp = read_src_qp;
    cq->ex.read_wc_flags = read_wc_flags;
    cq->ex.read_slid = read_slid;
    cq->ex.read_sl = read_sl;
    cq->ex.read_dlid_path_bits = read_dlid_path_bits;
    return 0;
}
