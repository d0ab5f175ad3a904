/* Memory of another node in the address space of this one: export, import, mapping, rights that change, and the order in
 * which it ends. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ub/obmm/libobmm.h>
#include <unistd.h>

#include "check.h"
#include "node.h"
#include "peer.h"

#define LENGTH (UINT64_C(4) << 20)

static void own(int node, uint64_t *memory, int rights)
{
    CHECK(obmm_set_ownership(node, memory, (char *)memory + LENGTH, rights) == 0, "rights %d", rights);
}

static void rights_are_enforced(int node, uint64_t *memory)
{
    CHECK(!node_can_read(memory), "memory without rights was read");
    own(node, memory, PROT_READ);
    CHECK(node_can_read(memory) && !node_can_write(memory), "read rights");
    own(node, memory, PROT_WRITE);
    CHECK(node_can_write(memory) && node_can_write(memory + LENGTH / sizeof(*memory) - 1), "write rights");

    char *start = (char *)memory;
    CHECK(obmm_set_ownership(node, start + 4096, start + 8192, PROT_NONE) == 0, "one page in the middle");
    CHECK(node_can_write(memory) && !node_can_read(memory + 512) && node_can_write(memory + 1024), "one page in the middle");
    CHECK(obmm_set_ownership(node, start, start + LENGTH, PROT_READ) == 0, "over mappings that differ");

    errno = 0;
    CHECK(obmm_set_ownership(node, start, start + LENGTH, PROT_EXEC) < 0 && errno == EINVAL, "a right that does not exist");
    CHECK(obmm_set_ownership(node, start + 1, start + 4096, PROT_READ) < 0 && errno == EINVAL, "half a page");
    CHECK(obmm_set_ownership(node, start, start, PROT_READ) < 0 && errno == EINVAL, "an empty range");
    CHECK(obmm_set_ownership(node, start, start + LENGTH + 4096, PROT_READ) < 0 && errno == EFAULT, "beyond the mapping");
    CHECK(obmm_set_ownership(-1, start, start + 4096, PROT_READ) < 0 && errno == EBADF, "no descriptor");
}

static void addresses_and_ids_belong_together(mem_id id)
{
    unsigned long address = 0;
    mem_id found = 0;
    unsigned long offset = 0;
    CHECK(obmm_query_pa_by_memid(id, 4096, &address) == 0 && address != 0, "obmm_query_pa_by_memid");
    CHECK(obmm_query_memid_by_pa(address, &found, &offset) == 0 && found != 0 && offset == 4096, "obmm_query_memid_by_pa");
    CHECK(obmm_query_pa_by_memid(id, LENGTH, &address) < 0 && errno == EINVAL, "an offset beyond the end");
    CHECK(obmm_query_pa_by_memid(UINT64_MAX, 0, &address) < 0 && errno == ENOENT, "an id that nobody has");
}

/* The exporter writes, hands over, and reads what the importer made of it. */
static void export_side(const peer_t *peer)
{
    struct obmm_mem_desc description;
    mem_id id = node_export(LENGTH, &description);
    int node = node_open(id);
    uint64_t *memory = node_map(node, LENGTH);
    rights_are_enforced(node, memory);
    addresses_and_ids_belong_together(id);

    own(node, memory, PROT_WRITE);
    for (uint64_t i = 0; i < LENGTH / sizeof(*memory); i++) {
        memory[i] = i * 3;
    }

    own(node, memory, PROT_NONE);
    struct obmm_mem_desc none;
    peer_exchange(peer, &description, &none, sizeof(description));
    peer_meet(peer);
    CHECK(obmm_unexport(id, 0) < 0 && errno == EBUSY, "imported memory was unexported");
    CHECK(obmm_unimport(id, 0) < 0 && errno == EINVAL, "an export was unimported");
    own(node, memory, PROT_READ);
    CHECK(memory[0] == 77 && memory[1] == 3, "what the importer wrote");
    peer_meet(peer);
    peer_meet(peer);

    CHECK(obmm_unexport(id, 0) < 0 && errno == EBUSY, "mapped memory was unexported");
    munmap(memory, LENGTH);
    close(node);
    CHECK(obmm_unexport(id, 0) == 0, "obmm_unexport");
    CHECK(obmm_unexport(id, 0) < 0 && errno == ENOENT, "obmm_unexport again");
}

