/* Processes that are killed with memory exported, imported and owned: nothing of it stays. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "node.h"

#define LENGTH NODE_GRANULARITY

typedef struct killed {
    pid_t process;
    mem_id id;
} killed_t;

/* Memory of whichever process exports. */
static struct obmm_mem_desc exported;

/* Runs a part in a process of its own, until it has told what it did. */
static killed_t start(void (*part)(killed_t *))
{
    int ends[2];
    CHECK(pipe(ends) == 0, "pipe");
    killed_t child = {.process = fork()};
    CHECK(child.process >= 0, "fork");
    if (child.process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        part(&child);
        CHECK(write(ends[1], &child, sizeof(child)) == (ssize_t)sizeof(child), "write");
        CHECK(write(ends[1], &exported, sizeof(exported)) == (ssize_t)sizeof(exported), "write");
        for (;;) {
            pause();
        }
    }

    close(ends[1]);
    killed_t told;
    CHECK(read(ends[0], &told, sizeof(told)) == (ssize_t)sizeof(told), "the other process ended");
    CHECK(read(ends[0], &exported, sizeof(exported)) == (ssize_t)sizeof(exported), "the other process ended");
    close(ends[0]);
    told.process = child.process;
    return told;
}

/* Nobody waits for it before wait is set: a process that was killed is dead even so. */
static void end(const killed_t *child, bool wait)
{
    CHECK(kill(child->process, SIGKILL) == 0, "kill");
    siginfo_t info;
    CHECK(waitid(P_PID, (id_t)child->process, &info, WEXITED | (wait ? 0 : WNOWAIT)) == 0, "waitid");
}

static void own(killed_t *child)
{
    int node = node_open(child->id);
    uint64_t *memory = node_map(node, LENGTH);
    CHECK(node_own(node, memory, 0, 1, PROT_WRITE) == 0, "a free page");
    memory[0] = 41;
}

static void export_and_own(killed_t *child)
{
    child->id = node_export(LENGTH, &exported);
    own(child);
}

static void exporter_dies(void)
{
    killed_t exporter = start(export_and_own);
    mem_id id = obmm_import(&exported, OBMM_IMPORT_FLAG_ALLOW_MMAP, 0, NULL);
    CHECK(id != OBMM_INVALID_MEMID, "obmm_import");
    int node = node_open(id);
    uint64_t *memory = node_map(node, LENGTH);
    CHECK(node_own(node, memory, 0, 1, PROT_READ) == EBUSY, "reading what the exporter writes");
    CHECK(node_own(node, memory, 1, 1, PROT_READ) == 0, "a free page");
    end(&exporter, false);

    CHECK(node_own(node, memory, 0, 1, PROT_READ) == ENOTRECOVERABLE, "rights to memory whose exporter died");
    CHECK(node_can_read(NODE_PAGE(memory, 1)), "what was owned stays");
    CHECK(node_own(node, memory, 0, LENGTH / 4096, PROT_NONE) == 0, "rights can be given up");
    CHECK(obmm_import(&exported, OBMM_IMPORT_FLAG_ALLOW_MMAP, 0, NULL) == OBMM_INVALID_MEMID && errno == ENODEV,
        "memory whose exporter died");
    CHECK(obmm_unexport(exporter.id, 0) < 0 && errno == ENOENT, "the export went with its process");
    munmap(memory, LENGTH);
    close(node);
    CHECK(obmm_unimport(id, 0) == 0, "obmm_unimport");
    char path[4096];
    node_path(exporter.id, path, sizeof(path));
    CHECK(access(path, F_OK) != 0 && errno == ENOENT, "a node was left");
    waitpid(exporter.process, NULL, 0);
}

static void import_and_own(killed_t *child)
{
    child->id = obmm_import(&exported, OBMM_IMPORT_FLAG_ALLOW_MMAP, 0, NULL);
    CHECK(child->id != OBMM_INVALID_MEMID, "obmm_import");
    own(child);
}

static void importer_dies(void)
{
    mem_id id = node_export(LENGTH, &exported);
    int node = node_open(id);
    uint64_t *memory = node_map(node, LENGTH);
    killed_t importer = start(import_and_own);
    CHECK(node_own(node, memory, 0, 1, PROT_WRITE) == EBUSY, "writing what the importer writes");
    CHECK(obmm_unexport(id, 0) < 0 && errno == EBUSY, "imported memory");
    end(&importer, true);

    CHECK(node_own(node, memory, 0, 1, PROT_WRITE) == 0 && memory[0] == 41, "what a dead process owned");
    munmap(memory, LENGTH);
    close(node);
    CHECK(obmm_unexport(id, 0) == 0, "obmm_unexport");
    char path[4096];
    node_path(importer.id, path, sizeof(path));
    CHECK(access(path, F_OK) != 0 && errno == ENOENT, "a node was left");
}

/* What a process left that was killed between making its files and saying so. */
static void half_an_export_is_in_the_way(void)
{
    struct obmm_mem_desc description;
    mem_id id = node_export(LENGTH, &description);
    CHECK(obmm_unexport(id, 0) == 0, "obmm_unexport");
    char path[4096];
    node_path(id + 1, path, sizeof(path));
    int left = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    CHECK(left >= 0, "%s", path);
    close(left);
    id = node_export(LENGTH, &description);
    int node = node_open(id);
    uint64_t *memory = node_map(node, LENGTH);
    CHECK(node_own(node, memory, 0, 1, PROT_READ) == 0 && memory[0] == 0, "an export in the place of half a one");
    munmap(memory, LENGTH);
    close(node);
    CHECK(obmm_unexport(id, 0) == 0, "obmm_unexport");
}

/* As many imports as there is room for; they end with their process. */
static void fill_the_table(killed_t *child)
{
    int imports = 0;
    while (obmm_import(&exported, OBMM_IMPORT_FLAG_ALLOW_MMAP, 0, NULL) != OBMM_INVALID_MEMID) {
        imports++;
    }

    CHECK(errno == ENOSPC && imports >= 1000, "after %d imports", imports);
    child->id = OBMM_INVALID_MEMID;
}

static void a_full_table_empties_itself(void)
{
    mem_id id = node_export(LENGTH, &exported);
    killed_t filler = start(fill_the_table);
    CHECK(obmm_import(&exported, OBMM_IMPORT_FLAG_ALLOW_MMAP, 0, NULL) == OBMM_INVALID_MEMID && errno == ENOSPC, "one too many");
    end(&filler, true);
    mem_id imported = obmm_import(&exported, OBMM_IMPORT_FLAG_ALLOW_MMAP, 0, NULL);
    CHECK(imported != OBMM_INVALID_MEMID, "obmm_import");
    CHECK(obmm_unimport(imported, 0) == 0 && obmm_unexport(id, 0) == 0, "the end");
}

int main(void)
{
    alarm(60);
    node_catch_faults();
    exporter_dies();
    importer_dies();
    half_an_export_is_in_the_way();
    a_full_table_empties_itself();
    puts("crash: nothing was left");
    return 0;
}
