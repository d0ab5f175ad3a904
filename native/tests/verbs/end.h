/* One end of a connection: everything a verbs program makes before its first message. */
#ifndef TESTS_VERBS_END_H
#define TESTS_VERBS_END_H

#include <infiniband/verbs.h>

#include "check.h"

enum { END_BYTES = 1 << 20, END_ALL_ACCESS = IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_WRITE | IBV_ACCESS_REMOTE_READ | IBV_ACCESS_REMOTE_ATOMIC };

/* What an end is made with; zero for what is usual. */
typedef struct end_options {
    enum ibv_qp_type type;
    unsigned int access;
    int qp_access;
    uint32_t receive_sge;
    int rnr_retry;
    int timeout;
    struct ibv_srq *srq;
    struct ibv_cq *receive_cq;
    struct ibv_pd *pd;
    struct ibv_context *context;
    int with_channel;
} end_options_t;

typedef struct end {
    end_options_t options;
    struct ibv_context *context;
    struct ibv_pd *pd;
    struct ibv_comp_channel *channel;
    struct ibv_cq *cq;
    struct ibv_qp *qp;
    struct ibv_mr *mr;
    char *memory;
} end_t;

/* What a program tells its peer by other ways. */
typedef struct end_name {
    uint32_t qp_num;
    /* The first packet; ours is 0. */
    uint32_t psn;
    uint16_t lid;
    union ibv_gid gid;
    uint64_t address;
    uint32_t rkey;
} end_name_t;

struct ibv_context *end_open_device(void);
end_t end_make(const end_options_t *options);
void end_free(end_t *end);
end_name_t end_name(const end_t *end);

/* The steps of a connection. */
void end_init(end_t *end);
void end_rtr(end_t *end, const end_name_t *peer);
void end_rts(end_t *end);
void end_connect(end_t *one, end_t *other);
int end_move(struct ibv_qp *qp, enum ibv_qp_state state);
enum ibv_qp_state end_state(const end_t *end);

/* Requests on the memory of the end. */
struct ibv_sge end_piece(const end_t *end, size_t offset, uint32_t length);
void end_receive(end_t *end, uint64_t id, size_t offset, uint32_t length);
int end_send(end_t *end, uint64_t id, size_t offset, uint32_t length, unsigned int flags);
int end_rdma(end_t *end, enum ibv_wr_opcode opcode, uint64_t id, size_t offset, uint32_t length, uint64_t remote, uint32_t rkey);

/* The next completion; the program ends if there is none in time. */
struct ibv_wc end_wait(struct ibv_cq *cq);
struct ibv_wc end_expect(struct ibv_cq *cq, uint64_t id, enum ibv_wc_status status);
void end_expect_nothing(struct ibv_cq *cq);

#endif
