/* Waiting for completions, events and notifications. */
#ifndef UB_UMDK_URMA_CMD_EVENT_H
#define UB_UMDK_URMA_CMD_EVENT_H

#include "command.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct urma_cmd_create_notifier {
    struct {
        int fd;
    } out;
} urma_cmd_create_notifier_t;

typedef struct urma_cmd_get_jfce_cnt {
    struct {
        uint32_t threshold;
    } in;
    struct {
        uint64_t jfce_total_cnt;
        uint64_t jfce_thresh_cnt;
    } out;
} urma_cmd_get_jfce_cnt_t;

typedef struct urma_cmd_jfce_wait {
    struct {
        uint32_t max_event_cnt;
        int time_out;
    } in;
    struct {
        uint32_t event_cnt;
        uint64_t event_data[16];
    } out;
} urma_cmd_jfce_wait_t;

typedef struct urma_cmd_async_event {
    uint32_t event_type;
    uint64_t event_data;
    uint32_t pad;
} urma_cmd_async_event_t;

typedef struct urma_cmd_notify {
    urma_notify_type_t type;
    urma_status_t status;
    uint64_t user_ctx;
    uint64_t urma_jetty;
    uint32_t vtpn;
} urma_cmd_notify_t;

typedef struct urma_cmd_wait_notify {
    struct {
        uint32_t cnt;
        int timeout;
    } in;
    struct {
        uint32_t cnt;
        urma_cmd_notify_t notify[16];
    } out;
} urma_cmd_wait_notify_t;

#ifdef __cplusplus
}
#endif

#endif
