#include "ub/umdk/urma/urma_types.h"

#include "../layout.h"

void layout_types_event(void)
{
    TYPE(urma_async_event_t);
    FIELD(urma_async_event_t, urma_ctx, const urma_context_t *);
    GROUP(urma_async_event_t, element, "union{}");
    FIELD(urma_async_event_t, element.jfc, urma_jfc_t *);
    FIELD(urma_async_event_t, element.jfs, urma_jfs_t *);
    FIELD(urma_async_event_t, element.jfr, urma_jfr_t *);
    FIELD(urma_async_event_t, element.jetty, urma_jetty_t *);
    FIELD(urma_async_event_t, element.jetty_grp, urma_jetty_grp_t *);
    FIELD(urma_async_event_t, element.port_id, uint32_t);
    FIELD(urma_async_event_t, element.eid_idx, uint32_t);
    FIELD(urma_async_event_t, event_type, urma_async_event_type_t);
    FIELD(urma_async_event_t, priv, void *);

    TYPE(urma_notifier_t);
    FIELD(urma_notifier_t, urma_ctx, urma_context_t *);
    FIELD(urma_notifier_t, fd, int);
    FIELD(urma_notifier_t, incomplete_tjetty_list, void *);

    ENUMERATION(urma_notify_type_t);
    VALUE(urma_notify_type_t, URMA_IMPORT_JETTY_NOTIFY);
    VALUE(urma_notify_type_t, URMA_BIND_JETTY_NOTIFY);

    TYPE(urma_notify_t);
    FIELD(urma_notify_t, type, urma_notify_type_t);
    FIELD(urma_notify_t, status, urma_status_t);
    FIELD(urma_notify_t, user_ctx, uint64_t);
    FIELD(urma_notify_t, tjetty, urma_target_jetty_t *);
    FIELD(urma_notify_t, jetty, urma_jetty_t *);

    TYPE(urma_user_ctl_in_t);
    FIELD(urma_user_ctl_in_t, addr, uint64_t);
    FIELD(urma_user_ctl_in_t, len, uint32_t);
    FIELD(urma_user_ctl_in_t, opcode, uint32_t);

    TYPE(urma_user_ctl_out_t);
    FIELD(urma_user_ctl_out_t, addr, uint64_t);
    FIELD(urma_user_ctl_out_t, len, uint32_t);
    FIELD(urma_user_ctl_out_t, reserved, uint32_t);
}
