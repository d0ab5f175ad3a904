/* Jetties, groups of them, and what stands for those of peers. */
#ifndef UB_UMDK_URMA_TYPES_JETTY_H
#define UB_UMDK_URMA_TYPES_JETTY_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "path.h"
#include "queue.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Options of a descriptor that is imported. */
typedef union urma_import_jetty_flag {
    struct {
        uint32_t token_policy : 3;
        uint32_t order_type : 8;
        uint32_t share_tp : 1;
        uint32_t has_drv_ext : 1;
        uint32_t has_user_info : 1;
        uint32_t reserved : 18;
    } bs;
    uint32_t value;
} urma_import_jetty_flag_t;

/* Descriptor of a JFR, as its owner sends it to peers by whatever means it has. */
typedef struct urma_rjfr {
    urma_jfr_id_t jfr_id;
    urma_transport_mode_t trans_mode;
    urma_import_jetty_flag_t flag;
    urma_tp_type_t tp_type;
} urma_rjfr_t;

/* Options of a jetty. */
typedef union urma_jetty_flag {
    struct {
        uint32_t share_jfr : 1;
        uint32_t non_blocking : 1;
        uint32_t has_drv_ext : 1;
        uint32_t has_user_info : 1;
        uint32_t reserved : 28;
    } bs;
    uint32_t value;
} urma_jetty_flag_t;

typedef struct urma_jetty_grp urma_jetty_grp_t;

/* Argument of urma_create_jetty. On UB devices share_jfr = 1 with an existing JFR is the only form that works. */
typedef struct urma_jetty_cfg {
    /* 0: the system chooses. */
    uint32_t id;
    urma_jetty_flag_t flag;
    urma_jfs_cfg_t jfs_cfg;
    union {
        struct {
            urma_jfr_t *jfr;
            /* Overrides the JFC of the JFR; may be NULL. */
            urma_jfc_t *jfc;
        } shared;
        /* Obsolete: use shared with share_jfr = 1. */
        urma_jfr_cfg_t *jfr_cfg;
    };
    urma_jetty_grp_t *jetty_grp;
    uint64_t user_ctx;
} urma_jetty_cfg_t;

/* How a group picks the jetty that takes a message: in turn, or by target_hint. */
typedef enum urma_jetty_grp_policy {
    URMA_JETTY_GRP_POLICY_RR = 0,
    URMA_JETTY_GRP_POLICY_HASH_HINT = 1
} urma_jetty_grp_policy_t;

/* What a target jetty stands for. */
typedef enum urma_target_type {
    URMA_JFR = 0,
    URMA_JETTY = 1,
    URMA_JETTY_GROUP = 2
} urma_target_type_t;

typedef union urma_ext_flag {
    struct {
        uint32_t enable : 1;
        uint32_t reserved : 31;
    } bs;
    uint32_t value;
} urma_ext_flag_t;

/* Variable-length extension of a descriptor. */
typedef struct urma_ext {
    urma_ext_flag_t flag;
    uint32_t length;
    __extension__ char buf[];
} urma_ext_t;

/* Descriptor of a jetty. urma_get_rjetty returns it for any device; on bonding devices it is longer than this
 * struct. */
typedef struct urma_rjetty {
    urma_jetty_id_t jetty_id;
    urma_transport_mode_t trans_mode;
    urma_jetty_grp_policy_t policy;
    urma_target_type_t type;
    urma_import_jetty_flag_t flag;
    urma_tp_type_t tp_type;
} urma_rjetty_t;

/* An imported jetty, JFR or group. */
typedef struct urma_target_jetty {
    urma_context_t *urma_ctx;
    urma_jetty_id_t id;
    uint64_t handle;
    urma_transport_mode_t trans_mode;
    urma_tp_t tp;
    urma_target_type_t type;
    urma_import_jetty_flag_t flag;
    urma_jetty_grp_policy_t policy;
    urma_tp_type_t tp_type;
} urma_target_jetty_t;

typedef enum urma_jetty_attr_mask {
    JETTY_RX_THRESHOLD = 1,
    JETTY_STATE = 2
} urma_jetty_attr_mask_t;

/* Argument of urma_modify_jetty; mask combines urma_jetty_attr_mask_t. */
typedef struct urma_jetty_attr {
    uint32_t mask;
    uint32_t rx_threshold;
    urma_jetty_state_t state;
} urma_jetty_attr_t;

/* Options of a jetty between alloc and active. */
typedef struct urma_jetty_opt {
    bool is_actived;
    urma_jfs_opt_t jfs_opt;
    uint64_t reserved[4];
} urma_jetty_opt_t;

/* Send queue and (shared) receive queue under one id (224 bytes in 25.12, 344 in 26.06). */
typedef struct urma_jetty {
    urma_context_t *urma_ctx;
    urma_jetty_id_t jetty_id;
    /* The bound peer (RC), otherwise NULL. */
    urma_target_jetty_t *remote_jetty;
    urma_jetty_cfg_t jetty_cfg;
    uint64_t handle;
    pthread_mutex_t event_mutex;
    pthread_cond_t event_cond;
    uint32_t async_events_acked;
    urma_jetty_opt_t urma_jetty_opt;
} urma_jetty_t;

typedef union urma_jetty_grp_flag {
    struct {
        uint32_t token_policy : 3;
        uint32_t reserved : 29;
    } bs;
    uint32_t value;
} urma_jetty_grp_flag_t;

/* Argument of urma_create_jetty_grp. */
typedef struct urma_jetty_grp_cfg {
    char name[URMA_MAX_NAME];
    urma_jetty_grp_flag_t flag;
    urma_token_t token_value;
    uint32_t id;
    urma_jetty_grp_policy_t policy;
    uint64_t user_ctx;
} urma_jetty_grp_cfg_t;

/* Jetties behind one target: at most max_jetty_in_jetty_grp of them. */
struct urma_jetty_grp {
    urma_context_t *urma_ctx;
    urma_jetty_id_t jetty_grp_id;
    urma_jetty_grp_cfg_t cfg;
    uint32_t jetty_cnt;
    urma_jetty_t **jetty_list;
    pthread_mutex_t list_mutex;
    uint64_t handle;
    pthread_mutex_t event_mutex;
    pthread_cond_t event_cond;
    uint32_t async_events_acked;
};

#ifdef __cplusplus
}
#endif

#endif
