/* Many hosts read a page or one writes it; every other wish is answered EBUSY, page by page. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "node.h"
#include "peer.h"

#define LENGTH NODE_GRANULARITY

typedef struct side {
    const peer_t *peer;
    uint64_t *memory;
    mem_id id;
    int node;
} side_t;

/* One side does something while the other stands still. */
static void turn(const side_t *side, bool mine, void (*act)(const side_t *))
{
    if (mine) {
        act(side);
    }

    peer_meet(side->peer);
}

static int own(const side_t *side, size_t page, size_t pages, int rights)
{
    return node_own(side->node, side->memory, page, pages, rights);
}

static void release(const side_t *side)
{
    CHECK(own(side, 0, LENGTH / 4096, PROT_NONE) == 0, "giving everything back");
}

static void read_two_pages(const side_t *side)
{
    CHECK(own(side, 0, 2, PROT_READ) == 0, "reading beside other readers");
    CHECK(node_can_read(side->memory) && !node_can_write(side->memory), "a reader's rights");
}

static void fail_to_write_what_is_read(const side_t *side)
{
    CHECK(own(side, 1, 1, PROT_WRITE) == EBUSY, "writing what another host reads");
    CHECK(own(side, 1, 2, PROT_WRITE) == EBUSY, "writing more than what another host reads");
    CHECK(node_can_read(NODE_PAGE(side->memory, 1)), "a refused change leaves the rights as they were");
    CHECK(!node_can_read(NODE_PAGE(side->memory, 2)), "a refused change takes no part of the range");
    CHECK(own(side, 2, 1, PROT_WRITE) == 0, "the page behind it is free");
}

static void write_page_three(const side_t *side)
{
    CHECK(own(side, 3, 1, PROT_WRITE) == 0, "a free page");
    CHECK(node_can_write(NODE_PAGE(side->memory, 3)), "a writer's rights");
}

static void fail_beside_the_writer(const side_t *side)
{
    CHECK(own(side, 3, 1, PROT_WRITE) == EBUSY, "two writers");
    CHECK(own(side, 3, 1, PROT_READ) == EBUSY, "reading what is written");
    CHECK(own(side, 0, LENGTH / 4096, PROT_READ) == EBUSY, "reading everything while a page of it is written");
    CHECK(!node_can_read(NODE_PAGE(side->memory, 3)), "memory without rights was read");
    CHECK(own(side, 3, 1, PROT_NONE) == 0, "no rights are always to be had");
}

/* Processes that map the same node are of one host, and share what it may do. */
static void share_with_a_process_of_the_same_host(const side_t *side)
{
    CHECK(own(side, 3, 1, PROT_WRITE) == 0, "a free page");
    pid_t child = fork();
    CHECK(child >= 0, "fork");
    if (child == 0) {
        int node = node_open(side->id);
        uint64_t *memory = node_map(node, LENGTH);
        _exit(node_own(node, memory, 3, 1, PROT_WRITE) == 0 && node_can_write(NODE_PAGE(memory, 3)) ? 0 : 1);
    }

    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0, "two processes of one host");
}

/* Unmapping gives rights back, and so does a mapping made with rights take them. */
static void hold_by_mapping(const side_t *side)
{
    char *mapped = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, side->node, 8 * 4096);
    CHECK(mapped != MAP_FAILED, "mmap");
    char theirs;
    peer_meet(side->peer);
    peer_exchange(side->peer, "u", &theirs, 1);
    CHECK(munmap(mapped, 8192) == 0, "munmap");
}

static void fail_beside_the_mapping(const side_t *side)
{
    char theirs;
    peer_meet(side->peer);
    CHECK(own(side, 8, 1, PROT_READ) == EBUSY && own(side, 9, 1, PROT_READ) == EBUSY, "reading beside a mapping that may write");
    CHECK(own(side, 10, 1, PROT_WRITE) == 0, "the page behind the mapping");
    peer_exchange(side->peer, "u", &theirs, 1);
}

static void write_where_the_mapping_was(const side_t *side)
{
    CHECK(own(side, 8, 2, PROT_WRITE) == 0, "after the other side unmapped");
}

/* Two mappings side by side, in the other order than in the memory. */
static void change_across_mappings(const side_t *side)
{
    char *room = mmap(NULL, 4 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(room != MAP_FAILED, "mmap");
    CHECK(mmap(room, 4096, PROT_NONE, MAP_SHARED | MAP_FIXED, side->node, 21 * 4096) != MAP_FAILED, "mmap");
    CHECK(mmap(room + 4096, 4096, PROT_NONE, MAP_SHARED | MAP_FIXED, side->node, 20 * 4096) != MAP_FAILED, "mmap");
    uint64_t *pages = (uint64_t *)room;
    CHECK(node_own(side->node, pages, 0, 2, PROT_WRITE) == 0, "two mappings");
    CHECK(node_can_write(pages) && node_can_write(NODE_PAGE(pages, 1)), "two mappings");
    CHECK(node_own(side->node, pages, 0, 3, PROT_WRITE) == EFAULT, "memory of another kind behind them");
    CHECK(munmap(room + 4096, 4096) == 0, "munmap");
    CHECK(node_own(side->node, pages, 0, 2, PROT_NONE) == EFAULT, "a hole");
    CHECK(munmap(room, 4 * 4096) == 0, "munmap");
}

static void let_both_share(const side_t *side, bool first)
{
    turn(side, first, read_two_pages);
    turn(side, !first, read_two_pages);
    turn(side, first, fail_to_write_what_is_read);
    turn(side, first, release);
    turn(side, first, write_page_three);
    turn(side, !first, fail_beside_the_writer);
    turn(side, first, release);
    turn(side, !first, share_with_a_process_of_the_same_host);
    turn(side, first, fail_beside_the_writer);
    turn(side, !first, release);
    (first ? hold_by_mapping : fail_beside_the_mapping)(side);
    peer_meet(side->peer);
    turn(side, !first, write_where_the_mapping_was);
    turn(side, !first, release);
    turn(side, first, change_across_mappings);
}

int main(void)
{
    peer_t peer = peer_start();
    node_catch_faults();
    struct obmm_mem_desc mine;
    struct obmm_mem_desc theirs;
    memset(&mine, 0, sizeof(mine));
    mem_id id = peer.initiator ? node_export(LENGTH, &mine) : OBMM_INVALID_MEMID;
    peer_exchange(&peer, &mine, &theirs, sizeof(mine));
    if (!peer.initiator) {
        id = obmm_import(&theirs, OBMM_IMPORT_FLAG_ALLOW_MMAP, 0, NULL);
        CHECK(id != OBMM_INVALID_MEMID, "obmm_import");
    }

    int node = node_open(id);
    side_t side = {.peer = &peer, .memory = node_map(node, LENGTH), .id = id, .node = node};
    let_both_share(&side, peer.initiator);
    let_both_share(&side, !peer.initiator);

    CHECK(munmap(side.memory, LENGTH) == 0, "munmap");
    CHECK(peer.initiator || (obmm_unimport(id, 0) < 0 && errno == EBUSY), "unimported while open");
    close(node);
    CHECK(peer.initiator || obmm_unimport(id, 0) == 0, "obmm_unimport");
    peer_meet(&peer);
    CHECK(!peer.initiator || obmm_unexport(id, 0) == 0, "obmm_unexport");
    if (peer.initiator) {
        puts("sharing: many readers or one writer");
    }

    return peer_finish(&peer);
}
