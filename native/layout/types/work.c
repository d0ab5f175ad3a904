#include "ub/umdk/urma/urma_types.h"

#include "../layout.h"

void layout_types_work(void)
{
    TYPE(urma_sge_t);
    FIELD(urma_sge_t, addr, uint64_t);
    FIELD(urma_sge_t, len, uint32_t);
    FIELD(urma_sge_t, tseg, urma_target_seg_t *);
    FIELD(urma_sge_t, user_tseg, urma_user_tseg_t *);

    TYPE(urma_sg_t);
    FIELD(urma_sg_t, sge, urma_sge_t *);
    FIELD(urma_sg_t, num_sge, uint32_t);

    TYPE(urma_jfs_wr_flag_t);
    GROUP(urma_jfs_wr_flag_t, bs, "struct{}");
    BITS(urma_jfs_wr_flag_t, bs.place_order, uint32_t);
    BITS(urma_jfs_wr_flag_t, bs.comp_order, uint32_t);
    BITS(urma_jfs_wr_flag_t, bs.fence, uint32_t);
    BITS(urma_jfs_wr_flag_t, bs.solicited_enable, uint32_t);
    BITS(urma_jfs_wr_flag_t, bs.complete_enable, uint32_t);
    BITS(urma_jfs_wr_flag_t, bs.inline_flag, uint32_t);
    BITS(urma_jfs_wr_flag_t, bs.db_bypass, uint32_t);
    BITS(urma_jfs_wr_flag_t, bs.udf, uint32_t);
    BITS(urma_jfs_wr_flag_t, bs.has_drv_ext, uint32_t);
    BITS(urma_jfs_wr_flag_t, bs.reserved, uint32_t);
    FIELD(urma_jfs_wr_flag_t, value, uint32_t);

    TYPE(urma_jfr_wr_flag_t);
    GROUP(urma_jfr_wr_flag_t, bs, "struct{}");
    BITS(urma_jfr_wr_flag_t, bs.complete_type, uint32_t);
    BITS(urma_jfr_wr_flag_t, bs.reserved, uint32_t);
    FIELD(urma_jfr_wr_flag_t, value, uint32_t);

    TYPE(urma_rw_wr_t);
    FIELD(urma_rw_wr_t, src, urma_sg_t);
    FIELD(urma_rw_wr_t, dst, urma_sg_t);
    FIELD(urma_rw_wr_t, target_hint, uint8_t);
    FIELD(urma_rw_wr_t, notify_data, uint64_t);

    TYPE(urma_send_wr_t);
    FIELD(urma_send_wr_t, src, urma_sg_t);
    FIELD(urma_send_wr_t, target_hint, uint8_t);
    FIELD(urma_send_wr_t, imm_data, uint64_t);
    FIELD(urma_send_wr_t, tseg, urma_target_seg_t *);

    TYPE(urma_cas_wr_t);
    FIELD(urma_cas_wr_t, dst, urma_sge_t *);
    FIELD(urma_cas_wr_t, src, urma_sge_t *);
    FIELD(urma_cas_wr_t, cmp_data, uint64_t);
    FIELD(urma_cas_wr_t, cmp_addr, uint64_t);
    FIELD(urma_cas_wr_t, swap_data, uint64_t);
    FIELD(urma_cas_wr_t, swap_addr, uint64_t);

    TYPE(urma_faa_wr_t);
    FIELD(urma_faa_wr_t, dst, urma_sge_t *);
    FIELD(urma_faa_wr_t, src, urma_sge_t *);
    FIELD(urma_faa_wr_t, operand, uint64_t);
    FIELD(urma_faa_wr_t, operand_addr, uint64_t);

    TYPE(urma_jfs_wr_t);
    FIELD(urma_jfs_wr_t, opcode, urma_opcode_t);
    FIELD(urma_jfs_wr_t, flag, urma_jfs_wr_flag_t);
    FIELD(urma_jfs_wr_t, tjetty, urma_target_jetty_t *);
    FIELD(urma_jfs_wr_t, user_ctx, uint64_t);
    FIELD(urma_jfs_wr_t, rw, urma_rw_wr_t);
    FIELD(urma_jfs_wr_t, send, urma_send_wr_t);
    FIELD(urma_jfs_wr_t, cas, urma_cas_wr_t);
    FIELD(urma_jfs_wr_t, faa, urma_faa_wr_t);
    FIELD(urma_jfs_wr_t, next, struct urma_jfs_wr *);

    TYPE(urma_jfr_wr_t);
    FIELD(urma_jfr_wr_t, src, urma_sg_t);
    FIELD(urma_jfr_wr_t, user_ctx, uint64_t);
    FIELD(urma_jfr_wr_t, next, struct urma_jfr_wr *);

    TYPE(urma_cr_flag_t);
    GROUP(urma_cr_flag_t, bs, "struct{}");
    BITS(urma_cr_flag_t, bs.s_r, uint8_t);
    BITS(urma_cr_flag_t, bs.jetty, uint8_t);
    BITS(urma_cr_flag_t, bs.suspend_done, uint8_t);
    BITS(urma_cr_flag_t, bs.flush_err_done, uint8_t);
    BITS(urma_cr_flag_t, bs.reserved, uint8_t);
    FIELD(urma_cr_flag_t, value, uint8_t);

    TYPE(urma_cr_token_t);
    FIELD(urma_cr_token_t, token_id, uint32_t);
    FIELD(urma_cr_token_t, token_value, urma_token_t);

    TYPE(urma_cr_t);
    FIELD(urma_cr_t, status, urma_cr_status_t);
    FIELD(urma_cr_t, user_ctx, uint64_t);
    FIELD(urma_cr_t, opcode, urma_cr_opcode_t);
    FIELD(urma_cr_t, flag, urma_cr_flag_t);
    FIELD(urma_cr_t, completion_len, uint32_t);
    FIELD(urma_cr_t, local_id, uint32_t);
    FIELD(urma_cr_t, remote_id, urma_jetty_id_t);
    FIELD(urma_cr_t, imm_data, uint64_t);
    FIELD(urma_cr_t, invalid_token, urma_cr_token_t);
    FIELD(urma_cr_t, tpn, uint32_t);
    FIELD(urma_cr_t, user_data, uintptr_t);
}
