/* Send queues (JFS) and receive queues (JFR). */
#ifndef UB_UMDK_URMA_TYPES_QUEUE_H
#define UB_UMDK_URMA_TYPES_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "../urma_opcode.h"
#include "completion.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Order of operations on their way. The default is replaced when a queue is created: RM gets OI, RC gets OL, UM
 * gets NO. OT and OL are for RC only, OI for RM only. */
typedef enum urma_order_type {
    URMA_DEF_ORDER = 0,
    URMA_OT = 1,
    URMA_OI = 2,
    URMA_OL = 3,
    URMA_NO = 4
} urma_order_type_t;

/* Options of a JFS. */
typedef union urma_jfs_flag {
    struct {
        uint32_t lock_free : 1;
        uint32_t error_suspend : 1;
        uint32_t outorder_comp : 1;
        uint32_t order_type : 8;
        uint32_t multi_path : 1;
        uint32_t ctp_rc_mul_path_mode : 1;
        uint32_t non_blocking : 1;
        uint32_t has_drv_ext : 1;
        uint32_t reserved : 17;
    } bs;
    uint32_t value;
} urma_jfs_flag_t;

/* Which options of a JFS were set, one bit each. */
__extension__ union urma_jfs_opt_mask {
    struct {
        uint64_t urma_jfs_cqe_base_addr : 1;
        uint64_t urma_jfs_db_addr : 1;
        uint64_t urma_jfs_id : 1;
        uint64_t urma_jfs_pi : 1;
        uint64_t urma_jfs_pi_type : 1;
        uint64_t urma_jfs_ci : 1;
        uint64_t urma_jfs_db_status : 1;
        uint64_t reserved : 57;
    } bs;
    uint64_t value;
};

/* Options of a JFS between alloc and active. */
typedef struct urma_jfs_opt {
    union urma_jfs_opt_mask jfs_opt_mask;
    bool is_actived;
    uint64_t urma_jfs_sqe_base_addr;
    uint32_t urma_jfs_id;
    uint64_t urma_jfs_db_addr;
    uint8_t urma_jfs_db_status;
    uint16_t urma_jfs_pi;
    uint16_t urma_jfs_pi_type;
    uint16_t urma_jfs_ci;
    uint64_t reserved[4];
} urma_jfs_opt_t;

/* Argument of urma_create_jfs, and the send half of urma_jetty_cfg_t. Creation writes back into it
 * (order_type). */
typedef struct urma_jfs_cfg {
    uint32_t depth;
    urma_jfs_flag_t flag;
    urma_transport_mode_t trans_mode;
    /* 0 to URMA_MAX_PRIORITY. */
    uint8_t priority;
    uint8_t max_sge;
    uint8_t max_rsge;
    /* Bytes; 0: as much as the device can. */
    uint32_t max_inline_data;
    /* 0 to 7; 0 never retries. */
    uint8_t rnr_retry;
    /* 0 to 31: 4.096 * 2^n microseconds. */
    uint8_t err_timeout;
    urma_jfc_t *jfc;
    uint64_t user_ctx;
} urma_jfs_cfg_t;

/* Send queue (176 bytes in 25.12, 256 in 26.06). */
typedef struct urma_jfs {
    urma_context_t *urma_ctx;
    urma_jfs_id_t jfs_id;
    urma_jfs_cfg_t jfs_cfg;
    uint64_t handle;
    pthread_mutex_t event_mutex;
    pthread_cond_t event_cond;
    uint32_t async_events_acked;
    urma_jfs_opt_t urma_jfs_opt;
} urma_jfs_t;

typedef enum urma_jfs_attr_mask {
    JFS_STATE = 1
} urma_jfs_attr_mask_t;

typedef urma_jetty_state_t urma_jfs_state_t;

/* Argument of urma_modify_jfs; mask combines urma_jfs_attr_mask_t. */
typedef struct urma_jfs_attr {
    uint32_t mask;
    urma_jfs_state_t state;
} urma_jfs_attr_t;

/* Options of a JFR. */
typedef union urma_jfr_flag {
    struct {
        /* URMA_TOKEN_NONE to URMA_TOKEN_ALL_ENCRYPTED. */
        uint32_t token_policy : 3;
        uint32_t tag_matching : 1;
        uint32_t lock_free : 1;
        uint32_t order_type : 8;
        uint32_t has_drv_ext : 1;
        uint32_t non_blocking : 1;
        uint32_t reserved : 17;
    } bs;
    uint32_t value;
} urma_jfr_flag_t;

/* Which options of a JFR were set, one bit each. */
__extension__ union urma_jfr_opt_mask {
    struct {
        uint64_t urma_jfr_cqe_base_addr : 1;
        uint64_t urma_jfr_db_addr : 1;
        uint64_t urma_jfr_id : 1;
        uint64_t urma_jfr_pi : 1;
        uint64_t urma_jfr_pi_type : 1;
        uint64_t urma_jfr_ci : 1;
        uint64_t urma_jfr_db_status : 1;
        uint64_t reserved : 57;
    } bs;
    uint64_t value;
};

/* Options of a JFR between alloc and active. */
typedef struct urma_jfr_opt {
    union urma_jfr_opt_mask jfr_opt_mask;
    bool is_actived;
    uint64_t urma_jfr_rqe_base_addr;
    uint32_t urma_jfr_id;
    uint64_t urma_jfr_db_addr;
    uint8_t urma_jfr_db_status;
    uint16_t urma_jfr_pi;
    uint16_t urma_jfr_pi_type;
    uint16_t urma_jfr_ci;
    uint64_t reserved[4];
} urma_jfr_opt_t;

/* Argument of urma_create_jfr. Creation writes back into it (order_type). */
typedef struct urma_jfr_cfg {
    /* 0: the system chooses. */
    uint32_t id;
    uint32_t depth;
    urma_jfr_flag_t flag;
    urma_transport_mode_t trans_mode;
    uint8_t max_sge;
    /* 0 to 31. */
    uint8_t min_rnr_timer;
    urma_jfc_t *jfc;
    urma_token_t token_value;
    uint64_t user_ctx;
} urma_jfr_cfg_t;

typedef enum urma_jfr_attr_mask {
    JFR_RX_THRESHOLD = 1,
    JFR_STATE = 2
} urma_jfr_attr_mask_t;

/* Argument of urma_modify_jfr; mask combines urma_jfr_attr_mask_t. */
typedef struct urma_jfr_attr {
    uint32_t mask;
    uint32_t rx_threshold;
    urma_jfr_state_t state;
} urma_jfr_attr_t;

/* Receive queue; it may serve many jetties (184 bytes in 25.12, 264 in 26.06). */
typedef struct urma_jfr {
    urma_context_t *urma_ctx;
    urma_jfr_id_t jfr_id;
    urma_jfr_cfg_t jfr_cfg;
    uint64_t handle;
    pthread_mutex_t event_mutex;
    pthread_cond_t event_cond;
    uint32_t async_events_acked;
    urma_jfr_opt_t urma_jfr_opt;
} urma_jfr_t;

#ifdef __cplusplus
}
#endif

#endif
