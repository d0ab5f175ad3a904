#include "ub/umdk/urma/urma_types.h"

#include "layout.h"

void layout_types(void)
{
    ENUMERATION(urma_vlog_level_t);
    VALUE(urma_vlog_level_t, URMA_VLOG_LEVEL_EMERG);
    VALUE(urma_vlog_level_t, URMA_VLOG_LEVEL_ALERT);
    VALUE(urma_vlog_level_t, URMA_VLOG_LEVEL_CRIT);
    VALUE(urma_vlog_level_t, URMA_VLOG_LEVEL_ERR);
    VALUE(urma_vlog_level_t, URMA_VLOG_LEVEL_WARNING);
    VALUE(urma_vlog_level_t, URMA_VLOG_LEVEL_NOTICE);
    VALUE(urma_vlog_level_t, URMA_VLOG_LEVEL_INFO);
    VALUE(urma_vlog_level_t, URMA_VLOG_LEVEL_DEBUG);
    VALUE(urma_vlog_level_t, URMA_VLOG_LEVEL_MAX);
}
