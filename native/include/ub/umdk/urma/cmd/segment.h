/* Tokens and segments. */
#ifndef UB_UMDK_URMA_CMD_SEGMENT_H
#define UB_UMDK_URMA_CMD_SEGMENT_H

#include "command.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct urma_cmd_alloc_token_id {
    struct {
        urma_token_id_flag_t flag;
    } in;
    struct {
        uint32_t token_id;
        uint64_t handle;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_alloc_token_id_t;

typedef struct urma_cmd_free_token_id {
    struct {
        uint64_t handle;
        uint32_t token_id;
    } in;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_free_token_id_t;

typedef struct urma_cmd_register_seg {
    struct {
        uint64_t va;
        uint64_t len;
        uint32_t token_id;
        uint64_t token_id_handle;
        uint32_t token;
        uint32_t flag;
    } in;
    struct {
        uint32_t token_id;
        uint64_t handle;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_register_seg_t;

typedef struct urma_cmd_unregister_seg {
    struct {
        uint64_t handle;
    } in;
} urma_cmd_unregister_seg_t;

typedef struct urma_cmd_import_seg {
    struct {
        uint8_t eid[URMA_EID_SIZE];
        uint64_t va;
        uint64_t len;
        uint32_t flag;
        uint32_t token;
        uint32_t token_id;
        uint64_t mva;
    } in;
    struct {
        uint64_t handle;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_import_seg_t;

typedef struct urma_cmd_unimport_seg {
    struct {
        uint64_t handle;
    } in;
} urma_cmd_unimport_seg_t;

#ifdef __cplusplus
}
#endif

#endif
