/* libobmm: memory of other nodes in the load and store address space (openEuler, current interface).
 *
 * Written for this project from the published interface. The older form, with 16-bit scna and dcna and a member
 * "cacheable", is incompatible with this one.
 *
 * Order of use: the owner exports, the user imports, maps /dev/obmm_shmdev<mem_id>, unmaps, unimports; then the owner
 * unexports. Calls fail with -1 or OBMM_INVALID_MEMID and errno. */
#ifndef UB_OBMM_LIBOBMM_H
#define UB_OBMM_LIBOBMM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Id of exported and imported memory; both kinds share one space. */
typedef uint64_t mem_id;

#define OBMM_INVALID_MEMID 0
#define OBMM_MAX_LOCAL_NUMA_NODES 16
#define OBMM_MAX_PRIV_LEN 512
#define MAX_NUMA_DIST 254

/* An import has exactly one of ALLOW_MMAP (shared, mapped through the device node) and NUMA_REMOTE (borrowed as a
 * NUMA node). */
#define OBMM_EXPORT_FLAG_ALLOW_MMAP 0x1UL
#define OBMM_EXPORT_FLAG_FAST 0x2UL
#define OBMM_EXPORT_FLAG_MASK (OBMM_EXPORT_FLAG_ALLOW_MMAP | OBMM_EXPORT_FLAG_FAST)
#define OBMM_IMPORT_FLAG_ALLOW_MMAP 0x1UL
#define OBMM_IMPORT_FLAG_PREIMPORT 0x2UL
#define OBMM_IMPORT_FLAG_NUMA_REMOTE 0x4UL
#define OBMM_IMPORT_FLAG_MASK (OBMM_IMPORT_FLAG_ALLOW_MMAP | OBMM_IMPORT_FLAG_PREIMPORT | OBMM_IMPORT_FLAG_NUMA_REMOTE)

/* Added to the offset of mmap: maps by 2 MiB. Such a mapping cannot change its ownership. */
#define OBMM_MMAP_FLAG_HUGETLB_PMD (1UL << 63)

/* Piece of memory that several nodes can reach. An export fills in addr, length and tokenid and reads deid and priv;
 * an import reads everything but tokenid. EIDs are little-endian. Allocate sizeof + priv_len bytes. */
struct obmm_mem_desc {
    /* Export: address on the bus (UBA). Import: local physical address. */
    uint64_t addr;
    /* Bytes. */
    uint64_t length;
    uint8_t seid[16];
    uint8_t deid[16];
    uint32_t tokenid;
    uint32_t scna;
    uint32_t dcna;
    /* At most OBMM_MAX_PRIV_LEN; 0 when priv is not used. */
    uint16_t priv_len;
    __extension__ uint8_t priv[];
};

/* Remote memory that is made ready before it is imported. */
struct obmm_preimport_info {
    uint64_t pa;
    uint64_t length;
    int base_dist;
    /* -1: the system chooses, and stores its choice here. */
    int numa_id;
    uint8_t seid[16];
    uint8_t deid[16];
    uint32_t scna;
    uint32_t dcna;
    uint16_t priv_len;
    __extension__ uint8_t priv[];
};

/* length: bytes on each NUMA node, multiples of 2 MiB, all on one socket. */
mem_id obmm_export(const size_t length[OBMM_MAX_LOCAL_NUMA_NODES], unsigned long flags, struct obmm_mem_desc *desc);

/* Exports memory that process pid has at va. Takes neither ALLOW_MMAP nor FAST. */
mem_id obmm_export_useraddr(int pid, void *va, size_t length, unsigned long flags, struct obmm_mem_desc *desc);
int obmm_unexport(mem_id id, unsigned long flags);

/* numa: NUMA id wanted in (-1 for any), given out; may be NULL. base_dist counts for NUMA_REMOTE, 0 to 255. */
mem_id obmm_import(const struct obmm_mem_desc *desc, unsigned long flags, int base_dist, int *numa);
int obmm_unimport(mem_id id, unsigned long flags);

int obmm_preimport(struct obmm_preimport_info *preimport_info, unsigned long flags);
int obmm_unpreimport(const struct obmm_preimport_info *preimport_info, unsigned long flags);

/* Changes what this host may do with the pages from start to end (one contiguous range of mappings of one device
 * node): PROT_NONE, PROT_READ or PROT_WRITE. At a time either many hosts read or one writes; the call writes back and
 * invalidates caches as needed. Errors: EINVAL (also for a mapping without cache), EBUSY, EFAULT, ENOTRECOVERABLE. */
int obmm_set_ownership(int fd, void *start, void *end, int prot);

/* For diagnosis. */
int obmm_query_memid_by_pa(unsigned long pa, mem_id *id, unsigned long *offset);
int obmm_query_pa_by_memid(mem_id id, unsigned long offset, unsigned long *pa);

#ifdef __cplusplus
}
#endif

#endif
