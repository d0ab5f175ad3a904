/* The extended form of polling: one completion at a time, whose fields the program asks for. */
#include <pthread.h>
#include <stdlib.h>

#include "front.h"

/* Held from a start that succeeds to the end: what is current is one thread's. */
struct polling {
    struct ibv_wc current;
    pthread_mutex_t lock;
    bool is_locking;
};

static struct polling *polling_of(struct ibv_cq_ex *cq)
{
    return ((struct front_cq *)cq)->polling;
}

static int take(struct ibv_cq_ex *cq)
{
    struct ibv_wc *current = &polling_of(cq)->current;
    int count = front_poll_cq(ibv_cq_ex_to_cq(cq), 1, current);
    if (count <= 0) {
        return count == 0 ? ENOENT : EIO;
    }

    cq->status = current->status;
    cq->wr_id = current->wr_id;
    return 0;
}

static void lock(struct polling *polling)
{
    if (polling->is_locking) {
        pthread_mutex_lock(&polling->lock);
    }
}

static void unlock(struct polling *polling)
{
    if (polling->is_locking) {
        pthread_mutex_unlock(&polling->lock);
    }
}

static int start_poll(struct ibv_cq_ex *cq, struct ibv_poll_cq_attr *attr)
{
    if (attr->comp_mask != 0) {
        return EINVAL;
    }

    lock(polling_of(cq));
    int status = take(cq);
    if (status != 0) {
        unlock(polling_of(cq));
    }

    return status;
}

static void end_poll(struct ibv_cq_ex *cq)
{
    unlock(polling_of(cq));
}

#define READ(type, name, field)                               \
    static type read_##name(struct ibv_cq_ex *cq)             \
    {                                                         \
        return polling_of(cq)->current.field; \
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

/* Queues never overrun, and a thread domain promises nothing that the lock does not find out. */
static bool is_known(const struct ibv_cq_init_attr_ex *init)
{
    const uint32_t masks = IBV_CQ_INIT_ATTR_MASK_FLAGS | IBV_CQ_INIT_ATTR_MASK_PD;
    const uint32_t flags = IBV_CREATE_CQ_ATTR_SINGLE_THREADED | IBV_CREATE_CQ_ATTR_IGNORE_OVERRUN;
    return (init->wc_flags & ~(uint64_t)IBV_WC_STANDARD_FLAGS) == 0 && (init->comp_mask & ~masks) == 0
        && ((init->comp_mask & IBV_CQ_INIT_ATTR_MASK_FLAGS) == 0 || (init->flags & ~flags) == 0);
}

int polling_attach(struct front_cq *cq, const struct ibv_cq_init_attr_ex *init)
{
    if (!is_known(init)) {
        errno = EOPNOTSUPP;
        return -1;
    }

    cq->polling = calloc(1, sizeof(*cq->polling));
    if (cq->polling == NULL) {
        errno = ENOMEM;
        return -1;
    }

    pthread_mutex_init(&cq->polling->lock, NULL);
    cq->polling->is_locking = (init->comp_mask & IBV_CQ_INIT_ATTR_MASK_FLAGS) == 0 || (init->flags & IBV_CREATE_CQ_ATTR_SINGLE_THREADED) == 0;
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

void polling_free(struct polling *polling)
{
    if (polling != NULL) {
        pthread_mutex_destroy(&polling->lock);
        free(polling);
    }
}
