/* The log: C only, so that it works before the runtime starts and in forked children. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>

#include "front.h"

#define MAX_TAG 64

/* Programs of the original library set these directly, too. */
EXPORTED urma_vlog_level_t g_urma_log_level = URMA_VLOG_LEVEL_WARNING;
EXPORTED __thread char g_thread_tag[MAX_TAG];

/* Read once for each line: another thread may take them away at any time. */
static _Atomic(urma_log_cb_t) line_function;
static _Atomic(urma_loc_log_cb) located_function;
static int to_stderr;

__attribute__((constructor)) static void read_environment(void)
{
    static const char *const names[] = {"emergency", "alert", "critical", "error", "warning", "notice", "info", "debug"};
    const char *wanted = getenv("URMA_LOG_LEVEL");
    for (unsigned int i = 0; wanted != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(wanted, names[i]) == 0 || (wanted[0] == (char)('0' + i) && wanted[1] == 0)) {
            g_urma_log_level = (urma_vlog_level_t)i;
        }
    }

    const char *target = getenv("URMA_SOFT_LOG");
    to_stderr = target != NULL && strcmp(target, "stderr") == 0;
}

void front_log(int level, const char *message)
{
    if (level > (int)g_urma_log_level) {
        return;
    }

    char line[1024];
    const char *tag = g_thread_tag;
    int length = snprintf(line, sizeof(line), tag[0] == 0 ? "urma: %s%s" : "urma[%s]: %s", tag[0] == 0 ? "" : tag, message);
    if (length < 0) {
        return;
    }

    urma_log_cb_t to_line = line_function;
    urma_loc_log_cb to_located = located_function;
    if (to_line != NULL) {
        to_line(level, line);
    } else if (to_located != NULL) {
        to_located(level, "liburma", "urma", 0, line);
    } else if (to_stderr) {
        fprintf(stderr, "%s\n", line);
    } else {
        syslog(LOG_USER | level, "%s", line);
    }
}

EXPORTED urma_status_t urma_register_log_func(urma_log_cb_t func)
{
    if (func == NULL) {
        return URMA_EINVAL;
    }

    line_function = func;
    return URMA_SUCCESS;
}

EXPORTED urma_status_t urma_register_loc_log_func(urma_loc_log_cb func)
{
    if (func == NULL) {
        return URMA_EINVAL;
    }

    located_function = func;
    return URMA_SUCCESS;
}

EXPORTED urma_status_t urma_unregister_log_func(void)
{
    line_function = NULL;
    located_function = NULL;
    return URMA_SUCCESS;
}

EXPORTED urma_vlog_level_t urma_log_get_level(void)
{
    return g_urma_log_level;
}

EXPORTED void urma_log_set_level(urma_vlog_level_t level)
{
    if ((int)level >= 0 && level < URMA_VLOG_LEVEL_MAX) {
        g_urma_log_level = level;
    }
}

EXPORTED const char *urma_log_get_thread_tag(void)
{
    return g_thread_tag;
}

EXPORTED void urma_log_set_thread_tag(const char *tag)
{
    snprintf(g_thread_tag, sizeof(g_thread_tag), "%s", tag == NULL ? "" : tag);
}
