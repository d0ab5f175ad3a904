/* Receive queues. */
#ifndef UB_UMDK_URMA_CMD_JFR_H
#define UB_UMDK_URMA_CMD_JFR_H

#include "command.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct urma_cmd_create_jfr {
    struct {
        uint32_t depth;
        uint32_t flag;
        uint32_t trans_mode;
        uint8_t max_sge;
        uint8_t min_rnr_timer;
        uint32_t jfc_id;
        uint64_t jfc_handle;
        uint32_t token;
        uint32_t id;
        uint64_t urma_jfr;
    } in;
    struct {
        uint32_t id;
        uint32_t depth;
        uint8_t max_sge;
        uint64_t handle;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_create_jfr_t;

typedef struct urma_cmd_modify_jfr {
    struct {
        uint64_t handle;
        uint32_t mask;
        uint32_t rx_threshold;
        uint32_t state;
    } in;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_modify_jfr_t;

typedef struct urma_cmd_query_jfr {
    struct {
        uint64_t handle;
    } in;
    struct {
        uint32_t depth;
        uint32_t flag;
        uint32_t trans_mode;
        uint8_t max_sge;
        uint8_t min_rnr_timer;
        uint32_t token;
        uint32_t id;
        uint32_t rx_threshold;
        uint32_t state;
    } out;
} urma_cmd_query_jfr_t;

typedef struct urma_cmd_delete_jfr {
    struct {
        uint64_t handle;
    } in;
    struct {
        uint32_t async_events_reported;
    } out;
} urma_cmd_delete_jfr_t;

typedef struct urma_cmd_delete_jfr_batch {
    struct {
        uint32_t async_events_reported;
        uint32_t bad_jfr_index;
    } out;
    struct {
        uint32_t jfr_num;
        uint64_t jfr_ptr;
    } in;
} urma_cmd_delete_jfr_batch_t;

typedef struct urma_cmd_alloc_jfr {
    struct {
        uint32_t depth;
        uint32_t flag;
        uint32_t trans_mode;
        uint8_t max_sge;
        uint8_t min_rnr_timer;
        uint32_t jfc_id;
        uint64_t jfc_handle;
        uint32_t token;
        uint32_t id;
        uint64_t urma_jfr;
    } in;
    struct {
        uint32_t id;
        uint32_t depth;
        uint64_t handle;
        uint8_t max_sge;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_alloc_jfr_t;

typedef struct urma_cmd_free_jfr {
    struct {
        uint64_t handle;
    } in;
    struct {
        uint32_t async_events_reported;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_free_jfr_t;

typedef struct urma_cmd_set_jfr_opt {
    struct {
        uint64_t handle;
        uint64_t opt;
        uint64_t buf;
        uint32_t len;
    } in;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_set_jfr_opt_t;

typedef struct urma_cmd_get_jfr_opt {
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
} urma_cmd_get_jfr_opt_t;

typedef struct urma_cmd_active_jfr {
    struct {
        uint64_t handle;
        uint32_t depth;
        uint32_t flag;
        uint32_t trans_mode;
        uint8_t max_sge;
        uint8_t min_rnr_timer;
        uint32_t jfc_id;
        uint64_t jfc_handle;
        uint32_t token_value;
        uint64_t jfr_opt;
    } in;
    struct {
        uint32_t id;
        uint32_t depth;
        uint64_t handle;
        uint8_t max_sge;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_active_jfr_t;

typedef struct urma_cmd_deactive_jfr {
    struct {
        uint64_t handle;
    } in;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_deactive_jfr_t;

#ifdef __cplusplus
}
#endif

#endif
