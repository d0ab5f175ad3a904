/* One reliable connection over libibverbs, to a program that does the same. */
#ifndef TESTS_VERBS_ENDPOINT_H
#define TESTS_VERBS_ENDPOINT_H

#include <infiniband/verbs.h>
#include <stdint.h>

#define ENDPOINT_DEPTH 64

typedef struct endpoint_options {
    /* NULL: the first device. */
    const char *device;
    /* Negative: the first GID that is an IPv4 address, or GID 0. */
    int gid;
    /* Messages of at most so many bytes travel inline. */
    uint32_t inlined;
    /* Bytes of the longest message. */
    uint32_t size;
} endpoint_options_t;

typedef struct endpoint {
    int meeting;
    struct ibv_context *context;
    struct ibv_pd *domain;
    struct ibv_cq *sent;
    struct ibv_cq *received;
    struct ibv_qp *pair;
    struct ibv_mr *region;
    /* Registered: `size` bytes that this side sends, then as many that it receives or the other writes. */
    unsigned char *memory;
    uint32_t size;
    uint32_t inlined;
    uint64_t remote_address;
    uint32_t remote_key;
} endpoint_t;

endpoint_t endpoint_connect(int meeting, const endpoint_options_t *options);
void endpoint_close(const endpoint_t *endpoint);

/* Posts one signalled send or write of the first `bytes` bytes; a write goes to the other's second half. */
void endpoint_post(const endpoint_t *endpoint, enum ibv_wr_opcode opcode, uint32_t bytes);
/* The same with the bytes behind `offset`, to the same place of the other's half. */
void endpoint_post_at(const endpoint_t *endpoint, enum ibv_wr_opcode opcode, uint32_t offset, uint32_t bytes);
void endpoint_receive(const endpoint_t *endpoint, uint32_t bytes);

/* Takes up to `count` completions, none if there are none. A failed one ends the program. */
int endpoint_poll(struct ibv_cq *queue, int count);

/* Polls until one completion was taken. */
void endpoint_await(struct ibv_cq *queue);

#endif
