/* Completion queues (JFC) and their event channels (JFCE). */
#ifndef UB_UMDK_URMA_TYPES_COMPLETION_H
#define UB_UMDK_URMA_TYPES_COMPLETION_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "device.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct urma_jfce_cfg {
    uint32_t depth;
    uint64_t user_ctx;
} urma_jfce_cfg_t;

/* Completion event channel. fd becomes readable when an armed JFC got a completion. */
typedef struct urma_jfce {
    urma_context_t *urma_ctx;
    int fd;
    struct urma_ref ref;
} urma_jfce_t;

/* Options of a JFC. */
typedef union urma_jfc_flag {
    struct {
        uint32_t lock_free : 1;
        uint32_t jfc_inline : 1;
        uint32_t non_blocking : 1;
        uint32_t has_drv_ext : 1;
        uint32_t reserved : 28;
    } bs;
    uint32_t value;
} urma_jfc_flag_t;

/* Argument of urma_create_jfc. */
typedef struct urma_jfc_cfg {
    /* Completions that may wait at once. */
    uint32_t depth;
    urma_jfc_flag_t flag;
    uint32_t ceqn;
    /* NULL: the JFC is only polled. */
    urma_jfce_t *jfce;
    uint64_t user_ctx;
} urma_jfc_cfg_t;

typedef enum urma_jfc_attr_mask {
    JFC_MODERATE_COUNT = 1,
    JFC_MODERATE_PERIOD = 2
} urma_jfc_attr_mask_t;

/* Argument of urma_modify_jfc; mask combines urma_jfc_attr_mask_t. */
typedef struct urma_jfc_attr {
    uint32_t mask;
    uint16_t moderate_count;
    /* Microseconds. */
    uint16_t moderate_period;
} urma_jfc_attr_t;

/* Address of a jetty, JFS, JFR or JFC in the fabric. */
typedef struct urma_jetty_id {
    urma_eid_t eid;
    uint32_t uasid;
    uint32_t id;
} urma_jetty_id_t;

typedef struct urma_jetty_id urma_jfs_id_t;
typedef struct urma_jetty_id urma_jfr_id_t;
typedef struct urma_jetty_id urma_jfc_id_t;

/* Which options of a JFC were set, one bit each. */
__extension__ union urma_jfc_opt_mask {
    struct {
        uint64_t urma_jfc_cqe_base_addr : 1;
        uint64_t urma_jfc_db_addr : 1;
        uint64_t urma_jfc_id : 1;
        uint64_t urma_jfc_pi : 1;
        uint64_t urma_jfc_pi_type : 1;
        uint64_t urma_jfc_ci : 1;
        uint64_t urma_jfc_db_status : 1;
        uint64_t reserved : 57;
    } bs;
    uint64_t value;
};

/* Options of a JFC between alloc and active. */
typedef struct urma_jfc_opt {
    union urma_jfc_opt_mask jfc_opt_mask;
    bool is_actived;
    uint64_t urma_jfc_cqe_base_addr;
    uint32_t urma_jfc_id;
    uint64_t urma_jfc_db_addr;
    uint8_t urma_jfc_db_status;
    uint16_t urma_jfc_pi;
    uint16_t urma_jfc_pi_type;
    uint16_t urma_jfc_ci;
    uint64_t reserved[4];
} urma_jfc_opt_t;

/* Completion queue. Only the members before handle have the same place in every release (168 bytes in 25.12,
 * 248 in 26.06). */
typedef struct urma_jfc {
    urma_context_t *urma_ctx;
    urma_jfc_id_t jfc_id;
    urma_jfc_cfg_t jfc_cfg;
    uint64_t handle;
    pthread_mutex_t event_mutex;
    pthread_cond_t event_cond;
    uint32_t comp_events_acked;
    uint32_t async_events_acked;
    urma_jfc_opt_t urma_jfc_opt;
} urma_jfc_t;

#ifdef __cplusplus
}
#endif

#endif
