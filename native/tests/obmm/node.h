/* What a program does with nodes of libobmm, and memory that may not be touched. */
#ifndef TESTS_NODE_H
#define TESTS_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <ub/obmm/libobmm.h>

/* What libobmm gives memory out in. */
#define NODE_GRANULARITY (UINT64_C(2) << 20)

/* The first word of memory[page], of pages of 4096 bytes. */
#define NODE_PAGE(memory, page) ((memory) + (page) * (4096 / sizeof(*(memory))))

/* Before can_read and can_write. */
void node_catch_faults(void);

/* Whether the load or store, of the word plus one, was not answered by a signal. */
bool node_can_read(const volatile uint64_t *word);
bool node_can_write(volatile uint64_t *word);

/* Writes where the node of an id is into path. */
void node_path(mem_id id, char *path, size_t room);

/* Opens the node for reading and writing. */
int node_open(mem_id id);

/* Maps all of it without rights. */
uint64_t *node_map(int node, size_t length);

/* obmm_set_ownership of pages of 4096 bytes; 0 or errno. */
int node_own(int node, uint64_t *memory, size_t page, size_t pages, int rights);

/* Exports bytes of NUMA node 0 that can be mapped. */
mem_id node_export(size_t length, struct obmm_mem_desc *description);

#endif
