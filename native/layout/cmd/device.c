#include "ub/umdk/urma/urma_cmd.h"

#include "../layout.h"

void layout_cmd_device(void)
{
    TYPE(urma_cmd_query_device_attr_t);
    GROUP(urma_cmd_query_device_attr_t, in, "struct{}");
    FIELD(urma_cmd_query_device_attr_t, in.dev_name, char[64]);
    GROUP(urma_cmd_query_device_attr_t, out, "struct{}");
    FIELD(urma_cmd_query_device_attr_t, out.attr, urma_device_attr_t);

    TYPE(urma_cmd_get_eid_list_t);
    GROUP(urma_cmd_get_eid_list_t, in, "struct{}");
    FIELD(urma_cmd_get_eid_list_t, in.max_eid_cnt, uint32_t);
    GROUP(urma_cmd_get_eid_list_t, out, "struct{}");
    FIELD(urma_cmd_get_eid_list_t, out.eid_cnt, uint32_t);
    FIELD(urma_cmd_get_eid_list_t, out.eid_list, urma_eid_info_t[1024]);

    TYPE(urma_cmd_user_ctl_t);
    GROUP(urma_cmd_user_ctl_t, in, "struct{}");
    FIELD(urma_cmd_user_ctl_t, in.addr, uint64_t);
    FIELD(urma_cmd_user_ctl_t, in.len, uint32_t);
    FIELD(urma_cmd_user_ctl_t, in.opcode, uint32_t);
    GROUP(urma_cmd_user_ctl_t, out, "struct{}");
    FIELD(urma_cmd_user_ctl_t, out.addr, uint64_t);
    FIELD(urma_cmd_user_ctl_t, out.len, uint32_t);
    FIELD(urma_cmd_user_ctl_t, out.reserved, uint32_t);
    GROUP(urma_cmd_user_ctl_t, udrv, "struct{}");
    FIELD(urma_cmd_user_ctl_t, udrv.in_addr, uint64_t);
    FIELD(urma_cmd_user_ctl_t, udrv.in_len, uint32_t);
    FIELD(urma_cmd_user_ctl_t, udrv.out_addr, uint64_t);
    FIELD(urma_cmd_user_ctl_t, udrv.out_len, uint32_t);

    ENUMERATION(urma_cmd_net_addr_type_t);
    VALUE(urma_cmd_net_addr_type_t, URMA_CMD_NET_ADDR_TYPE_IPV4);
    VALUE(urma_cmd_net_addr_type_t, URMA_CMD_NET_ADDR_TYPE_IPV6);

    TYPE(union urma_cmd_net_addr_union);
    FIELD(union urma_cmd_net_addr_union, raw, uint8_t[16]);
    GROUP(union urma_cmd_net_addr_union, in4, "struct{}");
    FIELD(union urma_cmd_net_addr_union, in4.reserved1, uint64_t);
    FIELD(union urma_cmd_net_addr_union, in4.reserved2, uint32_t);
    FIELD(union urma_cmd_net_addr_union, in4.addr, uint32_t);
    GROUP(union urma_cmd_net_addr_union, in6, "struct{}");
    FIELD(union urma_cmd_net_addr_union, in6.subnet_prefix, uint64_t);
    FIELD(union urma_cmd_net_addr_union, in6.interface_id, uint64_t);

    TYPE(urma_cmd_net_addr_t);
    FIELD(urma_cmd_net_addr_t, type, urma_cmd_net_addr_type_t);
    FIELD(urma_cmd_net_addr_t, net_addr, union urma_cmd_net_addr_union);
    FIELD(urma_cmd_net_addr_t, vlan, uint64_t);
    FIELD(urma_cmd_net_addr_t, mac, uint8_t[6]);
    FIELD(urma_cmd_net_addr_t, prefix_len, uint32_t);

    TYPE(urma_cmd_net_addr_info_t);
    FIELD(urma_cmd_net_addr_info_t, netaddr, urma_cmd_net_addr_t);
    FIELD(urma_cmd_net_addr_info_t, index, uint32_t);

    TYPE(urma_cmd_get_net_addr_list_t);
    GROUP(urma_cmd_get_net_addr_list_t, in, "struct{}");
    FIELD(urma_cmd_get_net_addr_list_t, in.max_netaddr_cnt, uint32_t);
    GROUP(urma_cmd_get_net_addr_list_t, out, "struct{}");
    FIELD(urma_cmd_get_net_addr_list_t, out.netaddr_cnt, uint32_t);
    FIELD(urma_cmd_get_net_addr_list_t, out.addr, uint64_t);
    FIELD(urma_cmd_get_net_addr_list_t, out.len, uint64_t);

    TYPE(urma_cmd_get_eid_by_ip_t);
    GROUP(urma_cmd_get_eid_by_ip_t, in, "struct{}");
    FIELD(urma_cmd_get_eid_by_ip_t, in.net_addr, urma_net_addr_t);
    GROUP(urma_cmd_get_eid_by_ip_t, out, "struct{}");
    FIELD(urma_cmd_get_eid_by_ip_t, out.eid, urma_eid_t);

    TYPE(urma_cmd_get_ip_by_eid_t);
    GROUP(urma_cmd_get_ip_by_eid_t, in, "struct{}");
    FIELD(urma_cmd_get_ip_by_eid_t, in.eid, urma_eid_t);
    GROUP(urma_cmd_get_ip_by_eid_t, out, "struct{}");
    FIELD(urma_cmd_get_ip_by_eid_t, out.net_addr, urma_net_addr_t);

    TYPE(urma_cmd_get_smac_t);
    GROUP(urma_cmd_get_smac_t, out, "struct{}");
    FIELD(urma_cmd_get_smac_t, out.mac, uint8_t[6]);

    TYPE(urma_cmd_get_dmac_t);
    GROUP(urma_cmd_get_dmac_t, in, "struct{}");
    FIELD(urma_cmd_get_dmac_t, in.net_addr, urma_net_addr_t);
    GROUP(urma_cmd_get_dmac_t, out, "struct{}");
    FIELD(urma_cmd_get_dmac_t, out.mac, uint8_t[6]);
}
