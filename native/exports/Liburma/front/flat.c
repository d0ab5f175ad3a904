/* The short forms of the data path: one request with one piece on each side, posted as a list of one. */
#include "front.h"

static urma_status_t post_one(urma_jfs_t *jfs, urma_jfs_wr_t *wr)
{
    urma_jfs_wr_t *bad;
    return urma_post_jfs_wr(jfs, wr, &bad);
}

static urma_status_t copy(urma_opcode_t opcode, urma_jfs_t *jfs, urma_target_jetty_t *target, urma_sge_t *to, urma_sge_t *from,
    urma_jfs_wr_flag_t flag, uint64_t user_ctx)
{
    if (to->tseg == NULL || (from->tseg == NULL && flag.bs.inline_flag == 0)) {
        return URMA_EINVAL;
    }

    urma_jfs_wr_t wr = {
        .opcode = opcode,
        .flag = flag,
        .tjetty = target,
        .user_ctx = user_ctx,
        .rw = {.src = {.sge = from, .num_sge = 1}, .dst = {.sge = to, .num_sge = 1}},
    };
    return post_one(jfs, &wr);
}

EXPORTED urma_status_t urma_write(urma_jfs_t *jfs, urma_target_jetty_t *target_jfr, urma_target_seg_t *dst_tseg,
    urma_target_seg_t *src_tseg, uint64_t dst, uint64_t src, uint32_t len, urma_jfs_wr_flag_t flag, uint64_t user_ctx)
{
    urma_sge_t to = {.addr = dst, .len = len, .tseg = dst_tseg};
    urma_sge_t from = {.addr = src, .len = len, .tseg = src_tseg};
    return copy(URMA_OPC_WRITE, jfs, target_jfr, &to, &from, flag, user_ctx);
}

EXPORTED urma_status_t urma_read(urma_jfs_t *jfs, urma_target_jetty_t *target_jfr, urma_target_seg_t *dst_tseg,
    urma_target_seg_t *src_tseg, uint64_t dst, uint64_t src, uint32_t len, urma_jfs_wr_flag_t flag, uint64_t user_ctx)
{
    urma_sge_t to = {.addr = dst, .len = len, .tseg = dst_tseg};
    urma_sge_t from = {.addr = src, .len = len, .tseg = src_tseg};
    return copy(URMA_OPC_READ, jfs, target_jfr, &to, &from, flag, user_ctx);
}

EXPORTED urma_status_t urma_send(urma_jfs_t *jfs, urma_target_jetty_t *target_jfr, urma_target_seg_t *src_tseg, uint64_t src,
    uint32_t len, urma_jfs_wr_flag_t flag, uint64_t user_ctx)
{
    if (target_jfr == NULL || (src_tseg == NULL && flag.bs.inline_flag == 0)) {
        return URMA_EINVAL;
    }

    urma_sge_t piece = {.addr = src, .len = len, .tseg = src_tseg};
    urma_jfs_wr_t wr = {
        .opcode = URMA_OPC_SEND,
        .flag = flag,
        .tjetty = target_jfr,
        .user_ctx = user_ctx,
        .send = {.src = {.sge = &piece, .num_sge = 1}},
    };
    return post_one(jfs, &wr);
}

EXPORTED urma_status_t urma_recv(urma_jfr_t *jfr, urma_target_seg_t *recv_tseg, uint64_t buf, uint32_t len, uint64_t user_ctx)
{
    if (recv_tseg == NULL) {
        return URMA_EINVAL;
    }

    urma_sge_t piece = {.addr = buf, .len = len, .tseg = recv_tseg};
    urma_jfr_wr_t wr = {.src = {.sge = &piece, .num_sge = 1}, .user_ctx = user_ctx};
    urma_jfr_wr_t *bad;
    return urma_post_jfr_wr(jfr, &wr, &bad);
}
