#include "node.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"

static sigjmp_buf after_fault;

static void on_fault(int signal_number)
{
    siglongjmp(after_fault, signal_number);
}

void node_catch_faults(void)
{
    CHECK(signal(SIGSEGV, on_fault) != SIG_ERR && signal(SIGBUS, on_fault) != SIG_ERR, "signal");
}

bool node_can_read(const volatile uint64_t *word)
{
    if (sigsetjmp(after_fault, 1) != 0) {
        return false;
    }

    (void)*word;
    return true;
}

bool node_can_write(volatile uint64_t *word)
{
    if (sigsetjmp(after_fault, 1) != 0) {
        return false;
    }

    *word = *word + 1;
    return true;
}

/* The real nodes are /dev/obmm_shmdev<id>; a stand-in has them below a prefix. */
void node_path(mem_id id, char *path, size_t room)
{
    const char *prefix = getenv("URMA_OBMM_PREFIX");
    snprintf(path, room, "%sobmm_shmdev%llu", prefix == NULL ? "/dev/" : prefix, (unsigned long long)id);
}

int node_open(mem_id id)
{
    char path[4096];
    node_path(id, path, sizeof(path));
    int node = open(path, O_RDWR | O_CLOEXEC);
    CHECK(node >= 0, "%s", path);
    return node;
}

uint64_t *node_map(int node, size_t length)
{
    void *memory = mmap(NULL, length, PROT_NONE, MAP_SHARED, node, 0);
    CHECK(memory != MAP_FAILED, "mmap");
    return memory;
}

int node_own(int node, uint64_t *memory, size_t page, size_t pages, int rights)
{
    uint64_t *start = NODE_PAGE(memory, page);
    errno = 0;
    return obmm_set_ownership(node, start, NODE_PAGE(start, pages), rights) == 0 ? 0 : errno;
}

mem_id node_export(size_t length, struct obmm_mem_desc *description)
{
    size_t lengths[OBMM_MAX_LOCAL_NUMA_NODES] = {length};
    memset(description, 0, sizeof(*description));
    description->deid[0] = 7;
    mem_id id = obmm_export(lengths, OBMM_EXPORT_FLAG_ALLOW_MMAP, description);
    CHECK(id != OBMM_INVALID_MEMID, "obmm_export");
    CHECK(description->length == length && description->addr != 0 && description->tokenid != 0, "the description");
    return id;
}
