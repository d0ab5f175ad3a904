/* Jetties and JFRs of peers: import, advise, bind. */
#ifndef UB_UMDK_URMA_CMD_IMPORT_H
#define UB_UMDK_URMA_CMD_IMPORT_H

#include "command.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct urma_cmd_import_jfr {
    struct {
        uint8_t eid[URMA_EID_SIZE];
        uint32_t id;
        uint32_t flag;
        uint32_t token;
        uint32_t trans_mode;
        uint32_t tp_type;
    } in;
    struct {
        uint32_t tpn;
        uint64_t handle;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_import_jfr_t;

typedef struct urma_cmd_import_jfr_ex {
    struct {
        uint8_t eid[URMA_EID_SIZE];
        uint32_t id;
        uint32_t flag;
        uint32_t token;
        uint32_t trans_mode;
        uint32_t tp_type;
        uint64_t tp_handle;
        uint64_t peer_tp_handle;
        uint64_t tag;
        uint32_t tx_psn;
        uint32_t rx_psn;
        uint64_t stag;
        uint64_t dtag;
    } in;
    struct {
        uint32_t tpn;
        uint32_t reserved;
        uint64_t handle;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_import_jfr_ex_t;

typedef struct urma_cmd_unimport_jfr {
    struct {
        uint64_t handle;
    } in;
} urma_cmd_unimport_jfr_t;

typedef struct urma_cmd_import_jetty {
    struct {
        uint8_t eid[URMA_EID_SIZE];
        uint32_t id;
        uint32_t flag;
        uint32_t token;
        uint32_t trans_mode;
        uint32_t policy;
        uint32_t type;
        uint32_t tp_type;
    } in;
    struct {
        uint32_t tpn;
        uint64_t handle;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_import_jetty_t;

typedef struct urma_cmd_import_jetty_ex {
    struct {
        uint8_t eid[URMA_EID_SIZE];
        uint32_t id;
        uint32_t flag;
        uint32_t token;
        uint32_t trans_mode;
        uint32_t policy;
        uint32_t type;
        uint32_t tp_type;
        uint64_t tp_handle;
        uint64_t peer_tp_handle;
        uint64_t tag;
        uint32_t tx_psn;
        uint32_t rx_psn;
        uint64_t stag;
        uint64_t dtag;
    } in;
    struct {
        uint32_t tpn;
        uint32_t reserved;
        uint64_t handle;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_import_jetty_ex_t;

typedef struct urma_cmd_unimport_jetty {
    struct {
        uint64_t handle;
    } in;
} urma_cmd_unimport_jetty_t;

typedef struct urma_cmd_advise_jetty {
    struct {
        uint64_t jetty_handle;
        uint64_t tjetty_handle;
    } in;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_advise_jetty_t;

typedef struct urma_cmd_unadvise_jetty {
    struct {
        uint64_t jetty_handle;
        uint64_t tjetty_handle;
    } in;
} urma_cmd_unadvise_jetty_t;

typedef struct urma_cmd_bind_jetty {
    struct {
        uint64_t jetty_handle;
        uint64_t tjetty_handle;
    } in;
    struct {
        uint32_t tpn;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_bind_jetty_t;

typedef struct urma_cmd_bind_jetty_ex {
    struct {
        uint64_t jetty_handle;
        uint64_t tjetty_handle;
        uint64_t tp_handle;
        uint64_t peer_tp_handle;
        uint64_t tag;
        uint32_t tx_psn;
        uint32_t rx_psn;
    } in;
    struct {
        uint32_t tpn;
        uint32_t reserved;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_bind_jetty_ex_t;

typedef struct urma_cmd_unbind_jetty {
    struct {
        uint64_t jetty_handle;
    } in;
} urma_cmd_unbind_jetty_t;

typedef struct urma_cmd_import_jetty_async {
    struct {
        uint8_t eid[URMA_EID_SIZE];
        uint32_t id;
        uint32_t flag;
        uint32_t token;
        uint32_t trans_mode;
        uint32_t policy;
        uint32_t type;
        uint64_t urma_tjetty;
        uint64_t user_ctx;
        int fd;
        int timeout;
    } in;
    struct {
        uint32_t tpn;
        uint64_t handle;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_import_jetty_async_t;

typedef struct urma_cmd_unimport_jetty_async {
    struct {
        uint64_t handle;
    } in;
} urma_cmd_unimport_jetty_async_t;

typedef struct urma_cmd_bind_jetty_async {
    struct {
        uint64_t jetty_handle;
        uint64_t tjetty_handle;
        uint64_t urma_tjetty;
        uint64_t urma_jetty;
        int fd;
        uint64_t user_ctx;
        int timeout;
    } in;
    struct {
        uint32_t tpn;
    } out;
    urma_cmd_udrv_priv_t udata;
} urma_cmd_bind_jetty_async_t;

typedef struct urma_cmd_unbind_jetty_async {
    struct {
        uint64_t jetty_handle;
        uint64_t tjetty_handle;
    } in;
} urma_cmd_unbind_jetty_async_t;

#ifdef __cplusplus
}
#endif

#endif
