/* Work requests and completion records. */
#ifndef UB_UMDK_URMA_TYPES_WORK_H
#define UB_UMDK_URMA_TYPES_WORK_H

#include <stdint.h>

#include "../urma_opcode.h"
#include "jetty.h"
#include "segment.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One piece of memory. Of a local piece tseg is needed; of a remote one tseg or user_tseg, and tseg wins. */
typedef struct urma_sge {
    uint64_t addr;
    uint32_t len;
    urma_target_seg_t *tseg;
    urma_user_tseg_t *user_tseg;
} urma_sge_t;

/* A list of pieces. */
typedef struct urma_sg {
    urma_sge_t *sge;
    uint32_t num_sge;
} urma_sg_t;

/* Options of one send request. It is passed by value in the short forms such as urma_write. */
typedef union urma_jfs_wr_flag {
    struct {
        /* urma_place_order_t. */
        uint32_t place_order : 2;
        /* 1: complete after the requests before it. */
        uint32_t comp_order : 1;
        /* 1: start after earlier reads and atomics. */
        uint32_t fence : 1;
        /* 1: wakes a peer that armed its JFC for solicited events only. */
        uint32_t solicited_enable : 1;
        /* 0: no completion record on success. */
        uint32_t complete_enable : 1;
        /* 1: the data is copied when the request is posted. Not for READ. */
        uint32_t inline_flag : 1;
        uint32_t db_bypass : 1;
        uint32_t udf : 1;
        uint32_t has_drv_ext : 1;
        uint32_t reserved : 22;
    } bs;
    uint32_t value;
} urma_jfs_wr_flag_t;

typedef union urma_jfr_wr_flag {
    struct {
        uint32_t complete_type : 1;
        uint32_t reserved : 31;
    } bs;
    uint32_t value;
} urma_jfr_wr_flag_t;

/* Body of READ, WRITE, WRITE_IMM and WRITE_NOTIFY. WRITE_NOTIFY carries the address to notify as one more
 * dst.sge. */
typedef struct urma_rw_wr {
    urma_sg_t src;
    urma_sg_t dst;
    /* Picks the jetty when the target is a group. */
    uint8_t target_hint;
    /* Immediate data of WRITE_IMM; the 8 bytes that WRITE_NOTIFY stores. */
    uint64_t notify_data;
} urma_rw_wr_t;

/* Body of SEND, SEND_IMM and SEND_INVALIDATE. */
typedef struct urma_send_wr {
    urma_sg_t src;
    uint8_t target_hint;
    uint64_t imm_data;
    /* The segment that SEND_INVALIDATE invalidates. */
    urma_target_seg_t *tseg;
} urma_send_wr_t;

/* Body of CAS and SWAP. Up to 8 bytes the operands are in the request; longer ones stand at an address. */
typedef struct urma_cas_wr {
    urma_sge_t *dst;
    /* Receives the value found. */
    urma_sge_t *src;
    union {
        uint64_t cmp_data;
        uint64_t cmp_addr;
    };
    union {
        uint64_t swap_data;
        uint64_t swap_addr;
    };
} urma_cas_wr_t;

/* Body of FADD, FSUB, FAND, FOR and FXOR. */
typedef struct urma_faa_wr {
    urma_sge_t *dst;
    /* Receives the value found. */
    urma_sge_t *src;
    union {
        uint64_t operand;
        uint64_t operand_addr;
    };
} urma_faa_wr_t;

/* A send request; requests form a list. */
typedef struct urma_jfs_wr {
    urma_opcode_t opcode;
    urma_jfs_wr_flag_t flag;
    urma_target_jetty_t *tjetty;
    uint64_t user_ctx;
    union {
        urma_rw_wr_t rw;
        urma_send_wr_t send;
        urma_cas_wr_t cas;
        urma_faa_wr_t faa;
    };
    struct urma_jfs_wr *next;
} urma_jfs_wr_t;

/* A receive request; requests form a list. */
typedef struct urma_jfr_wr {
    urma_sg_t src;
    uint64_t user_ctx;
    struct urma_jfr_wr *next;
} urma_jfr_wr_t;

/* Which kind of record this is. */
__extension__ typedef union urma_cr_flag {
    struct {
        /* 0: send, 1: receive. */
        uint8_t s_r : 1;
        /* local_id is of a jetty (1) or of a JFS or JFR (0). */
        uint8_t jetty : 1;
        uint8_t suspend_done : 1;
        uint8_t flush_err_done : 1;
        uint8_t reserved : 4;
    } bs;
    uint8_t value;
} urma_cr_flag_t;

/* The token that a SEND_INVALIDATE invalidated. */
typedef struct urma_cr_token {
    uint32_t token_id;
    urma_token_t token_value;
} urma_cr_token_t;

/* Completion record. Look at status and flag before anything else: after an error or a made-up record user_ctx
 * may mean nothing. */
typedef struct urma_cr {
    urma_cr_status_t status;
    uint64_t user_ctx;
    /* Of a receive only. */
    urma_cr_opcode_t opcode;
    urma_cr_flag_t flag;
    /* Bytes. */
    uint32_t completion_len;
    uint32_t local_id;
    /* Who sent; of a receive only. */
    urma_jetty_id_t remote_id;
    union {
        uint64_t imm_data;
        urma_cr_token_t invalid_token;
    };
    uint32_t tpn;
    /* Providers put a pointer to the local object here. */
    uintptr_t user_data;
} urma_cr_t;

#ifdef __cplusplus
}
#endif

#endif
