/* Data types of liburma (release 26.06, 64-bit little-endian Linux). The parts are separate files, but only
 * this one is meant to be included. */
#ifndef UB_UMDK_URMA_URMA_TYPES_H
#define UB_UMDK_URMA_URMA_TYPES_H

#include <stdint.h>

#include "urma_opcode.h"
#include "types/eid.h"
#include "types/device.h"
#include "types/completion.h"
#include "types/queue.h"
#include "types/path.h"
#include "types/jetty.h"
#include "types/segment.h"
#include "types/work.h"
#include "types/event.h"
#include "types/region.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Report of urma_advise_jfr_async. */
typedef void (*urma_advise_async_cb_func)(urma_status_t advise_result, void *cb_arg);

/* Severities, as syslog numbers them. */
typedef enum urma_vlog_level {
    URMA_VLOG_LEVEL_EMERG = 0,
    URMA_VLOG_LEVEL_ALERT = 1,
    URMA_VLOG_LEVEL_CRIT = 2,
    URMA_VLOG_LEVEL_ERR = 3,
    URMA_VLOG_LEVEL_WARNING = 4,
    URMA_VLOG_LEVEL_NOTICE = 5,
    URMA_VLOG_LEVEL_INFO = 6,
    URMA_VLOG_LEVEL_DEBUG = 7,
    URMA_VLOG_LEVEL_MAX = 8
} urma_vlog_level_t;

/* Receives each line of the library's log; level is one of urma_vlog_level_t. */
typedef void (*urma_log_cb_t)(int level, char *message);

/* The same with the place in the library that wrote the line. */
typedef void (*urma_loc_log_cb)(int level, const char *file, const char *function, int line, char *message);

#ifdef __cplusplus
}
#endif

#endif
