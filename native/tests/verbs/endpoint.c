#include "endpoint.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "meeting.h"

#define PORT 1
#define MAX_GIDS 16
#define PAGE 4096

static struct ibv_context *open_device(const char *name)
{
    int count = 0;
    struct ibv_device **list = ibv_get_device_list(&count);
    CHECK(list != NULL && count > 0, "there is no device");
    for (int i = 0; i < count; i++) {
        if (name == NULL || strcmp(name, ibv_get_device_name(list[i])) == 0) {
            struct ibv_context *context = ibv_open_device(list[i]);
            CHECK(context != NULL, "device %s", ibv_get_device_name(list[i]));
            ibv_free_device_list(list);
            return context;
        }
    }

    CHECK(0, "there is no device %s", name);
}

static int find_gid(struct ibv_context *context, int wanted, union ibv_gid *gid)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    for (int i = 0; wanted < 0 && i < MAX_GIDS && ibv_query_gid(context, PORT, i, gid) == 0; i++) {
        if (memcmp(gid->raw, mapped, sizeof mapped) == 0) {
            return i;
        }
    }

    wanted = wanted < 0 ? 0 : wanted;
    CHECK(ibv_query_gid(context, PORT, wanted, gid) == 0, "GID %d", wanted);
    return wanted;
}

static void create_pair(endpoint_t *endpoint)
{
    endpoint->sent = ibv_create_cq(endpoint->context, ENDPOINT_DEPTH, NULL, NULL, 0);
    endpoint->received = ibv_create_cq(endpoint->context, ENDPOINT_DEPTH, NULL, NULL, 0);
    CHECK(endpoint->sent != NULL && endpoint->received != NULL, "completion queues");
    struct ibv_qp_init_attr attributes = {
        .send_cq = endpoint->sent,
        .recv_cq = endpoint->received,
        .cap = {
            .max_send_wr = ENDPOINT_DEPTH,
            .max_recv_wr = ENDPOINT_DEPTH,
            .max_send_sge = 1,
            .max_recv_sge = 1,
            .max_inline_data = endpoint->inlined,
        },
        .qp_type = IBV_QPT_RC,
    };
    endpoint->pair = ibv_create_qp(endpoint->domain, &attributes);
    CHECK(endpoint->pair != NULL, "queue pair");
    struct ibv_qp_attr initial = {
        .qp_state = IBV_QPS_INIT,
        .port_num = PORT,
        .qp_access_flags = IBV_ACCESS_REMOTE_WRITE,
    };
    int error = ibv_modify_qp(endpoint->pair, &initial, IBV_QP_STATE | IBV_QP_PKEY_INDEX | IBV_QP_PORT | IBV_QP_ACCESS_FLAGS);
    CHECK(error == 0, "INIT: %s", strerror(error));
}

static void connect_pair(endpoint_t *endpoint, int gid_index, const union ibv_gid *gid)
{
    struct ibv_port_attr port;
    CHECK(ibv_query_port(endpoint->context, PORT, &port) == 0, "port");
    char mine[MEETING_LINE];
    char theirs[MEETING_LINE];
    uint64_t halves[2];
    memcpy(halves, gid, sizeof halves);
    snprintf(mine, sizeof mine, "%" PRIx32 " %x %x %" PRIx64 " %" PRIx32 " %" PRIx64 " %" PRIx64, endpoint->pair->qp_num,
        (unsigned)port.lid, (unsigned)port.active_mtu, (uint64_t)(uintptr_t)(endpoint->memory + endpoint->size),
        endpoint->region->rkey, halves[0], halves[1]);
    meeting_exchange(endpoint->meeting, mine, theirs);

    uint32_t number;
    unsigned lid;
    unsigned mtu;
    int fields = sscanf(theirs, "%" SCNx32 " %x %x %" SCNx64 " %" SCNx32 " %" SCNx64 " %" SCNx64, &number, &lid, &mtu,
        &endpoint->remote_address, &endpoint->remote_key, &halves[0], &halves[1]);
    CHECK(fields == 7, "the other side said %s", theirs);

    struct ibv_qp_attr ready = {
        .qp_state = IBV_QPS_RTR,
        .path_mtu = mtu < (unsigned)port.active_mtu ? (enum ibv_mtu)mtu : port.active_mtu,
        .dest_qp_num = number,
        .min_rnr_timer = 1,
        .max_dest_rd_atomic = 1,
        .ah_attr = {
            .is_global = 1,
            .dlid = (uint16_t)lid,
            .port_num = PORT,
            .grh = {.sgid_index = (uint8_t)gid_index, .hop_limit = 64},
        },
    };
    memcpy(&ready.ah_attr.grh.dgid, halves, sizeof halves);
    int error = ibv_modify_qp(endpoint->pair, &ready, IBV_QP_STATE | IBV_QP_AV | IBV_QP_PATH_MTU | IBV_QP_DEST_QPN | IBV_QP_RQ_PSN |
        IBV_QP_MAX_DEST_RD_ATOMIC | IBV_QP_MIN_RNR_TIMER);
    CHECK(error == 0, "RTR: %s", strerror(error));

    struct ibv_qp_attr sending = {.qp_state = IBV_QPS_RTS, .timeout = 16, .retry_cnt = 7, .rnr_retry = 7, .max_rd_atomic = 1};
    error = ibv_modify_qp(endpoint->pair, &sending, IBV_QP_STATE | IBV_QP_TIMEOUT | IBV_QP_RETRY_CNT | IBV_QP_RNR_RETRY |
        IBV_QP_SQ_PSN | IBV_QP_MAX_QP_RD_ATOMIC);
    CHECK(error == 0, "RTS: %s", strerror(error));
    meeting_wait(endpoint->meeting);
}

