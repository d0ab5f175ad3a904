#include "ub/umdk/urma/urma_cmd.h"

#include "../layout.h"

void layout_cmd_path(void)
{
    TYPE(urma_cmd_modify_tp_t);
    GROUP(urma_cmd_modify_tp_t, in, "struct{}");
    FIELD(urma_cmd_modify_tp_t, in.tpn, uint32_t);
    FIELD(urma_cmd_modify_tp_t, in.tp_cfg, urma_tp_cfg_t);
    FIELD(urma_cmd_modify_tp_t, in.attr, urma_tp_attr_t);
    FIELD(urma_cmd_modify_tp_t, in.mask, urma_tp_attr_mask_t);

    TYPE(urma_cmd_get_tp_list_t);
    GROUP(urma_cmd_get_tp_list_t, in, "struct{}");
    FIELD(urma_cmd_get_tp_list_t, in.flag, uint32_t);
    FIELD(urma_cmd_get_tp_list_t, in.trans_mode, uint32_t);
    FIELD(urma_cmd_get_tp_list_t, in.local_eid, uint8_t[16]);
    FIELD(urma_cmd_get_tp_list_t, in.peer_eid, uint8_t[16]);
    FIELD(urma_cmd_get_tp_list_t, in.tp_cnt, uint32_t);
    FIELD(urma_cmd_get_tp_list_t, in.reserved, uint32_t);
    GROUP(urma_cmd_get_tp_list_t, out, "struct{}");
    FIELD(urma_cmd_get_tp_list_t, out.tp_cnt, uint32_t);
    FIELD(urma_cmd_get_tp_list_t, out.reserved, uint32_t);
    FIELD(urma_cmd_get_tp_list_t, out.tp_handle, uint64_t[128]);
    FIELD(urma_cmd_get_tp_list_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_exchange_tp_info_t);
    GROUP(urma_cmd_exchange_tp_info_t, in, "struct{}");
    FIELD(urma_cmd_exchange_tp_info_t, in.get_tp_cfg, struct urma_get_tp_cfg);
    FIELD(urma_cmd_exchange_tp_info_t, in.tp_handle, uint64_t);
    FIELD(urma_cmd_exchange_tp_info_t, in.tx_psn, uint32_t);
    GROUP(urma_cmd_exchange_tp_info_t, out, "struct{}");
    FIELD(urma_cmd_exchange_tp_info_t, out.peer_tp_handle, uint64_t);
    FIELD(urma_cmd_exchange_tp_info_t, out.rx_psn, uint32_t);

    TYPE(urma_cmd_set_tp_attr_t);
    GROUP(urma_cmd_set_tp_attr_t, in, "struct{}");
    FIELD(urma_cmd_set_tp_attr_t, in.tp_handle, uint64_t);
    FIELD(urma_cmd_set_tp_attr_t, in.tp_attr_cnt, uint8_t);
    FIELD(urma_cmd_set_tp_attr_t, in.tp_attr_bitmap, uint32_t);
    FIELD(urma_cmd_set_tp_attr_t, in.tp_attr, uint8_t[128]);
    FIELD(urma_cmd_set_tp_attr_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_get_tp_attr_t);
    GROUP(urma_cmd_get_tp_attr_t, in, "struct{}");
    FIELD(urma_cmd_get_tp_attr_t, in.tp_handle, uint64_t);
    GROUP(urma_cmd_get_tp_attr_t, out, "struct{}");
    FIELD(urma_cmd_get_tp_attr_t, out.tp_attr_cnt, uint8_t);
    FIELD(urma_cmd_get_tp_attr_t, out.tp_attr_bitmap, uint32_t);
    FIELD(urma_cmd_get_tp_attr_t, out.tp_attr, uint8_t[128]);
    FIELD(urma_cmd_get_tp_attr_t, udata, urma_cmd_udrv_priv_t);
}
