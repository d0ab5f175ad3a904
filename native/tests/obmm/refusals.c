/* What libobmm must refuse: nothing at all, too much, and what belongs to others. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "node.h"

/* The call returns this and errno. */
#define ANSWERS(call, value, error, ...)                                  \
    do {                                                                  \
        errno = 0;                                                        \
        CHECK((call) == (value) && errno == (error), __VA_ARGS__);        \
    } while (0)
#define REFUSED(call, error, ...) ANSWERS(call, OBMM_INVALID_MEMID, error, __VA_ARGS__)
#define FAILS(call, error, ...) ANSWERS(call, -1, error, __VA_ARGS__)

static void nothing_is_survived(void)
{
    REFUSED(obmm_export(NULL, 0, NULL), EINVAL, "obmm_export");
    REFUSED(obmm_export_useraddr(0, NULL, 0, 0, NULL), EINVAL, "obmm_export_useraddr");
    FAILS(obmm_unexport(0, 0), EINVAL, "obmm_unexport");
    REFUSED(obmm_import(NULL, 0, 0, NULL), EINVAL, "obmm_import");
    FAILS(obmm_unimport(0, 0), EINVAL, "obmm_unimport");
    FAILS(obmm_preimport(NULL, 0), EINVAL, "obmm_preimport");
    FAILS(obmm_unpreimport(NULL, 0), EINVAL, "obmm_unpreimport");
    FAILS(obmm_set_ownership(0, NULL, NULL, 0), EINVAL, "obmm_set_ownership");
    FAILS(obmm_set_ownership(-1, NULL, NULL, 0), EBADF, "obmm_set_ownership");
    FAILS(obmm_query_memid_by_pa(0, NULL, NULL), ENOENT, "obmm_query_memid_by_pa");
    FAILS(obmm_query_pa_by_memid(0, 0, NULL), ENOENT, "obmm_query_pa_by_memid");
}

static void exports_have_limits(void)
{
    struct obmm_mem_desc description = {.priv_len = 0};
    size_t lengths[OBMM_MAX_LOCAL_NUMA_NODES] = {0};
    REFUSED(obmm_export(lengths, 0, &description), EINVAL, "nothing");
    lengths[0] = NODE_GRANULARITY + 4096;
    REFUSED(obmm_export(lengths, 0, &description), EINVAL, "a granule and a page");
    lengths[0] = NODE_GRANULARITY;
    REFUSED(obmm_export(lengths, OBMM_EXPORT_FLAG_MASK + 1, &description), EINVAL, "an unknown flag");
    description.priv_len = OBMM_MAX_PRIV_LEN + 1;
    REFUSED(obmm_export(lengths, 0, &description), EINVAL, "too much private data");
    description.priv_len = 0;
    lengths[OBMM_MAX_LOCAL_NUMA_NODES - 1] = NODE_GRANULARITY;
    REFUSED(obmm_export(lengths, 0, &description), ENODEV, "a NUMA node that is not there");
    lengths[OBMM_MAX_LOCAL_NUMA_NODES - 1] = 0;
    lengths[0] = (size_t)1 << 62;
    REFUSED(obmm_export(lengths, 0, &description), ENOMEM, "more than there is");
    lengths[0] = (size_t)1 << 63;
    REFUSED(obmm_export(lengths, 0, &description), EOVERFLOW, "more than can be counted");

    void *page = (void *)(uintptr_t)4096;
    REFUSED(obmm_export_useraddr(0, page, NODE_GRANULARITY, 0, &description), EINVAL, "an address between granules");
    void *granule = (void *)(uintptr_t)NODE_GRANULARITY;
    REFUSED(obmm_export_useraddr(0, granule, NODE_GRANULARITY, OBMM_EXPORT_FLAG_ALLOW_MMAP, &description), EINVAL, "a flag");
    REFUSED(obmm_export_useraddr(0, granule, NODE_GRANULARITY, 0, &description), EFAULT, "memory that is not there");
    REFUSED(obmm_export_useraddr(1, granule, NODE_GRANULARITY, 0, &description), ENOTSUP, "memory of another process");
}

static mem_id import(const struct obmm_mem_desc *description, unsigned long flags)
{
    return obmm_import(description, flags, 0, NULL);
}

static void imports_are_checked(const struct obmm_mem_desc *good)
{
    unsigned long mapped = OBMM_IMPORT_FLAG_ALLOW_MMAP;
    REFUSED(import(good, 0), EINVAL, "neither mapped nor borrowed");
    REFUSED(import(good, mapped | OBMM_IMPORT_FLAG_NUMA_REMOTE), EINVAL, "both");
    REFUSED(import(good, mapped | OBMM_IMPORT_FLAG_PREIMPORT), EINVAL, "made ready, and yet not borrowed");
    REFUSED(import(good, mapped | (OBMM_IMPORT_FLAG_MASK + 1)), EINVAL, "an unknown flag");
    REFUSED(import(good, OBMM_IMPORT_FLAG_NUMA_REMOTE), ENOTSUP, "a NUMA node");
    REFUSED(obmm_import(good, OBMM_IMPORT_FLAG_NUMA_REMOTE, 256, NULL), EINVAL, "a distance");
    REFUSED(obmm_import(good, OBMM_IMPORT_FLAG_NUMA_REMOTE, 5, NULL), EINVAL, "a distance");

    struct obmm_mem_desc bad = *good;
    bad.tokenid ^= 1;
    REFUSED(import(&bad, mapped), EPERM, "another token");
    bad = *good;
    bad.deid[15] = 1;
    REFUSED(import(&bad, mapped), EINVAL, "another controller");
    bad = *good;
    bad.length *= 2;
    REFUSED(import(&bad, mapped), EINVAL, "another length");
    bad.length = 0;
    REFUSED(import(&bad, mapped), EINVAL, "no length");
    bad = *good;
    bad.addr += 4096;
    REFUSED(import(&bad, mapped), EINVAL, "an address between granules");
    bad.addr = good->addr + good->length;
    REFUSED(import(&bad, mapped), ENODEV, "an address that nobody has");
    bad.addr = 0;
    REFUSED(import(&bad, mapped), EINVAL, "no address");
    bad = *good;
    bad.priv_len = OBMM_MAX_PRIV_LEN + 1;
    REFUSED(import(&bad, mapped), EINVAL, "too much private data");
}

