/* Devices and contexts. */
#ifndef UB_UMDK_URMA_TYPES_DEVICE_H
#define UB_UMDK_URMA_TYPES_DEVICE_H

#include <pthread.h>
#include <stdint.h>
#ifdef __cplusplus
#include <atomic>
#else
#include <stdatomic.h>
#endif

#include "eid.h"

#ifdef __cplusplus
extern "C" {
#endif

struct urma_ops;
struct urma_provider_ops;
struct urma_sysfs_dev;

/* Optional argument of urma_init; NULL asks for the defaults. */
typedef struct urma_init_attr {
    uint64_t token;
    /* 0: the system chooses. */
    uint32_t uasid;
} urma_init_attr_t;

/* Maximum transfer unit, an index and not bytes. */
typedef enum urma_mtu {
    URMA_MTU_256 = 1,
    URMA_MTU_512 = 2,
    URMA_MTU_1024 = 3,
    URMA_MTU_2048 = 4,
    URMA_MTU_4096 = 5,
    URMA_MTU_8192 = 6
} urma_mtu_t;

typedef enum urma_port_state {
    URMA_PORT_NOP = 0,
    URMA_PORT_DOWN = 1,
    URMA_PORT_INIT = 2,
    URMA_PORT_ARMED = 3,
    URMA_PORT_ACTIVE = 4,
    URMA_PORT_ACTIVE_DEFER = 5
} urma_port_state_t;

/* Signalling speed of a port, bits per second. */
typedef enum urma_speed {
    URMA_SP_10M = 0,
    URMA_SP_100M = 1,
    URMA_SP_1G = 2,
    URMA_SP_2_5G = 3,
    URMA_SP_5G = 4,
    URMA_SP_10G = 5,
    URMA_SP_14G = 6,
    URMA_SP_25G = 7,
    URMA_SP_40G = 8,
    URMA_SP_50G = 9,
    URMA_SP_100G = 10,
    URMA_SP_200G = 11,
    URMA_SP_400G = 12,
    URMA_SP_800G = 13
} urma_speed_t;

/* Lanes of a port; one bit each, because capabilities combine them. */
typedef enum urma_link_width {
    URMA_LINK_X1 = 1,
    URMA_LINK_X2 = 2,
    URMA_LINK_X4 = 4,
    URMA_LINK_X8 = 8,
    URMA_LINK_X16 = 16,
    URMA_LINK_X32 = 32
} urma_link_width_t;

/* Reference count inside of library objects. C++ sees the standard type of the same layout. */
typedef struct urma_ref {
#ifdef __cplusplus
    std::atomic_ulong atomic_cnt;
#else
    atomic_ulong atomic_cnt;
#endif
} urma_ref_t;

/* State of one port. */
typedef struct urma_port_attr {
    urma_mtu_t max_mtu;
    urma_port_state_t state;
    urma_link_width_t active_width;
    urma_speed_t active_speed;
    urma_mtu_t active_mtu;
} urma_port_attr_t;

/* Optional features of a device, one bit each. */
typedef union urma_device_feature {
    struct {
        uint32_t oor : 1;
        uint32_t jfc_per_wr : 1;
        uint32_t stride_op : 1;
        uint32_t load_store_op : 1;
        uint32_t non_pin : 1;
        uint32_t pmem : 1;
        uint32_t jfc_inline : 1;
        uint32_t spray_en : 1;
        uint32_t selective_retrans : 1;
        uint32_t live_migrate : 1;
        uint32_t dca : 1;
        uint32_t jetty_grp : 1;
        uint32_t error_suspend : 1;
        uint32_t outorder_comp : 1;
        uint32_t mn : 1;
        uint32_t clan : 1;
        uint32_t muti_seg_per_token_id : 1;
        uint32_t ipourma_en : 1;
        uint32_t ctp_en : 1;
        uint32_t uboe : 1;
        uint32_t reserved : 12;
    } bs;
    uint32_t value;
} urma_device_feature_t;

/* Which atomic operations a device executes. */
typedef union urma_atomic_feature {
    struct {
        uint32_t cas : 1;
        uint32_t swap : 1;
        uint32_t fetch_and_add : 1;
        uint32_t fetch_and_sub : 1;
        uint32_t fetch_and_and : 1;
        uint32_t fetch_and_or : 1;
        uint32_t fetch_and_xor : 1;
        uint32_t reserved : 25;
    } bs;
    uint32_t value;
} urma_atomic_feature_t;

/* Which order types (urma_order_type_t) a transport mode offers. */
typedef union urma_order_type_cap {
    struct {
        uint32_t ot : 1;
        uint32_t oi : 1;
        uint32_t ol : 1;
        uint32_t no : 1;
        uint32_t reserved : 28;
    } bs;
    uint32_t value;
} urma_order_type_cap_t;

/* Which transport path types (urma_tp_type_t) a transport mode offers. */
typedef union urma_tp_type_cap {
    struct {
        uint32_t rtp : 1;
        uint32_t ctp : 1;
        uint32_t utp : 1;
        uint32_t reserved : 29;
    } bs;
    uint32_t value;
} urma_tp_type_cap_t;

typedef union urma_tp_feature {
    struct {
        uint32_t rm_multi_path : 1;
        uint32_t rc_multi_path : 1;
        uint32_t reserved : 30;
    } bs;
    uint32_t value;
} urma_tp_feature_t;

/* Transport path types that a priority may use. */
union urma_tp_type_en {
    struct {
        uint32_t rtp : 1;
        uint32_t ctp : 1;
        uint32_t utp : 1;
        uint32_t reserved : 29;
    } bs;
    uint32_t value;
};

/* What one priority (0 to 15) is mapped to. */
struct urma_sl_info {
    uint32_t SL;
    union urma_tp_type_en tp_type;
};

/* Limits and capabilities. It grew from 176 bytes in release 25.12 to 304 in 26.06. */
typedef struct urma_device_cap {
    urma_device_feature_t feature;
    uint32_t max_jfc;
    uint32_t max_jfs;
    uint32_t max_jfr;
    uint32_t max_jetty;
    uint32_t max_jetty_grp;
    uint32_t max_jetty_in_jetty_grp;
    uint32_t max_jfc_depth;
    uint32_t max_jfs_depth;
    uint32_t max_jfr_depth;
    /* Bytes. */
    uint32_t max_jfs_inline_len;
    uint32_t max_jfs_sge;
    uint32_t max_jfs_rsge;
    uint32_t max_jfr_sge;
    /* Bytes. */
    uint64_t max_msg_size;
    uint32_t max_read_size;
    uint32_t max_write_size;
    uint32_t max_cas_size;
    uint32_t max_swap_size;
    uint32_t max_fetch_and_add_size;
    uint32_t max_fetch_and_sub_size;
    uint32_t max_fetch_and_and_size;
    uint32_t max_fetch_and_or_size;
    uint32_t max_fetch_and_xor_size;
    urma_atomic_feature_t atomic_feat;
    /* Bits of urma_transport_mode_t. */
    uint16_t trans_mode;
    uint16_t reserved;
    /* Bits of urma_congestion_ctrl_alg_t. */
    uint16_t congestion_ctrl_alg;
    uint32_t ceq_cnt;
    uint32_t max_tp_in_tpg;
    uint32_t max_eid_cnt;
    /* Supported page sizes as bits; 4 KiB is always among them. */
    uint64_t page_size_cap;
    uint32_t max_oor_cnt;
    uint32_t mn;
    uint32_t max_netaddr_cnt;
    urma_order_type_cap_t rm_order_cap;
    urma_order_type_cap_t rc_order_cap;
    urma_tp_type_cap_t rm_tp_cap;
    urma_tp_type_cap_t rc_tp_cap;
    urma_tp_type_cap_t um_tp_cap;
    urma_tp_feature_t tp_feature;
    struct urma_sl_info priority_info[URMA_MAX_PRIORITY_CNT];
} urma_device_cap_t;

/* Result of urma_query_device: 368 bytes in release 25.12, 496 in 26.06. The library writes as much as its own
 * release has, so pass at least 4 KiB. */
typedef struct urma_device_attr {
    urma_guid_t guid;
    urma_device_cap_t dev_cap;
    uint8_t port_cnt;
    struct urma_port_attr port_attr[MAX_PORT_CNT];
    uint32_t reserved_jetty_id_min;
    uint32_t reserved_jetty_id_max;
} urma_device_attr_t;

/* Technology below a device. */
typedef enum urma_transport_type {
    URMA_TRANSPORT_INVALID = -1,
    URMA_TRANSPORT_UB = 0,
    URMA_TRANSPORT_IB = 1,
    URMA_TRANSPORT_IP = 2,
    URMA_TRANSPORT_SOFTUB = 3,
    URMA_TRANSPORT_HNS_UB = 5,
    URMA_TRANSPORT_MAX = 6
} urma_transport_type_t;

/* Service of a queue; capabilities combine the bits. RM: reliable messages without a connection. RC: reliable,
 * one bound peer. UM: unreliable messages. */
typedef enum urma_transport_mode {
    URMA_TM_RM = 1,
    URMA_TM_RC = 2,
    URMA_TM_UM = 4
} urma_transport_mode_t;

/* Congestion control. Several names changed their meaning between 25.12 and 26.06 while the numbers stayed. */
typedef enum urma_tp_cc_alg {
    URMA_TP_CC_NONE = 0,
    URMA_TP_CC_DCQCN = 1,
    URMA_TP_CC_CAQM = 2,
    URMA_TP_CC_LDCP = 3,
    URMA_TP_CC_LDCP_L2_HEADER = 4,
    URMA_TP_CC_LDCP_TP_HEADER = 5,
    URMA_TP_CC_DIP = 6,
    URMA_TP_CC_ACC = 7,
    URMA_TP_CC_CUSTOM_1 = 8,
    URMA_TP_CC_CUSTOM_2 = 9,
    URMA_TP_CC_NUM = 10
} urma_tp_cc_alg_t;

/* The same algorithms as bits (1 << urma_tp_cc_alg_t). */
typedef enum urma_congestion_ctrl_alg {
    URMA_CC_NONE = 1,
    URMA_CC_DCQCN = 2,
    URMA_CC_CAQM = 4,
    URMA_CC_LDCP = 8,
    URMA_CC_LDCP_L2_HEADER = 16,
    URMA_CC_LDCP_TP_HEADER = 32,
    URMA_CC_DIP = 64,
    URMA_CC_ACC = 128,
    URMA_CC_CUSTOM_1 = 256,
    URMA_CC_CUSTOM_2 = 512
} urma_congestion_ctrl_alg_t;

typedef struct urma_cc_entry {
    urma_tp_cc_alg_t alg;
    uint8_t cc_pattern_idx;
    uint8_t cc_priority;
} __attribute__((packed)) urma_cc_entry_t;

/* One device of urma_get_device_list. Programs read name and type; the rest belongs to the library. */
typedef struct urma_device {
    char name[URMA_MAX_NAME];
    char path[URMA_MAX_PATH];
    urma_transport_type_t type;
    struct urma_provider_ops *ops;
    struct urma_sysfs_dev *sysfs_dev;
} urma_device_t;

typedef enum urma_context_opt_name {
    URMA_OPT_AGGR_MODE = 0
} urma_opt_name_t;

/* How a bonding device uses its members; set with URMA_OPT_AGGR_MODE before anything is created. */
typedef enum urma_context_aggr_mode {
    URMA_AGGR_MODE_STANDALONE = 0,
    URMA_AGGR_MODE_ACTIVE_BACKUP = 1,
    URMA_AGGR_MODE_BALANCE = 2
} urma_context_aggr_mode_t;

/* An opened device. Programs read dev, eid, eid_index, uasid and poll async_fd for urma_get_async_event. */
typedef struct urma_context {
    struct urma_device *dev;
    struct urma_ops *ops;
    int dev_fd;
    int async_fd;
    pthread_mutex_t mutex;
    urma_eid_t eid;
    uint32_t eid_index;
    uint32_t uasid;
    struct urma_ref ref;
    urma_context_aggr_mode_t aggr_mode;
} urma_context_t;

#ifdef __cplusplus
}
#endif

#endif
