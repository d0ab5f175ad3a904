/* Completion queues and event channels. */
#ifndef UB_UMDK_URMA_CMD_JFC_H
#define UB_UMDK_URMA_CMD_JFC_H

#include "command.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct urma_cmd_create_jfc {
    struct {
        uint32_t depth;
        uint32_t flag;
        int jfce_fd;
        uint64_t urma_jfc;
        uint32_t ceqn;
    } in;
    struct {
        uint32_t id;
        uint32_t depth;
        uint64_t handle;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_create_jfc_t;

typedef struct urma_cmd_modify_jfc {
    struct {
        uint64_t handle;
        uint32_t mask;
        uint16_t moderate_count;
        uint16_t moderate_period;
    } in;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_modify_jfc_t;

typedef struct urma_cmd_delete_jfc {
    struct {
        uint64_t handle;
    } in;
    struct {
        uint32_t comp_events_reported;
        uint32_t async_events_reported;
    } out;
} urma_cmd_delete_jfc_t;

typedef struct urma_cmd_delete_jfc_batch {
    struct {
        uint32_t comp_events_reported;
        uint32_t async_events_reported;
        uint32_t bad_jfc_index;
    } out;
    struct {
        uint32_t jfc_num;
        uint64_t jfc_ptr;
    } in;
} urma_cmd_delete_jfc_batch_t;

typedef struct urma_cmd_alloc_jfc {
    struct {
        uint32_t depth;
        uint32_t flag;
        int jfce_fd;
        uint64_t urma_jfc;
        uint32_t ceqn;
    } in;
    struct {
        uint32_t id;
        uint32_t depth;
        uint64_t handle;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_alloc_jfc_t;

typedef struct urma_cmd_free_jfc {
    struct {
        uint64_t handle;
    } in;
    struct {
        uint32_t comp_events_reported;
        uint32_t async_events_reported;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_free_jfc_t;

typedef struct urma_cmd_set_jfc_opt {
    struct {
        uint64_t handle;
        uint64_t opt;
        uint64_t buf;
        uint32_t len;
    } in;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_set_jfc_opt_t;

typedef struct urma_cmd_get_jfc_opt {
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
} urma_cmd_get_jfc_opt_t;

typedef struct urma_cmd_active_jfc {
    struct {
        uint64_t handle;
        uint32_t depth;
        uint32_t flag;
        uint32_t ceqn;
        uint64_t urma_jfc_opt;
    } in;
    struct {
        uint32_t id;
        uint32_t depth;
        uint64_t handle;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_active_jfc_t;

typedef struct urma_cmd_deactive_jfc {
    struct {
        uint64_t handle;
    } in;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_deactive_jfc_t;

typedef struct urma_cmd_create_jfce {
    struct {
        int fd;
    } out;
} urma_cmd_create_jfce_t;

#ifdef __cplusplus
}
#endif

#endif
