/* Options of queues between alloc and active: which field of the structure each one is. The tables are exported, as those of
 * the original library are. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "front.h"

#define IN_CFG(opt, type, member) {opt, URMA_CFG_MASK, TARGET_CFG, offsetof(type, member), sizeof(((type *)0)->member)}
#define IN_JFS_CFG(opt, member) \
    {opt, URMA_CFG_MASK, TARGET_JFS_CFG, offsetof(urma_jfs_cfg_t, member), sizeof(((urma_jfs_cfg_t *)0)->member)}

EXPORTED const opt_map_t JFC_OPT_TABLE[] = {
    IN_CFG(URMA_JFC_DEPTH, urma_jfc_cfg_t, depth),
    IN_CFG(URMA_JFC_CEQN, urma_jfc_cfg_t, ceqn),
    IN_CFG(URMA_JFC_FLAG, urma_jfc_cfg_t, flag),
    IN_CFG(URMA_JFC_BIND_JFCE, urma_jfc_cfg_t, jfce),
    IN_CFG(URMA_JFC_USER_CTX, urma_jfc_cfg_t, user_ctx),
};

EXPORTED const opt_map_t JFS_OPT_TABLE[] = {
    IN_CFG(URMA_JFS_DEPTH, urma_jfs_cfg_t, depth),
    IN_CFG(URMA_JFS_FLAG, urma_jfs_cfg_t, flag),
    IN_CFG(URMA_JFS_TRANS_MODE, urma_jfs_cfg_t, trans_mode),
    IN_CFG(URMA_JFS_PRIORITY, urma_jfs_cfg_t, priority),
    IN_CFG(URMA_JFS_MAX_SGE, urma_jfs_cfg_t, max_sge),
    IN_CFG(URMA_JFS_MAX_RSGE, urma_jfs_cfg_t, max_rsge),
    IN_CFG(URMA_JFS_MAX_INLINE_DATA, urma_jfs_cfg_t, max_inline_data),
    IN_CFG(URMA_JFS_RNR_RETRY, urma_jfs_cfg_t, rnr_retry),
    IN_CFG(URMA_JFS_ERR_TIMEOUT, urma_jfs_cfg_t, err_timeout),
    IN_CFG(URMA_JFS_BIND_JFC, urma_jfs_cfg_t, jfc),
    IN_CFG(URMA_JFS_USER_CTX, urma_jfs_cfg_t, user_ctx),
};

EXPORTED const opt_map_t JFR_OPT_TABLE[] = {
    IN_CFG(URMA_JFR_DEPTH, urma_jfr_cfg_t, depth),
    IN_CFG(URMA_JFR_FLAG, urma_jfr_cfg_t, flag),
    IN_CFG(URMA_JFR_TRANS_MODE, urma_jfr_cfg_t, trans_mode),
    IN_CFG(URMA_JFR_MAX_SGE, urma_jfr_cfg_t, max_sge),
    IN_CFG(URMA_JFR_MIN_RNR_TIMER, urma_jfr_cfg_t, min_rnr_timer),
    IN_CFG(URMA_JFR_BIND_JFC, urma_jfr_cfg_t, jfc),
    IN_CFG(URMA_JFR_TOKEN_VALUE, urma_jfr_cfg_t, token_value),
    IN_CFG(URMA_JFR_USER_CTX, urma_jfr_cfg_t, user_ctx),
};

/* A jetty takes the options of its JFS, too. */
EXPORTED const opt_map_t JETTY_OPT_TABLE[] = {
    IN_CFG(URMA_JETTY_ID, urma_jetty_cfg_t, id),
    IN_CFG(URMA_JETTY_FLAG, urma_jetty_cfg_t, flag),
    IN_CFG(URMA_JETTY_BIND_JFR, urma_jetty_cfg_t, shared.jfr),
    IN_CFG(URMA_JETTY_BIND_RX_JFC, urma_jetty_cfg_t, shared.jfc),
    IN_CFG(URMA_JETTY_BIND_JTG, urma_jetty_cfg_t, jetty_grp),
    IN_CFG(URMA_JETTY_USER_CTX, urma_jetty_cfg_t, user_ctx),
    IN_JFS_CFG(URMA_JFS_DEPTH, depth),
    IN_JFS_CFG(URMA_JFS_FLAG, flag),
    IN_JFS_CFG(URMA_JFS_TRANS_MODE, trans_mode),
    IN_JFS_CFG(URMA_JFS_PRIORITY, priority),
    IN_JFS_CFG(URMA_JFS_MAX_SGE, max_sge),
    IN_JFS_CFG(URMA_JFS_MAX_RSGE, max_rsge),
    IN_JFS_CFG(URMA_JFS_MAX_INLINE_DATA, max_inline_data),
    IN_JFS_CFG(URMA_JFS_RNR_RETRY, rnr_retry),
    IN_JFS_CFG(URMA_JFS_ERR_TIMEOUT, err_timeout),
    IN_JFS_CFG(URMA_JFS_BIND_JFC, jfc),
    IN_JFS_CFG(URMA_JFS_USER_CTX, user_ctx),
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

EXPORTED const size_t JFC_OPT_MAP_COUNT = COUNT(JFC_OPT_TABLE);
EXPORTED const size_t JFS_OPT_MAP_COUNT = COUNT(JFS_OPT_TABLE);
EXPORTED const size_t JFR_OPT_MAP_COUNT = COUNT(JFR_OPT_TABLE);
EXPORTED const size_t JETTY_OPT_MAP_COUNT = COUNT(JETTY_OPT_TABLE);

/* Where an option of the given size lies; NULL for one that is unknown, or of the hardware (queue memory, doorbells, indices). */
static void *find(const opt_map_t *table, size_t count, void *cfg, void *jfs_cfg, uint64_t opt, uint32_t len)
{
    for (size_t i = 0; i < count; i++) {
        if (table[i].opt == opt) {
            return table[i].size == len ? (char *)(table[i].tgt == TARGET_CFG ? cfg : jfs_cfg) + table[i].offset : NULL;
        }
    }

    errno = ENOTSUP;
    return NULL;
}

static urma_status_t move(void *to, const void *from, uint32_t len)
{
    if (to == NULL || from == NULL) {
        return URMA_EINVAL;
    }

    memcpy(to, from, len);
    return URMA_SUCCESS;
}

/* Setting ends with active; a process that was forked after the runtime came alive has no live queue to set. */
#define OPTIONS(name, type, cfg, jfs_cfg, active, table)                                                       \
    EXPORTED urma_status_t urma_set_##name##_opt(type *name, uint64_t opt, void *buf, uint32_t len)            \
    {                                                                                                          \
        if (name == NULL || buf == NULL || name->active || runtime_state == RUNTIME_FORKED) {                      \
            return URMA_EINVAL;                                                                                \
        }                                                                                                      \
        return move(find(table, COUNT(table), &name->cfg, jfs_cfg, opt, len), buf, len);                       \
    }                                                                                                          \
    EXPORTED urma_status_t urma_get_##name##_opt(type *name, uint64_t opt, void *buf, uint32_t len)            \
    {                                                                                                          \
        if (name == NULL || buf == NULL || runtime_state == RUNTIME_FORKED) {                                      \
            return URMA_EINVAL;                                                                                \
        }                                                                                                      \
        return move(buf, find(table, COUNT(table), &name->cfg, jfs_cfg, opt, len), len);                       \
    }

OPTIONS(jfc, urma_jfc_t, jfc_cfg, NULL, urma_jfc_opt.is_actived, JFC_OPT_TABLE)
OPTIONS(jfs, urma_jfs_t, jfs_cfg, NULL, urma_jfs_opt.is_actived, JFS_OPT_TABLE)
OPTIONS(jfr, urma_jfr_t, jfr_cfg, NULL, urma_jfr_opt.is_actived, JFR_OPT_TABLE)
OPTIONS(jetty, urma_jetty_t, jetty_cfg, &jetty->jetty_cfg.jfs_cfg, urma_jetty_opt.is_actived, JETTY_OPT_TABLE)
