/* Sizes and limits that the types are made of, and the addresses of devices. */
#ifndef UB_UMDK_URMA_TYPES_EID_H
#define UB_UMDK_URMA_TYPES_EID_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MAX_PORT_CNT 8
#define URMA_MAX_PRIORITY_CNT 16
#define URMA_MAX_JETTY_IN_JETTY_GRP 32U
#define URMA_MAX_NAME 64
#define URMA_MAX_DEV_NAME 64
#define URMA_MAX_PATH 4096
#define URMA_MAX_EID_CNT 1024
#define URMA_CC_IDX_TABLE_SIZE 81
#define URMA_EID_SIZE (16)
#define URMA_GUID_SIZE (16)
#define URMA_IP_ADDR_BYTES 16
#define URMA_MAC_BYTES 6
#define URMA_IPV4_MAP_IPV6_PREFIX (0x0000ffff)
#define URMA_SEG_TOKEN_ID_INVALID 0xffffffff

/* An EID in text is eight groups of four hexadecimal digits: 39 characters and the terminating zero. */
#define URMA_EID_STR_LEN (39)
#define EID_FMT "%2.2x%2.2x:%2.2x%2.2x:%2.2x%2.2x:%2.2x%2.2x:%2.2x%2.2x:%2.2x%2.2x:%2.2x%2.2x:%2.2x%2.2x"
#define EID_RAW_ARGS(eid) \
    (eid)[0], (eid)[1], (eid)[2], (eid)[3], (eid)[4], (eid)[5], (eid)[6], (eid)[7], (eid)[8], (eid)[9], (eid)[10], \
        (eid)[11], (eid)[12], (eid)[13], (eid)[14], (eid)[15]
#define EID_ARGS(eid) EID_RAW_ARGS((eid).raw)

/* Endpoint id: the 128-bit address of a device, in network order. Has the alignment of its 64-bit members. */
typedef union urma_eid {
    uint8_t raw[URMA_EID_SIZE];
    /* IPv4-mapped form: reserved 0, prefix URMA_IPV4_MAP_IPV6_PREFIX. */
    struct {
        uint64_t reserved;
        uint32_t prefix;
        uint32_t addr;
    } in4;
    struct {
        uint64_t subnet_prefix;
        uint64_t interface_id;
    } in6;
} urma_eid_t;

/* One entry of urma_get_eid_list. */
typedef struct urma_eid_info {
    urma_eid_t eid;
    uint32_t eid_index;
} urma_eid_info_t;

typedef struct urma_guid {
    uint8_t raw[URMA_GUID_SIZE];
} urma_guid_t;

/* Secret that a peer must present to import what it names. */
typedef struct urma_token {
    uint32_t token;
} urma_token_t;

/* IPv4 addresses (host byte order) and text to EIDs: IPv6, dotted IPv4, or the number of one; 0 or -EINVAL. The library
 * exports them, although they are not among the 128 functions of urma_api.h. */
void urma_u32_to_eid(uint32_t ipv4, urma_eid_t *eid);
int urma_str_to_eid(const char *buf, urma_eid_t *eid);

#ifdef __cplusplus
}
#endif

#endif