static void ids_are_checked(mem_id exported, mem_id imported)
{
    FAILS(obmm_unexport(exported, 1), EINVAL, "a flag");
    FAILS(obmm_unimport(imported, 1), EINVAL, "a flag");
    FAILS(obmm_unexport(imported, 0), EINVAL, "an import");
    FAILS(obmm_unimport(exported, 0), EINVAL, "an export");
    FAILS(obmm_unexport(exported, 0), EBUSY, "imported memory");
    FAILS(obmm_unexport(UINT64_MAX, 0), ENOENT, "an id that nobody has");
    FAILS(obmm_unimport(UINT64_MAX, 0), ENOENT, "an id that nobody has");
    FAILS(obmm_query_pa_by_memid(imported, NODE_GRANULARITY, NULL), EINVAL, "an offset behind the end");
    CHECK(obmm_query_pa_by_memid(imported, 0, NULL) == 0, "a query that only asks whether there is something");

    struct obmm_preimport_info info = {.length = NODE_GRANULARITY};
    FAILS(obmm_preimport(&info, 0), ENOTSUP, "obmm_preimport");
    FAILS(obmm_unpreimport(&info, 0), ENOTSUP, "obmm_unpreimport");
}

static void ownership_is_checked(mem_id exported, mem_id imported)
{
    int node = node_open(exported);
    uint64_t *memory = node_map(node, NODE_GRANULARITY);
    int other = node_open(imported);
    uint64_t *elsewhere = node_map(other, NODE_GRANULARITY);
    FAILS(obmm_set_ownership(other, memory, memory + 512, PROT_READ), EFAULT, "the mapping of another node");
    FAILS(obmm_set_ownership(node, elsewhere, elsewhere + 512, PROT_READ), EFAULT, "the mapping of another node");
    FAILS(obmm_set_ownership(node, memory + 512, memory, PROT_READ), EINVAL, "an end before the start");
    FAILS(obmm_set_ownership(node, memory, memory, PROT_READ), EINVAL, "nothing");
    FAILS(obmm_set_ownership(node, (char *)memory + 1, memory + 512, PROT_READ), EINVAL, "half a page");
    FAILS(obmm_set_ownership(node, memory, memory + 512, PROT_READ | PROT_EXEC), EINVAL, "a right that does not exist");
    FAILS(obmm_set_ownership(node, memory, memory + 512, -1), EINVAL, "rights that do not exist");
    FAILS(obmm_set_ownership(STDERR_FILENO, memory, memory + 512, PROT_READ), EINVAL, "another file");
    munmap(elsewhere, NODE_GRANULARITY);
    FAILS(obmm_set_ownership(other, elsewhere, elsewhere + 512, PROT_READ), EFAULT, "what is no longer mapped");
    munmap(memory, NODE_GRANULARITY);
    close(node);
    close(other);
}

/* A prefix that others could have prepared does not serve. */
static void prefixes_are_checked(void)
{
    size_t lengths[OBMM_MAX_LOCAL_NUMA_NODES] = {NODE_GRANULARITY};
    struct obmm_mem_desc description = {.priv_len = 0};
    char kept[4096];
    char folder[] = "/tmp/urma-obmm-XXXXXX";
    char open_to_all[64];
    snprintf(kept, sizeof(kept), "%s", getenv("URMA_OBMM_PREFIX"));
    CHECK(mkdtemp(folder) != NULL && chmod(folder, 0777) == 0, "a folder that anybody may write to");
    snprintf(open_to_all, sizeof(open_to_all), "%s/", folder);
    setenv("URMA_OBMM_PREFIX", open_to_all, 1);
    REFUSED(obmm_export(lengths, 0, &description), EACCES, "a folder that anybody may write to");
    setenv("URMA_OBMM_PREFIX", "relative/", 1);
    REFUSED(obmm_export(lengths, 0, &description), EINVAL, "a folder that is another one for other processes");
    setenv("URMA_OBMM_PREFIX", "/nowhere/at/all/", 1);
    REFUSED(obmm_export(lengths, 0, &description), ENOENT, "a folder in a folder that is not there");
    setenv("URMA_OBMM_PREFIX", kept, 1);
    rmdir(folder);
}

int main(void)
{
    alarm(60);
    nothing_is_survived();
    exports_have_limits();
    prefixes_are_checked();
    struct obmm_mem_desc description;
    mem_id exported = node_export(NODE_GRANULARITY, &description);
    imports_are_checked(&description);
    mem_id imported = import(&description, OBMM_IMPORT_FLAG_ALLOW_MMAP);
    CHECK(imported != OBMM_INVALID_MEMID, "obmm_import");
    ids_are_checked(exported, imported);
    ownership_is_checked(exported, imported);
    CHECK(obmm_unimport(imported, 0) == 0 && obmm_unexport(exported, 0) == 0, "the end");
    puts("refusals: all as documented");
    return 0;
}
