#include "ub/umdk/urma/urma_cmd.h"

#include "../layout.h"

void layout_cmd_import(void)
{
    TYPE(urma_cmd_import_jfr_t);
    GROUP(urma_cmd_import_jfr_t, in, "struct{}");
    FIELD(urma_cmd_import_jfr_t, in.eid, uint8_t[16]);
    FIELD(urma_cmd_import_jfr_t, in.id, uint32_t);
    FIELD(urma_cmd_import_jfr_t, in.flag, uint32_t);
    FIELD(urma_cmd_import_jfr_t, in.token, uint32_t);
    FIELD(urma_cmd_import_jfr_t, in.trans_mode, uint32_t);
    FIELD(urma_cmd_import_jfr_t, in.tp_type, uint32_t);
    GROUP(urma_cmd_import_jfr_t, out, "struct{}");
    FIELD(urma_cmd_import_jfr_t, out.tpn, uint32_t);
    FIELD(urma_cmd_import_jfr_t, out.handle, uint64_t);
    FIELD(urma_cmd_import_jfr_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_import_jfr_ex_t);
    GROUP(urma_cmd_import_jfr_ex_t, in, "struct{}");
    FIELD(urma_cmd_import_jfr_ex_t, in.eid, uint8_t[16]);
    FIELD(urma_cmd_import_jfr_ex_t, in.id, uint32_t);
    FIELD(urma_cmd_import_jfr_ex_t, in.flag, uint32_t);
    FIELD(urma_cmd_import_jfr_ex_t, in.token, uint32_t);
    FIELD(urma_cmd_import_jfr_ex_t, in.trans_mode, uint32_t);
    FIELD(urma_cmd_import_jfr_ex_t, in.tp_type, uint32_t);
    FIELD(urma_cmd_import_jfr_ex_t, in.tp_handle, uint64_t);
    FIELD(urma_cmd_import_jfr_ex_t, in.peer_tp_handle, uint64_t);
    FIELD(urma_cmd_import_jfr_ex_t, in.tag, uint64_t);
    FIELD(urma_cmd_import_jfr_ex_t, in.tx_psn, uint32_t);
    FIELD(urma_cmd_import_jfr_ex_t, in.rx_psn, uint32_t);
    FIELD(urma_cmd_import_jfr_ex_t, in.stag, uint64_t);
    FIELD(urma_cmd_import_jfr_ex_t, in.dtag, uint64_t);
    GROUP(urma_cmd_import_jfr_ex_t, out, "struct{}");
    FIELD(urma_cmd_import_jfr_ex_t, out.tpn, uint32_t);
    FIELD(urma_cmd_import_jfr_ex_t, out.reserved, uint32_t);
    FIELD(urma_cmd_import_jfr_ex_t, out.handle, uint64_t);
    FIELD(urma_cmd_import_jfr_ex_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_unimport_jfr_t);
    GROUP(urma_cmd_unimport_jfr_t, in, "struct{}");
    FIELD(urma_cmd_unimport_jfr_t, in.handle, uint64_t);

    TYPE(urma_cmd_import_jetty_t);
    GROUP(urma_cmd_import_jetty_t, in, "struct{}");
    FIELD(urma_cmd_import_jetty_t, in.eid, uint8_t[16]);
    FIELD(urma_cmd_import_jetty_t, in.id, uint32_t);
    FIELD(urma_cmd_import_jetty_t, in.flag, uint32_t);
    FIELD(urma_cmd_import_jetty_t, in.token, uint32_t);
    FIELD(urma_cmd_import_jetty_t, in.trans_mode, uint32_t);
    FIELD(urma_cmd_import_jetty_t, in.policy, uint32_t);
    FIELD(urma_cmd_import_jetty_t, in.type, uint32_t);
    FIELD(urma_cmd_import_jetty_t, in.tp_type, uint32_t);
    GROUP(urma_cmd_import_jetty_t, out, "struct{}");
    FIELD(urma_cmd_import_jetty_t, out.tpn, uint32_t);
    FIELD(urma_cmd_import_jetty_t, out.handle, uint64_t);
    FIELD(urma_cmd_import_jetty_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_import_jetty_ex_t);
    GROUP(urma_cmd_import_jetty_ex_t, in, "struct{}");
    FIELD(urma_cmd_import_jetty_ex_t, in.eid, uint8_t[16]);
    FIELD(urma_cmd_import_jetty_ex_t, in.id, uint32_t);
    FIELD(urma_cmd_import_jetty_ex_t, in.flag, uint32_t);
    FIELD(urma_cmd_import_jetty_ex_t, in.token, uint32_t);
    FIELD(urma_cmd_import_jetty_ex_t, in.trans_mode, uint32_t);
    FIELD(urma_cmd_import_jetty_ex_t, in.policy, uint32_t);
    FIELD(urma_cmd_import_jetty_ex_t, in.type, uint32_t);
    FIELD(urma_cmd_import_jetty_ex_t, in.tp_type, uint32_t);
    FIELD(urma_cmd_import_jetty_ex_t, in.tp_handle, uint64_t);
    FIELD(urma_cmd_import_jetty_ex_t, in.peer_tp_handle, uint64_t);
    FIELD(urma_cmd_import_jetty_ex_t, in.tag, uint64_t);
    FIELD(urma_cmd_import_jetty_ex_t, in.tx_psn, uint32_t);
    FIELD(urma_cmd_import_jetty_ex_t, in.rx_psn, uint32_t);
    FIELD(urma_cmd_import_jetty_ex_t, in.stag, uint64_t);
    FIELD(urma_cmd_import_jetty_ex_t, in.dtag, uint64_t);
    GROUP(urma_cmd_import_jetty_ex_t, out, "struct{}");
    FIELD(urma_cmd_import_jetty_ex_t, out.tpn, uint32_t);
    FIELD(urma_cmd_import_jetty_ex_t, out.reserved, uint32_t);
    FIELD(urma_cmd_import_jetty_ex_t, out.handle, uint64_t);
    FIELD(urma_cmd_import_jetty_ex_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_unimport_jetty_t);
    GROUP(urma_cmd_unimport_jetty_t, in, "struct{}");
    FIELD(urma_cmd_unimport_jetty_t, in.handle, uint64_t);

    TYPE(urma_cmd_advise_jetty_t);
    GROUP(urma_cmd_advise_jetty_t, in, "struct{}");
    FIELD(urma_cmd_advise_jetty_t, in.jetty_handle, uint64_t);
    FIELD(urma_cmd_advise_jetty_t, in.tjetty_handle, uint64_t);
    FIELD(urma_cmd_advise_jetty_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_unadvise_jetty_t);
    GROUP(urma_cmd_unadvise_jetty_t, in, "struct{}");
    FIELD(urma_cmd_unadvise_jetty_t, in.jetty_handle, uint64_t);
    FIELD(urma_cmd_unadvise_jetty_t, in.tjetty_handle, uint64_t);

    TYPE(urma_cmd_bind_jetty_t);
    GROUP(urma_cmd_bind_jetty_t, in, "struct{}");
    FIELD(urma_cmd_bind_jetty_t, in.jetty_handle, uint64_t);
    FIELD(urma_cmd_bind_jetty_t, in.tjetty_handle, uint64_t);
    GROUP(urma_cmd_bind_jetty_t, out, "struct{}");
    FIELD(urma_cmd_bind_jetty_t, out.tpn, uint32_t);
    FIELD(urma_cmd_bind_jetty_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_bind_jetty_ex_t);
    GROUP(urma_cmd_bind_jetty_ex_t, in, "struct{}");
    FIELD(urma_cmd_bind_jetty_ex_t, in.jetty_handle, uint64_t);
    FIELD(urma_cmd_bind_jetty_ex_t, in.tjetty_handle, uint64_t);
    FIELD(urma_cmd_bind_jetty_ex_t, in.tp_handle, uint64_t);
    FIELD(urma_cmd_bind_jetty_ex_t, in.peer_tp_handle, uint64_t);
    FIELD(urma_cmd_bind_jetty_ex_t, in.tag, uint64_t);
    FIELD(urma_cmd_bind_jetty_ex_t, in.tx_psn, uint32_t);
    FIELD(urma_cmd_bind_jetty_ex_t, in.rx_psn, uint32_t);
    GROUP(urma_cmd_bind_jetty_ex_t, out, "struct{}");
    FIELD(urma_cmd_bind_jetty_ex_t, out.tpn, uint32_t);
    FIELD(urma_cmd_bind_jetty_ex_t, out.reserved, uint32_t);
    FIELD(urma_cmd_bind_jetty_ex_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_unbind_jetty_t);
    GROUP(urma_cmd_unbind_jetty_t, in, "struct{}");
    FIELD(urma_cmd_unbind_jetty_t, in.jetty_handle, uint64_t);

    TYPE(urma_cmd_import_jetty_async_t);
    GROUP(urma_cmd_import_jetty_async_t, in, "struct{}");
    FIELD(urma_cmd_import_jetty_async_t, in.eid, uint8_t[16]);
    FIELD(urma_cmd_import_jetty_async_t, in.id, uint32_t);
    FIELD(urma_cmd_import_jetty_async_t, in.flag, uint32_t);
    FIELD(urma_cmd_import_jetty_async_t, in.token, uint32_t);
    FIELD(urma_cmd_import_jetty_async_t, in.trans_mode, uint32_t);
    FIELD(urma_cmd_import_jetty_async_t, in.policy, uint32_t);
    FIELD(urma_cmd_import_jetty_async_t, in.type, uint32_t);
    FIELD(urma_cmd_import_jetty_async_t, in.urma_tjetty, uint64_t);
    FIELD(urma_cmd_import_jetty_async_t, in.user_ctx, uint64_t);
    FIELD(urma_cmd_import_jetty_async_t, in.fd, int);
    FIELD(urma_cmd_import_jetty_async_t, in.timeout, int);
    GROUP(urma_cmd_import_jetty_async_t, out, "struct{}");
    FIELD(urma_cmd_import_jetty_async_t, out.tpn, uint32_t);
    FIELD(urma_cmd_import_jetty_async_t, out.handle, uint64_t);
    FIELD(urma_cmd_import_jetty_async_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_unimport_jetty_async_t);
    GROUP(urma_cmd_unimport_jetty_async_t, in, "struct{}");
    FIELD(urma_cmd_unimport_jetty_async_t, in.handle, uint64_t);

    TYPE(urma_cmd_bind_jetty_async_t);
    GROUP(urma_cmd_bind_jetty_async_t, in, "struct{}");
    FIELD(urma_cmd_bind_jetty_async_t, in.jetty_handle, uint64_t);
    FIELD(urma_cmd_bind_jetty_async_t, in.tjetty_handle, uint64_t);
    FIELD(urma_cmd_bind_jetty_async_t, in.urma_tjetty, uint64_t);
    FIELD(urma_cmd_bind_jetty_async_t, in.urma_jetty, uint64_t);
    FIELD(urma_cmd_bind_jetty_async_t, in.fd, int);
    FIELD(urma_cmd_bind_jetty_async_t, in.user_ctx, uint64_t);
    FIELD(urma_cmd_bind_jetty_async_t, in.timeout, int);
    GROUP(urma_cmd_bind_jetty_async_t, out, "struct{}");
    FIELD(urma_cmd_bind_jetty_async_t, out.tpn, uint32_t);
    FIELD(urma_cmd_bind_jetty_async_t, udata, urma_cmd_udrv_priv_t);

    TYPE(urma_cmd_unbind_jetty_async_t);
    GROUP(urma_cmd_unbind_jetty_async_t, in, "struct{}");
    FIELD(urma_cmd_unbind_jetty_async_t, in.jetty_handle, uint64_t);
    FIELD(urma_cmd_unbind_jetty_async_t, in.tjetty_handle, uint64_t);
}
