/* The other process is killed in the middle of things: what was posted to it ends with an error, nothing hangs, and what
 * belonged to it can be put away. */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "device.h"
#include "endpoint.h"

#define LENGTH 64U

static urma_sge_t here(const endpoint_t *endpoint)
{
    return (urma_sge_t){.addr = (uint64_t)(uintptr_t)endpoint_outgoing(endpoint), .len = LENGTH, .tseg = endpoint->local};
}

/* Posts a request of which nobody can say how it ends, only that it does. */
static urma_cr_status_t outcome_of(const endpoint_t *endpoint, urma_jfs_wr_t *request)
{
    request->flag.bs.complete_enable = URMA_COMPLETE_ENABLE;
    request->tjetty = endpoint->target;
    urma_jfs_wr_t *refused = NULL;
    if (endpoint_post(endpoint, request, &refused) != URMA_SUCCESS) {
        CHECK(refused == request, "a refused request that is not named");
        return URMA_CR_ACK_TIMEOUT_ERR;
    }

    urma_cr_t record = device_wait(endpoint->send_jfc);
    CHECK(record.user_ctx == request->user_ctx, "the record of another request");
    return record.status;
}

static urma_cr_status_t send_one(const endpoint_t *endpoint)
{
    urma_sge_t source = here(endpoint);
    urma_jfs_wr_t request = {.opcode = URMA_OPC_SEND, .user_ctx = 1, .send = {.src = {.sge = &source, .num_sge = 1}}};
    return outcome_of(endpoint, &request);
}

static urma_cr_status_t read_one(const endpoint_t *endpoint)
{
    urma_sge_t destination = here(endpoint);
    urma_sge_t source = {.addr = endpoint->remote_address, .len = LENGTH, .tseg = endpoint->remote};
    urma_jfs_wr_t request = {
        .opcode = URMA_OPC_READ,
        .user_ctx = 2,
        .rw = {.src = {.sge = &source, .num_sge = 1}, .dst = {.sge = &destination, .num_sge = 1}},
    };
    return outcome_of(endpoint, &request);
}

/* Waits for a receive that never comes, then dies. */
static void wait_to_be_killed(const endpoint_t *endpoint)
{
    peer_meet(endpoint->peer);
    pause();
}

static void survive(const peer_t *peer, const endpoint_t *endpoint)
{
    /* Nothing is posted over there, and this side retries for ever: the message waits. */
    urma_sge_t source = here(endpoint);
    urma_jfs_wr_t waiting = {
        .opcode = URMA_OPC_SEND,
        .flag.bs = {.complete_enable = URMA_COMPLETE_ENABLE},
        .tjetty = endpoint->target,
        .user_ctx = 3,
        .send = {.src = {.sge = &source, .num_sge = 1}},
    };
    urma_jfs_wr_t *refused = NULL;
    CHECK(endpoint_post(endpoint, &waiting, &refused) == URMA_SUCCESS, "a message to a receiver that is not ready");
    peer_meet(peer);
    CHECK(kill(peer->child, SIGKILL) == 0 && waitpid(peer->child, NULL, 0) == peer->child, "kill");

    urma_cr_t record = device_wait(endpoint->send_jfc);
    CHECK(record.status != URMA_CR_SUCCESS && record.user_ctx == 3, "a message to the dead: status %d", (int)record.status);
    urma_cr_status_t status = send_one(endpoint);
    CHECK(status != URMA_CR_SUCCESS, "another message to the dead");
    /* The memory may outlive its owner for a while; that the read ends is what counts. */
    (void)read_one(endpoint);
    printf("peer death: the waiting message ended with status %d, the next with %d\n", (int)record.status, (int)status);
}

/* Everything of the dead can be put away, and the device goes on. */
static void put_away(endpoint_t *endpoint)
{
    CHECK(urma_unimport_jetty(endpoint->target) == URMA_SUCCESS, "urma_unimport_jetty");
    CHECK(urma_unimport_seg(endpoint->remote) == URMA_SUCCESS, "urma_unimport_seg");
    CHECK(urma_delete_jetty(endpoint->jetty) == URMA_SUCCESS, "urma_delete_jetty");
    CHECK(urma_delete_jfr(endpoint->jfr) == URMA_SUCCESS, "urma_delete_jfr");
    CHECK(urma_unregister_seg(endpoint->local) == URMA_SUCCESS, "urma_unregister_seg");
    CHECK(urma_delete_jfc(endpoint->send_jfc) == URMA_SUCCESS, "urma_delete_jfc");
    CHECK(urma_delete_jfc(endpoint->receive_jfc) == URMA_SUCCESS, "urma_delete_jfc");
    CHECK(urma_delete_jfce(endpoint->send_channel) == URMA_SUCCESS, "urma_delete_jfce");
    CHECK(urma_delete_jfce(endpoint->receive_channel) == URMA_SUCCESS, "urma_delete_jfce");
    device_close(endpoint->context);
}

int main(void)
{
    peer_t peer = peer_start();
    urma_context_t *context = device_open();
    endpoint_t endpoint = endpoint_create(&peer, context, (shape_t){.mode = URMA_TM_RM, .jetty = true});
    if (!peer.initiator) {
        wait_to_be_killed(&endpoint);
        return 1;
    }

    CHECK(peer.child > 0, "this program brings its own victim");
    survive(&peer, &endpoint);
    put_away(&endpoint);
    return 0;
}
