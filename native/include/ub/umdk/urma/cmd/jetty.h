/* Jetties and groups. */
#ifndef UB_UMDK_URMA_CMD_JETTY_H
#define UB_UMDK_URMA_CMD_JETTY_H

#include "command.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct urma_cmd_create_jetty {
    struct {
        uint32_t id;
        uint32_t jetty_flag;
        uint32_t jfs_depth;
        uint32_t jfs_flag;
        uint32_t trans_mode;
        uint8_t priority;
        uint8_t max_send_sge;
        uint8_t max_send_rsge;
        uint32_t max_inline_data;
        uint8_t rnr_retry;
        uint8_t err_timeout;
        uint32_t send_jfc_id;
        uint64_t send_jfc_handle;
        uint32_t jfr_depth;
        uint32_t jfr_flag;
        uint8_t max_recv_sge;
        uint8_t min_rnr_timer;
        uint32_t recv_jfc_id;
        uint64_t recv_jfc_handle;
        uint32_t token;
        uint32_t jfr_id;
        uint64_t jfr_handle;
        uint64_t jetty_grp_handle;
        uint8_t is_jetty_grp;
        uint64_t urma_jetty;
    } in;
    struct {
        uint32_t id;
        uint64_t handle;
        uint32_t jfs_depth;
        uint32_t jfr_depth;
        uint8_t max_send_sge;
        uint8_t max_send_rsge;
        uint8_t max_recv_sge;
        uint32_t max_inline_data;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_create_jetty_t;

typedef struct urma_cmd_modify_jetty {
    struct {
        uint64_t handle;
        uint32_t mask;
        uint32_t rx_threshold;
        uint32_t state;
    } in;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_modify_jetty_t;

typedef struct urma_cmd_query_jetty {
    struct {
        uint64_t handle;
    } in;
    struct {
        uint32_t id;
        uint32_t jetty_flag;
        uint32_t jfs_depth;
        uint32_t jfr_depth;
        uint32_t jfs_flag;
        uint32_t jfr_flag;
        uint32_t trans_mode;
        uint8_t max_send_sge;
        uint8_t max_send_rsge;
        uint8_t max_recv_sge;
        uint32_t max_inline_data;
        uint8_t priority;
        uint8_t retry_cnt;
        uint8_t rnr_retry;
        uint8_t err_timeout;
        uint8_t min_rnr_timer;
        uint32_t jfr_id;
        uint32_t token;
        uint32_t rx_threshold;
        uint32_t state;
    } out;
} urma_cmd_query_jetty_t;

typedef struct urma_cmd_delete_jetty {
    struct {
        uint64_t handle;
    } in;
    struct {
        uint32_t async_events_reported;
    } out;
} urma_cmd_delete_jetty_t;

typedef struct urma_cmd_delete_jetty_batch {
    struct {
        uint32_t async_events_reported;
        uint32_t bad_jetty_index;
    } out;
    struct {
        uint32_t jetty_num;
        uint64_t jetty_ptr;
    } in;
} urma_cmd_delete_jetty_batch_t;

typedef struct urma_cmd_free_jetty {
    struct {
        uint64_t handle;
    } in;
    struct {
        uint32_t async_events_reported;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_free_jetty_t;

typedef struct urma_cmd_set_jetty_opt {
    struct {
        uint64_t handle;
        uint64_t opt;
        uint64_t buf;
        uint32_t len;
    } in;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_set_jetty_opt_t;

typedef struct urma_cmd_get_jetty_opt {
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
} urma_cmd_get_jetty_opt_t;

typedef struct urma_cmd_active_jetty {
    struct {
        uint32_t flag;
        uint64_t handle;
        uint64_t send_jfc_handle;
        uint64_t recv_jfc_handle;
        uint64_t urma_jetty;
        uint64_t jetty_opt;
    } in;
    struct {
        uint32_t jetty_id;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_active_jetty_t;

typedef struct urma_cmd_deactive_jetty {
    struct {
        uint64_t handle;
    } in;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_deactive_jetty_t;

typedef struct urma_cmd_create_jetty_grp {
    struct {
        char name[URMA_MAX_NAME];
        uint32_t token;
        uint32_t id;
        uint32_t policy;
        uint32_t flag;
        uint64_t urma_jetty_grp;
    } in;
    struct {
        uint32_t id;
        uint64_t handle;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_create_jetty_grp_t;

typedef struct urma_cmd_delete_jetty_grp {
    struct {
        uint64_t handle;
    } in;
    struct {
        uint32_t async_events_reported;
    } out;
} urma_cmd_delete_jetty_grp_t;

#ifdef __cplusplus
}
#endif

#endif
