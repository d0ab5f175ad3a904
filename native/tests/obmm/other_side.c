/* The other host for a test that is not written in C: does one thing for each line it reads, and answers with one line.
 *
 *   export LENGTH              addr length tokenid deid
 *   import ADDR LENGTH TOKENID DEID
 *                              errno
 *   own PAGE PAGES RIGHTS      errno; rights are 0, PROT_READ or PROT_WRITE
 *   read PAGE                  the first word of a page, or "fault"
 *   write PAGE                 adds 1 to it: "done" or "fault"
 *   end                        errno of the unimport or unexport
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "check.h"
#include "node.h"

static struct obmm_mem_desc description;
static mem_id id;
static bool is_import;
static int node = -1;
static uint64_t *memory;

static void map(void)
{
    node = node_open(id);
    memory = node_map(node, description.length);
}

static void export_memory(const char *arguments)
{
    id = node_export(strtoull(arguments, NULL, 10), &description);
    is_import = false;
    map();
    printf("%" PRIu64 " %" PRIu64 " %" PRIu32 " ", description.addr, description.length, description.tokenid);
    for (size_t i = 0; i < sizeof(description.deid); i++) {
        printf("%02x", description.deid[i]);
    }

    puts("");
}

static void import_memory(const char *arguments)
{
    char controller[33];
    memset(&description, 0, sizeof(description));
    int found = sscanf(arguments, "%" SCNu64 " %" SCNu64 " %" SCNu32 " %32s",
        &description.addr, &description.length, &description.tokenid, controller);
    CHECK(found == 4, "import %s", arguments);
    for (size_t i = 0; i < sizeof(description.deid); i++) {
        unsigned value = 0;
        CHECK(sscanf(controller + 2 * i, "%2x", &value) == 1, "import %s", arguments);
        description.deid[i] = (uint8_t)value;
    }

    errno = 0;
    id = obmm_import(&description, OBMM_IMPORT_FLAG_ALLOW_MMAP, 0, NULL);
    int error = errno;
    is_import = true;
    if (id != OBMM_INVALID_MEMID) {
        map();
        error = 0;
    }

    printf("%d\n", error);
}

static void own(const char *arguments)
{
    size_t page = 0;
    size_t pages = 0;
    int rights = 0;
    CHECK(sscanf(arguments, "%zu %zu %d", &page, &pages, &rights) == 3, "own %s", arguments);
    printf("%d\n", node_own(node, memory, page, pages, rights));
}

static void read_word(const char *arguments)
{
    const uint64_t *word = NODE_PAGE(memory, strtoull(arguments, NULL, 10));
    if (node_can_read(word)) {
        printf("%" PRIu64 "\n", *word);
    } else {
        puts("fault");
    }
}

static void write_word(const char *arguments)
{
    puts(node_can_write(NODE_PAGE(memory, strtoull(arguments, NULL, 10))) ? "done" : "fault");
}

static void end(const char *arguments)
{
    (void)arguments;
    munmap(memory, description.length);
    close(node);
    errno = 0;
    int result = is_import ? obmm_unimport(id, 0) : obmm_unexport(id, 0);
    printf("%d\n", result == 0 ? 0 : errno);
}

static const struct command {
    const char *name;
    void (*act)(const char *arguments);
} commands[] = {
    {"export ", export_memory}, {"import ", import_memory}, {"own ", own}, {"read ", read_word}, {"write ", write_word}, {"end", end},
};

int main(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(300);
    node_catch_faults();
    setvbuf(stdout, NULL, _IOLBF, 0);
    char line[256];
    while (fgets(line, sizeof(line), stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        bool known = false;
        for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]) && !known; i++) {
            size_t length = strlen(commands[i].name);
            known = strncmp(line, commands[i].name, length) == 0;
            if (known) {
                commands[i].act(line + length);
            }
        }

        CHECK(known, "%s", line);
    }

    return 0;
}
