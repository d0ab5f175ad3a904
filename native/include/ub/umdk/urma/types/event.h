/* Asynchronous events, notifications, and the pass-through call to a provider. */
#ifndef UB_UMDK_URMA_TYPES_EVENT_H
#define UB_UMDK_URMA_TYPES_EVENT_H

#include <stdint.h>

#include "../urma_opcode.h"
#include "jetty.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Result of urma_get_async_event; give it back with urma_ack_async_event. */
typedef struct urma_async_event {
    const urma_context_t *urma_ctx;
    union {
        urma_jfc_t *jfc;
        urma_jfs_t *jfs;
        urma_jfr_t *jfr;
        urma_jetty_t *jetty;
        urma_jetty_grp_t *jetty_grp;
        uint32_t port_id;
        uint32_t eid_idx;
    } element;
    urma_async_event_type_t event_type;
    void *priv;
} urma_async_event_t;

typedef void (*urma_async_event_cb)(urma_async_event_t *event, void *cb_arg);

/* Channel on which asynchronous imports and binds report. */
typedef struct urma_notifier {
    urma_context_t *urma_ctx;
    int fd;
    void *incomplete_tjetty_list;
} urma_notifier_t;

typedef enum urma_notify_type {
    URMA_IMPORT_JETTY_NOTIFY = 0,
    URMA_BIND_JETTY_NOTIFY = 1
} urma_notify_type_t;

/* One report of urma_wait_notify. */
typedef struct urma_notify {
    urma_notify_type_t type;
    urma_status_t status;
    uint64_t user_ctx;
    union {
        urma_target_jetty_t *tjetty;
        urma_jetty_t *jetty;
    };
} urma_notify_t;

/* Input of urma_user_ctl: opcodes are the provider's own. */
typedef struct urma_user_ctl_in {
    uint64_t addr;
    uint32_t len;
    uint32_t opcode;
} urma_user_ctl_in_t;

/* Output of urma_user_ctl. */
typedef struct urma_user_ctl_out {
    uint64_t addr;
    uint32_t len;
    uint32_t reserved;
} urma_user_ctl_out_t;

#ifdef __cplusplus
}
#endif

#endif
