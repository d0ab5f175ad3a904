/* Segments: memory that peers may reach, and its tokens. */
#ifndef UB_UMDK_URMA_TYPES_SEGMENT_H
#define UB_UMDK_URMA_TYPES_SEGMENT_H

#include <stdint.h>

#include "device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Global virtual address. Packed: va stands at byte 20. */
typedef struct urma_ubva {
    urma_eid_t eid;
    /* 24 bits on UB. */
    uint32_t uasid;
    uint64_t va;
} __attribute__((packed)) urma_ubva_t;

/* Options of urma_register_seg. */
typedef union urma_reg_seg_flag {
    struct {
        uint32_t token_policy : 3;
        uint32_t cacheable : 1;
        uint32_t dsva : 1;
        /* URMA_ACCESS_* combined. */
        uint32_t access : 6;
        uint32_t non_pin : 1;
        uint32_t user_iova : 1;
        /* Must be 1 exactly when urma_seg_cfg_t.token_id is given. */
        uint32_t token_id_valid : 1;
        uint32_t reserved : 18;
    } bs;
    uint32_t value;
} urma_reg_seg_flag_t;

/* Options of a registered segment, as its descriptor carries them. */
typedef union urma_seg_attr {
    struct {
        uint32_t token_policy : 3;
        uint32_t cacheable : 1;
        uint32_t dsva : 1;
        uint32_t access : 6;
        uint32_t non_pin : 1;
        uint32_t user_iova : 1;
        uint32_t user_token_id : 1;
        uint32_t has_user_info : 1;
        uint32_t reserved : 17;
    } bs;
    uint32_t value;
} urma_seg_attr_t;

/* Options of urma_import_seg. It is passed by value. */
typedef union urma_import_seg_flag {
    struct {
        uint32_t cacheable : 1;
        uint32_t access : 6;
        uint32_t mapping : 1;
        uint32_t reserved : 24;
    } bs;
    uint32_t value;
} urma_import_seg_flag_t;

/* Options of urma_alloc_token_id_ex. It is passed by value. */
typedef union urma_token_id_flag {
    struct {
        uint32_t multi_seg : 1;
        uint32_t reserved : 31;
    } bs;
    uint32_t value;
} urma_token_id_flag_t;

/* Entry of the table of tokens. Several segments may share one. */
typedef struct urma_token_id {
    urma_context_t *urma_ctx;
    uint32_t token_id;
    uint64_t handle;
    urma_ref_t ref;
    urma_token_id_flag_t flag;
} urma_token_id_t;

/* Argument of urma_register_seg. Rights: LOCAL_ONLY stands alone, WRITE needs READ, ATOMIC needs both. */
typedef struct urma_seg_cfg {
    uint64_t va;
    /* Bytes. */
    uint64_t len;
    urma_token_id_t *token_id;
    urma_token_t token_value;
    urma_reg_seg_flag_t flag;
    uint64_t user_ctx;
    uint64_t iova;
} urma_seg_cfg_t;

/* Descriptor of a segment, as its owner sends it to peers. */
typedef struct urma_seg {
    urma_ubva_t ubva;
    uint64_t len;
    urma_seg_attr_t attr;
    uint32_t token_id;
} urma_seg_t;

/* A registered local segment or an imported remote one; scatter-gather entries of both sides point to it. */
typedef struct urma_target_seg {
    urma_seg_t seg;
    uint64_t user_ctx;
    /* Where an import with mapping = 1 was mapped. */
    uint64_t mva;
    urma_context_t *urma_ctx;
    /* NULL for an imported segment. */
    urma_token_id_t *token_id;
    uint64_t handle;
} urma_target_seg_t;

/* Names a remote segment without importing it. */
typedef struct urma_user_target_seg {
    urma_seg_attr_t attr;
    uint32_t token_id;
    urma_token_t token_value;
} urma_user_tseg_t;

#ifdef __cplusplus
}
#endif

#endif
