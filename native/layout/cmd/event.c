#include "ub/umdk/urma/urma_cmd.h"

#include "../layout.h"

void layout_cmd_event(void)
{
    TYPE(urma_cmd_create_notifier_t);
    GROUP(urma_cmd_create_notifier_t, out, "struct{}");
    FIELD(urma_cmd_create_notifier_t, out.fd, int);

    TYPE(urma_cmd_get_jfce_cnt_t);
    GROUP(urma_cmd_get_jfce_cnt_t, in, "struct{}");
    FIELD(urma_cmd_get_jfce_cnt_t, in.threshold, uint32_t);
    GROUP(urma_cmd_get_jfce_cnt_t, out, "struct{}");
    FIELD(urma_cmd_get_jfce_cnt_t, out.jfce_total_cnt, uint64_t);
    FIELD(urma_cmd_get_jfce_cnt_t, out.jfce_thresh_cnt, uint64_t);

    TYPE(urma_cmd_jfce_wait_t);
    GROUP(urma_cmd_jfce_wait_t, in, "struct{}");
    FIELD(urma_cmd_jfce_wait_t, in.max_event_cnt, uint32_t);
    FIELD(urma_cmd_jfce_wait_t, in.time_out, int);
    GROUP(urma_cmd_jfce_wait_t, out, "struct{}");
    FIELD(urma_cmd_jfce_wait_t, out.event_cnt, uint32_t);
    FIELD(urma_cmd_jfce_wait_t, out.event_data, uint64_t[16]);

    TYPE(urma_cmd_async_event_t);
    FIELD(urma_cmd_async_event_t, event_type, uint32_t);
    FIELD(urma_cmd_async_event_t, event_data, uint64_t);
    FIELD(urma_cmd_async_event_t, pad, uint32_t);

    TYPE(urma_cmd_notify_t);
    FIELD(urma_cmd_notify_t, type, urma_notify_type_t);
    FIELD(urma_cmd_notify_t, status, urma_status_t);
    FIELD(urma_cmd_notify_t, user_ctx, uint64_t);
    FIELD(urma_cmd_notify_t, urma_jetty, uint64_t);
    FIELD(urma_cmd_notify_t, vtpn, uint32_t);

    TYPE(urma_cmd_wait_notify_t);
    GROUP(urma_cmd_wait_notify_t, in, "struct{}");
    FIELD(urma_cmd_wait_notify_t, in.cnt, uint32_t);
    FIELD(urma_cmd_wait_notify_t, in.timeout, int);
    GROUP(urma_cmd_wait_notify_t, out, "struct{}");
    FIELD(urma_cmd_wait_notify_t, out.cnt, uint32_t);
    FIELD(urma_cmd_wait_notify_t, out.notify, urma_cmd_notify_t[16]);
}
