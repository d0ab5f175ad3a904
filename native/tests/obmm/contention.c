/* Two hosts that want to write the same page all the time, while threads of both export and import: no count is lost, and no
 * id is given twice. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "node.h"
#include "peer.h"

#define LENGTH NODE_GRANULARITY
#define COUNTS 60
#define THREADS 2
#define ROUNDS 10

static void *export_and_import(void *nothing)
{
    for (int i = 0; i < ROUNDS; i++) {
        struct obmm_mem_desc description;
        mem_id exported = node_export(LENGTH, &description);
        mem_id imported = obmm_import(&description, OBMM_IMPORT_FLAG_ALLOW_MMAP, 0, NULL);
        CHECK(imported != OBMM_INVALID_MEMID && imported != exported, "obmm_import");
        int node = node_open(imported);
        uint64_t *memory = node_map(node, LENGTH);
        CHECK(node_own(node, memory, 0, 1, PROT_WRITE) == 0 && memory[0] == 0, "memory of somebody else");
        memory[0] = exported;
        CHECK(obmm_unexport(exported, 0) < 0 && errno == EBUSY, "errno belongs to the thread");
        CHECK(munmap(memory, LENGTH) == 0 && close(node) == 0, "munmap");
        CHECK(obmm_unimport(imported, 0) == 0, "obmm_unimport");
        CHECK(obmm_unexport(exported, 0) == 0, "obmm_unexport");
    }

    return nothing;
}

/* Not atomic: whoever counts at the same time loses one. */
static void count_up(int node, uint64_t *memory)
{
    for (int i = 0; i < COUNTS; i++) {
        uint64_t limit = check_now_ns() + CHECK_LIMIT_NS;
        int error = node_own(node, memory, 0, 1, PROT_WRITE);
        while (error != 0) {
            CHECK(error == EBUSY && check_now_ns() < limit, "errno %d", error);
            nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
            error = node_own(node, memory, 0, 1, PROT_WRITE);
        }

        volatile uint64_t *word = memory;
        uint64_t value = *word;
        nanosleep(&(struct timespec){.tv_nsec = 10000}, NULL);
        *word = value + 1;
        CHECK(node_own(node, memory, 0, 1, PROT_NONE) == 0, "giving the page back");
    }
}

int main(void)
{
    peer_t peer = peer_start();
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
    uint64_t *memory = node_map(node, LENGTH);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&threads[i], NULL, export_and_import, NULL) == 0, "pthread_create");
    }

    count_up(node, memory);
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0, "pthread_join");
    }

    peer_meet(&peer);
    CHECK(node_own(node, memory, 0, 1, PROT_READ) == 0 && memory[0] == 2 * COUNTS, "%llu", (unsigned long long)memory[0]);
    CHECK(munmap(memory, LENGTH) == 0 && close(node) == 0, "munmap");
    CHECK(peer.initiator || obmm_unimport(id, 0) == 0, "obmm_unimport");
    peer_meet(&peer);
    CHECK(!peer.initiator || obmm_unexport(id, 0) == 0, "obmm_unexport");
    if (peer.initiator) {
        puts("contention: no count was lost");
    }

    return peer_finish(&peer);
}