static void import_side(const peer_t *peer)
{
    struct obmm_mem_desc nothing;
    struct obmm_mem_desc description;
    memset(&nothing, 0, sizeof(nothing));
    peer_exchange(peer, &nothing, &description, sizeof(description));
    int numa = 5;
    mem_id id = obmm_import(&description, OBMM_IMPORT_FLAG_ALLOW_MMAP, 0, &numa);
    CHECK(id != OBMM_INVALID_MEMID && numa == -1, "obmm_import");
    int node = node_open(id);
    uint64_t *memory = node_map(node, LENGTH);
    own(node, memory, PROT_READ);
    for (uint64_t i = 0; i < LENGTH / sizeof(*memory); i++) {
        CHECK(memory[i] == i * 3, "word %llu", (unsigned long long)i);
    }

    own(node, memory, PROT_WRITE);
    memory[0] = 77;
    own(node, memory, PROT_NONE);
    peer_meet(peer);
    peer_meet(peer);

    munmap(memory, LENGTH);
    close(node);
    CHECK(obmm_unexport(id, 0) < 0 && errno == EINVAL, "an import was unexported");
    CHECK(obmm_unimport(id, 0) == 0, "obmm_unimport");
    peer_meet(peer);
}

/* Memory that the program already has becomes memory of others, and stays where it is. */
static void memory_in_use_can_be_exported(void)
{
    char *room = mmap(NULL, 2 * LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(room != MAP_FAILED, "mmap");
    uintptr_t granularity = UINT64_C(2) << 20;
    uint64_t *mine = (uint64_t *)(((uintptr_t)room + granularity - 1) / granularity * granularity);
    mine[7] = 123;
    struct obmm_mem_desc description;
    memset(&description, 0, sizeof(description));
    mem_id id = obmm_export_useraddr(0, mine, LENGTH, 0, &description);
    CHECK(id != OBMM_INVALID_MEMID && mine[7] == 123, "obmm_export_useraddr");
    CHECK(obmm_export_useraddr(0, mine, 4096, 0, &description) == OBMM_INVALID_MEMID && errno == EINVAL, "a page");

    mem_id imported = obmm_import(&description, OBMM_IMPORT_FLAG_ALLOW_MMAP, 0, NULL);
    CHECK(imported != OBMM_INVALID_MEMID, "obmm_import");
    int node = node_open(imported);
    uint64_t *theirs = node_map(node, LENGTH);
    own(node, theirs, PROT_WRITE);
    CHECK(theirs[7] == 123, "what the memory held before");
    theirs[8] = 124;
    CHECK(mine[8] == 124, "what the other side wrote");
    munmap(theirs, LENGTH);
    close(node);
    CHECK(obmm_unimport(imported, 0) == 0 && obmm_unexport(id, 0) == 0, "the end");
    CHECK(mine[8] == 124, "the memory is still the program's");
}

/* Both sides at once: nobody gets what somebody else has. */
static void ids_and_addresses_are_given_once(const peer_t *peer)
{
    enum { EXPORTS = 16 };
    struct {
        mem_id id;
        uint64_t address;
    } mine[EXPORTS], theirs[EXPORTS];
    peer_meet(peer);
    for (int i = 0; i < EXPORTS; i++) {
        struct obmm_mem_desc description;
        mine[i].id = node_export(LENGTH, &description);
        mine[i].address = description.addr;
    }

    peer_exchange(peer, mine, theirs, sizeof(mine));
    for (int i = 0; i < EXPORTS; i++) {
        for (int k = 0; k < EXPORTS; k++) {
            CHECK(mine[i].id != theirs[k].id, "id %llu was given twice", (unsigned long long)mine[i].id);
            CHECK(mine[i].address + LENGTH <= theirs[k].address || theirs[k].address + LENGTH <= mine[i].address,
                  "two exports share addresses");
        }
    }

    for (int i = 0; i < EXPORTS; i++) {
        CHECK(obmm_unexport(mine[i].id, 0) == 0, "obmm_unexport");
    }
}

int main(void)
{
    peer_t peer = peer_start();
    node_catch_faults();
    (peer.initiator ? export_side : import_side)(&peer);
    ids_and_addresses_are_given_once(&peer);
    if (peer.initiator) {
        memory_in_use_can_be_exported();
        puts("ownership: moved and came back");
    }

    return peer_finish(&peer);
}