endpoint_t endpoint_connect(int meeting, const endpoint_options_t *options)
{
    endpoint_t endpoint = {.meeting = meeting, .size = options->size, .inlined = options->inlined};
    endpoint.context = open_device(options->device);
    union ibv_gid gid;
    int gid_index = find_gid(endpoint.context, options->gid, &gid);
    endpoint.domain = ibv_alloc_pd(endpoint.context);
    CHECK(endpoint.domain != NULL, "protection domain");
    size_t bytes = 2 * (size_t)options->size;
    CHECK(posix_memalign((void **)&endpoint.memory, PAGE, bytes) == 0, "%zu bytes", bytes);
    memset(endpoint.memory, 0, bytes);
    endpoint.region = ibv_reg_mr(endpoint.domain, endpoint.memory, bytes, IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_WRITE);
    CHECK(endpoint.region != NULL, "memory region");
    create_pair(&endpoint);
    connect_pair(&endpoint, gid_index, &gid);
    return endpoint;
}

void endpoint_close(const endpoint_t *endpoint)
{
    CHECK(ibv_destroy_qp(endpoint->pair) == 0, "queue pair");
    CHECK(ibv_destroy_cq(endpoint->sent) == 0 && ibv_destroy_cq(endpoint->received) == 0, "completion queues");
    CHECK(ibv_dereg_mr(endpoint->region) == 0, "memory region");
    CHECK(ibv_dealloc_pd(endpoint->domain) == 0, "protection domain");
    CHECK(ibv_close_device(endpoint->context) == 0, "device");
    free(endpoint->memory);
}

void endpoint_post(const endpoint_t *endpoint, enum ibv_wr_opcode opcode, uint32_t bytes)
{
    endpoint_post_at(endpoint, opcode, 0, bytes);
}

void endpoint_post_at(const endpoint_t *endpoint, enum ibv_wr_opcode opcode, uint32_t offset, uint32_t bytes)
{
    struct ibv_sge piece = {.addr = (uint64_t)(uintptr_t)(endpoint->memory + offset), .length = bytes, .lkey = endpoint->region->lkey};
    struct ibv_send_wr request = {
        .sg_list = &piece,
        .num_sge = 1,
        .opcode = opcode,
        .send_flags = IBV_SEND_SIGNALED | (bytes <= endpoint->inlined ? (unsigned)IBV_SEND_INLINE : 0U),
        .wr.rdma = {.remote_addr = endpoint->remote_address + offset, .rkey = endpoint->remote_key},
    };
    struct ibv_send_wr *refused;
    int error = ibv_post_send(endpoint->pair, &request, &refused);
    CHECK(error == 0, "post: %s", strerror(error));
}

void endpoint_receive(const endpoint_t *endpoint, uint32_t bytes)
{
    struct ibv_sge piece = {
        .addr = (uint64_t)(uintptr_t)(endpoint->memory + endpoint->size),
        .length = bytes,
        .lkey = endpoint->region->lkey,
    };
    struct ibv_recv_wr request = {.sg_list = &piece, .num_sge = 1};
    struct ibv_recv_wr *refused;
    int error = ibv_post_recv(endpoint->pair, &request, &refused);
    CHECK(error == 0, "post: %s", strerror(error));
}

int endpoint_poll(struct ibv_cq *queue, int count)
{
    struct ibv_wc taken[ENDPOINT_DEPTH];
    int found = ibv_poll_cq(queue, count, taken);
    CHECK(found >= 0, "poll");
    for (int i = 0; i < found; i++) {
        CHECK(taken[i].status == IBV_WC_SUCCESS, "completed with %s", ibv_wc_status_str(taken[i].status));
    }

    return found;
}

void endpoint_await(struct ibv_cq *queue)
{
    /* The clock is read rarely: here it may be slower than what is waited for. */
    const unsigned between = 1U << 14;
    uint64_t deadline = 0;
    for (unsigned polls = 1; endpoint_poll(queue, 1) == 0; polls++) {
        if (polls % between == 0) {
            uint64_t now = check_now_ns();
            deadline = deadline == 0 ? now + CHECK_LIMIT_NS : deadline;
            CHECK(now < deadline, "no completion came");
        }
    }
}
