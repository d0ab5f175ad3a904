/* Send queues. */
#ifndef UB_UMDK_URMA_CMD_JFS_H
#define UB_UMDK_URMA_CMD_JFS_H

#include "command.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct urma_cmd_create_jfs {
    struct {
        uint32_t depth;
        uint32_t flag;
        uint32_t trans_mode;
        uint8_t priority;
        uint8_t max_sge;
        uint8_t max_rsge;
        uint32_t max_inline_data;
        uint8_t retry_cnt;
        uint8_t rnr_retry;
        uint8_t err_timeout;
        uint32_t jfc_id;
        uint64_t jfc_handle;
        uint64_t urma_jfs;
    } in;
    struct {
        uint32_t id;
        uint32_t depth;
        uint8_t max_sge;
        uint8_t max_rsge;
        uint32_t max_inline_data;
        uint64_t handle;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_create_jfs_t;

typedef struct urma_cmd_modify_jfs {
    struct {
        uint64_t handle;
        uint32_t mask;
        uint32_t state;
    } in;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_modify_jfs_t;

typedef struct urma_cmd_query_jfs {
    struct {
        uint64_t handle;
    } in;
    struct {
        uint32_t depth;
        uint32_t flag;
        uint32_t trans_mode;
        uint8_t priority;
        uint8_t max_sge;
        uint8_t max_rsge;
        uint32_t max_inline_data;
        uint8_t retry_cnt;
        uint8_t rnr_retry;
        uint8_t err_timeout;
        uint32_t state;
    } out;
} urma_cmd_query_jfs_t;

typedef struct urma_cmd_delete_jfs {
    struct {
        uint64_t handle;
    } in;
    struct {
        uint32_t async_events_reported;
    } out;
} urma_cmd_delete_jfs_t;

typedef struct urma_cmd_delete_jfs_batch {
    struct {
        uint32_t async_events_reported;
        uint32_t bad_jfs_index;
    } out;
    struct {
        uint32_t jfs_num;
        uint64_t jfs_ptr;
    } in;
} urma_cmd_delete_jfs_batch_t;

typedef struct urma_cmd_alloc_jfs {
    struct {
        uint32_t depth;
        uint32_t flag;
        uint32_t trans_mode;
        uint8_t priority;
        uint8_t max_sge;
        uint8_t max_rsge;
        uint32_t max_inline_data;
        uint8_t rnr_retry;
        uint8_t err_timeout;
        uint32_t jfc_id;
        uint64_t jfc_handle;
        uint64_t urma_jfs;
    } in;
    struct {
        uint32_t id;
        uint32_t depth;
        uint8_t max_sge;
        uint8_t max_rsge;
        uint32_t max_inline_data;
        uint64_t handle;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_alloc_jfs_t;

typedef struct urma_cmd_free_jfs {
    struct {
        uint64_t handle;
    } in;
    struct {
        uint32_t async_events_reported;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_free_jfs_t;

typedef struct urma_cmd_set_jfs_opt {
    struct {
        uint64_t handle;
        uint64_t opt;
        uint64_t buf;
        uint32_t len;
    } in;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_set_jfs_opt_t;

typedef struct urma_cmd_get_jfs_opt {
    struct {
        uint64_t handle;
        uint64_t opt;
        uint64_t buf;
        uint32_t len;
    } in;
    struct {
        uint64_t buf;
        uint32_t len;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_get_jfs_opt_t;

typedef struct urma_cmd_active_jfs {
    struct {
        uint64_t handle;
        uint32_t depth;
        uint32_t flag;
        uint32_t trans_mode;
        uint32_t priority;
        uint8_t max_sge;
        uint8_t max_rsge;
        uint32_t max_inline_data;
        uint8_t rnr_retry;
        uint8_t err_timeout;
        uint32_t jfc_id;
        uint64_t jfc_handle;
        uint64_t jfs_opt;
    } in;
    struct {
        uint32_t id;
        uint32_t depth;
        uint8_t max_sge;
        uint8_t max_rsge;
        uint32_t max_inline_data;
        uint64_t handle;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_active_jfs_t;

typedef struct urma_cmd_deactive_jfs {
    struct {
        uint64_t handle;
    } in;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_deactive_jfs_t;

#ifdef __cplusplus
}
#endif

#endif
