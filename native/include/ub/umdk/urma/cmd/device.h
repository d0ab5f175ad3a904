/* Devices and addresses. */
#ifndef UB_UMDK_URMA_CMD_DEVICE_H
#define UB_UMDK_URMA_CMD_DEVICE_H

#include "command.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct urma_cmd_query_device_attr {
    struct {
        char dev_name[URMA_MAX_DEV_NAME];
    } in;
    struct {
        urma_device_attr_t attr;
    } out;
} urma_cmd_query_device_attr_t;

typedef struct urma_cmd_get_eid_list {
    struct {
        uint32_t max_eid_cnt;
    } in;
    struct {
        uint32_t eid_cnt;
        urma_eid_info_t eid_list[URMA_MAX_EID_CNT];
    } out;
} urma_cmd_get_eid_list_t;

typedef struct urma_cmd_user_ctl {
    struct {
        uint64_t addr;
        uint32_t len;
        uint32_t opcode;
    } in;
    struct {
        uint64_t addr;
        uint32_t len;
        uint32_t reserved;
    } out;
    struct {
        uint64_t in_addr;
        uint32_t in_len;
        uint64_t out_addr;
        uint32_t out_len;
    } udrv;
} urma_cmd_user_ctl_t;

typedef enum urma_cmd_net_addr_type {
    URMA_CMD_NET_ADDR_TYPE_IPV4 = 0,
    URMA_CMD_NET_ADDR_TYPE_IPV6 = 1
} urma_cmd_net_addr_type_t;

union urma_cmd_net_addr_union {
    uint8_t raw[URMA_EID_SIZE];
    struct {
        uint64_t reserved1;
        uint32_t reserved2;
        uint32_t addr;
    } in4;
    struct {
        uint64_t subnet_prefix;
        uint64_t interface_id;
    } in6;
};

typedef struct urma_cmd_net_addr {
    urma_cmd_net_addr_type_t type;
    union urma_cmd_net_addr_union net_addr;
    uint64_t vlan;
    uint8_t mac[URMA_MAC_BYTES];
    uint32_t prefix_len;
} urma_cmd_net_addr_t;

typedef struct urma_cmd_net_addr_info {
    urma_cmd_net_addr_t netaddr;
    uint32_t index;
} urma_cmd_net_addr_info_t;

typedef struct urma_cmd_get_net_addr_list {
    struct {
        uint32_t max_netaddr_cnt;
    } in;
    struct {
        uint32_t netaddr_cnt;
        uint64_t addr;
        uint64_t len;
    } out;
} urma_cmd_get_net_addr_list_t;

typedef struct urma_cmd_get_eid_by_ip {
    struct {
        urma_net_addr_t net_addr;
    } in;
    struct {
        urma_eid_t eid;
    } out;
} urma_cmd_get_eid_by_ip_t;

typedef struct urma_cmd_get_ip_by_eid {
    struct {
        urma_eid_t eid;
    } in;
    struct {
        urma_net_addr_t net_addr;
    } out;
} urma_cmd_get_ip_by_eid_t;

typedef struct urma_cmd_get_smac {
    struct {
        uint8_t mac[URMA_MAC_BYTES];
    } out;
} urma_cmd_get_smac_t;

typedef struct urma_cmd_get_dmac {
    struct {
        urma_net_addr_t net_addr;
    } in;
    struct {
        uint8_t mac[URMA_MAC_BYTES];
    } out;
} urma_cmd_get_dmac_t;

#ifdef __cplusplus
}
#endif

#endif
