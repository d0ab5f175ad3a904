/* The functions behind the header's inline ones for GIDs: they are told the size of the caller's structure. */
#include <string.h>

#include "front.h"

extern int roub_query_gid_entry(struct ibv_context *context, uint32_t port, uint32_t index, struct ibv_gid_entry *entry);

EXPORTED int _ibv_query_gid_ex(struct ibv_context *context, uint32_t port_num, uint32_t gid_index, struct ibv_gid_entry *entry,
    uint32_t flags, size_t entry_size)
{
    if (!is_own(context)) {
        int (*original)(struct ibv_context *, uint32_t, uint32_t, struct ibv_gid_entry *, uint32_t, size_t) =
            (int (*)(struct ibv_context *, uint32_t, uint32_t, struct ibv_gid_entry *, uint32_t, size_t))original_function("_ibv_query_gid_ex");
        return original == NULL ? ENOSYS : original(context, port_num, gid_index, entry, flags, entry_size);
    }

    if (!runtime_enter()) {
        return EIO;
    }

    struct ibv_gid_entry own;
    int status = flags != 0 ? EOPNOTSUPP : roub_query_gid_entry(context, port_num, gid_index, &own);
    if (status == 0) {
        memset(entry, 0, entry_size);
        memcpy(entry, &own, entry_size < sizeof(own) ? entry_size : sizeof(own));
    }

    return status;
}

EXPORTED ssize_t _ibv_query_gid_table(struct ibv_context *context, struct ibv_gid_entry *entries, size_t max_entries, uint32_t flags,
    size_t entry_size)
{
    if (!is_own(context)) {
        ssize_t (*original)(struct ibv_context *, struct ibv_gid_entry *, size_t, uint32_t, size_t) =
            (ssize_t(*)(struct ibv_context *, struct ibv_gid_entry *, size_t, uint32_t, size_t))original_function("_ibv_query_gid_table");
        return original == NULL ? -ENOSYS : original(context, entries, max_entries, flags, entry_size);
    }

    if (max_entries == 0) {
        return -EINVAL;
    }

    int status = _ibv_query_gid_ex(context, 1, 0, entries, flags, entry_size);
    return status == 0 ? 1 : -status;
}
