/* Transport paths. */
#ifndef UB_UMDK_URMA_CMD_PATH_H
#define UB_UMDK_URMA_CMD_PATH_H

#include "command.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct urma_cmd_modify_tp {
    struct {
        uint32_t tpn;
        urma_tp_cfg_t tp_cfg;
        urma_tp_attr_t attr;
        urma_tp_attr_mask_t mask;
    } in;
} urma_cmd_modify_tp_t;

typedef struct urma_cmd_get_tp_list {
    struct {
        uint32_t flag;
        uint32_t trans_mode;
        uint8_t local_eid[URMA_EID_SIZE];
        uint8_t peer_eid[URMA_EID_SIZE];
        uint32_t tp_cnt;
        uint32_t reserved;
    } in;
    struct {
        uint32_t tp_cnt;
        uint32_t reserved;
        uint64_t tp_handle[128];
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_get_tp_list_t;

typedef struct urma_cmd_exchange_tp_info {
    struct {
        struct urma_get_tp_cfg get_tp_cfg;
        uint64_t tp_handle;
        uint32_t tx_psn;
    } in;
    struct {
        uint64_t peer_tp_handle;
        uint32_t rx_psn;
    } out;
} urma_cmd_exchange_tp_info_t;

typedef struct urma_cmd_set_tp_attr {
    struct {
        uint64_t tp_handle;
        uint8_t tp_attr_cnt;
        uint32_t tp_attr_bitmap;
        uint8_t tp_attr[128];
    } in;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_set_tp_attr_t;

typedef struct urma_cmd_get_tp_attr {
    struct {
        uint64_t tp_handle;
    } in;
    struct {
        uint8_t tp_attr_cnt;
        uint32_t tp_attr_bitmap;
        uint8_t tp_attr[128];
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_get_tp_attr_t;

#ifdef __cplusplus
}
#endif

#endif
