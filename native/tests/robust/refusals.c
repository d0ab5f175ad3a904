/* What must be refused is refused, with the right word, and without harm to memory or to what comes after. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "device.h"
#include "endpoint.h"
#include "pieces.h"

#define LENGTH 64U

static urma_sge_t here(const endpoint_t *endpoint, uint32_t bytes)
{
    return (urma_sge_t){.addr = (uint64_t)(uintptr_t)endpoint_outgoing(endpoint), .len = bytes, .tseg = endpoint->local};
}

static urma_sge_t there(const endpoint_t *endpoint, uint32_t bytes)
{
    return (urma_sge_t){.addr = endpoint->remote_address + ENDPOINT_ROOM, .len = bytes, .tseg = endpoint->remote};
}

static urma_jfs_wr_t write_request(const endpoint_t *endpoint, urma_sge_t *source, urma_sge_t *destination)
{
    return (urma_jfs_wr_t){
        .opcode = URMA_OPC_WRITE,
        .flag.bs = {.complete_enable = URMA_COMPLETE_ENABLE},
        .tjetty = endpoint->target,
        .user_ctx = 77,
        .rw = {.src = {.sge = source, .num_sge = 1}, .dst = {.sge = destination, .num_sge = 1}},
    };
}

static urma_jfs_wr_t send_request(const endpoint_t *endpoint, urma_sge_t *source)
{
    return (urma_jfs_wr_t){
        .opcode = URMA_OPC_SEND,
        .flag.bs = {.complete_enable = URMA_COMPLETE_ENABLE},
        .tjetty = endpoint->target,
        .user_ctx = 77,
        .send = {.src = {.sge = source, .num_sge = 1}},
    };
}

static urma_cr_status_t outcome_of(const endpoint_t *endpoint, urma_jfs_wr_t *request)
{
    urma_jfs_wr_t *refused = NULL;
    urma_status_t status = endpoint_post(endpoint, request, &refused);
    CHECK(status == URMA_SUCCESS, "the request was refused: %d", status);
    urma_cr_t record = device_wait(endpoint->send_jfc);
    CHECK(record.user_ctx == request->user_ctx && record.flag.bs.s_r == 0, "the record of another request");
    return record.status;
}

/* The endpoint still does what it should. */
static void works(const endpoint_t *endpoint)
{
    urma_sge_t source = here(endpoint, LENGTH);
    urma_sge_t destination = there(endpoint, LENGTH);
    urma_jfs_wr_t request = write_request(endpoint, &source, &destination);
    urma_cr_status_t status = outcome_of(endpoint, &request);
    CHECK(status == URMA_CR_SUCCESS, "status %d of a good request", (int)status);
}

static void lists_stop_at_the_first_bad_request(const endpoint_t *endpoint)
{
    urma_sge_t source = here(endpoint, LENGTH);
    urma_sge_t destination = there(endpoint, LENGTH);
    urma_jfs_wr_t requests[3];
    for (int i = 0; i < 3; i++) {
        requests[i] = write_request(endpoint, &source, &destination);
        requests[i].user_ctx = (uint64_t)i;
        requests[i].next = i < 2 ? &requests[i + 1] : NULL;
    }

    requests[1].opcode = (urma_opcode_t)0x77;
    urma_jfs_wr_t *refused = NULL;
    urma_status_t status = endpoint_post(endpoint, requests, &refused);
    CHECK(status == URMA_EINVAL, "an unknown opcode: %d", status);
    CHECK(refused == &requests[1], "request %d is named as the bad one", refused == NULL ? -1 : (int)(refused - requests));

    urma_cr_t record = device_wait(endpoint->send_jfc);
    CHECK(record.status == URMA_CR_SUCCESS && record.user_ctx == 0, "the request before the bad one");
    CHECK(!device_poll(endpoint->send_jfc, &record), "the request behind the bad one was executed");
    works(endpoint);
}

static void ranges_outside_are_not_written(const endpoint_t *endpoint)
{
    urma_sge_t source = here(endpoint, LENGTH);
    urma_sge_t beyond = there(endpoint, LENGTH);
    beyond.addr += ENDPOINT_ROOM - LENGTH + 1;
    urma_jfs_wr_t request = write_request(endpoint, &source, &beyond);
    urma_cr_status_t status = outcome_of(endpoint, &request);
    CHECK(status == URMA_CR_REM_ACCESS_ABORT_ERR, "beyond the remote end: status %d", (int)status);

    urma_sge_t before = there(endpoint, LENGTH);
    before.addr = endpoint->remote_address - 1;
    request = write_request(endpoint, &source, &before);
    status = outcome_of(endpoint, &request);
    CHECK(status == URMA_CR_REM_ACCESS_ABORT_ERR, "before the remote start: status %d", (int)status);
    works(endpoint);
}

static void local_ranges_outside_are_not_read(const endpoint_t *endpoint)
{
    urma_sge_t source = here(endpoint, LENGTH);
    source.addr += 2 * ENDPOINT_ROOM - LENGTH + 1;
    urma_sge_t destination = there(endpoint, LENGTH);
    urma_jfs_wr_t request = write_request(endpoint, &source, &destination);
    urma_jfs_wr_t *refused = NULL;
    urma_status_t posted = endpoint_post(endpoint, &request, &refused);
    /* A device may find out at once or on the way. */
    if (posted == URMA_SUCCESS) {
        urma_cr_t record = device_wait(endpoint->send_jfc);
        CHECK(record.status == URMA_CR_LOC_ACCESS_ERR, "status %d", (int)record.status);
    } else {
        CHECK(posted == URMA_EINVAL && refused == &request, "status %d", posted);
    }

    works(endpoint);
}

static void full_queues_say_so(const endpoint_t *endpoint)
{
    urma_sge_t source = here(endpoint, 8);
    urma_sge_t destination = there(endpoint, 8);
    urma_jfs_wr_t request = write_request(endpoint, &source, &destination);
    urma_jfs_wr_t *refused = NULL;
    uint32_t posted = 0;
    urma_status_t status;
    while ((status = endpoint_post(endpoint, &request, &refused)) == URMA_SUCCESS) {
        CHECK(++posted <= 2 * ENDPOINT_DEPTH, "the queue takes more than it has room for");
    }

    CHECK(status == URMA_ENOMEM && refused == &request, "status %d of a full queue", status);
    CHECK(posted >= ENDPOINT_DEPTH, "the queue is full with %u requests", posted);
    for (uint32_t i = 0; i < posted; i++) {
        CHECK(device_wait(endpoint->send_jfc).status == URMA_CR_SUCCESS, "request %u", i);
    }

    works(endpoint);
}

static void rights_are_checked_when_memory_is_registered(const endpoint_t *endpoint)
{
    urma_seg_cfg_t configuration = {
        .va = (uint64_t)(uintptr_t)endpoint->memory,
        .len = 4096,
        .flag.bs = {.access = URMA_ACCESS_WRITE},
    };
    errno = 0;
    CHECK(urma_register_seg(endpoint->context, &configuration) == NULL && errno == EINVAL, "write without read");
    configuration.flag.bs.access = URMA_ACCESS_READ | URMA_ACCESS_ATOMIC;
    CHECK(urma_register_seg(endpoint->context, &configuration) == NULL, "atomic without write");
    configuration.flag.bs.access = URMA_ACCESS_LOCAL_ONLY | URMA_ACCESS_READ;
    CHECK(urma_register_seg(endpoint->context, &configuration) == NULL, "local only with read");
    configuration.flag.bs.access = URMA_ACCESS_READ;
    configuration.flag.bs.token_id_valid = 1;
    CHECK(urma_register_seg(endpoint->context, &configuration) == NULL, "a valid token id that is not there");
}

static void what_is_in_use_stays(const endpoint_t *endpoint)
{
    CHECK(urma_delete_context(endpoint->context) == URMA_EAGAIN, "a context with everything in it was deleted");
    CHECK(urma_delete_jfce(endpoint->send_channel) == URMA_FAIL, "a channel with a JFC was deleted");
    CHECK(urma_bind_jetty(endpoint->jetty, endpoint->target) == URMA_ENOPERM, "an RM jetty was bound");
    works(endpoint);
}

/* The other side offers what this one may only read. */
static void read_only_memory_is_not_written(const endpoint_t *endpoint)
{
    unsigned char *memory = device_memory(4096);
    urma_target_seg_t *offered = device_register(endpoint->context, memory, 4096, URMA_ACCESS_READ);
    urma_seg_t theirs;
    peer_exchange(endpoint->peer, &offered->seg, &theirs, sizeof(theirs));
    urma_target_seg_t *imported = device_import(endpoint->context, &theirs, URMA_ACCESS_READ);
    if (endpoint->peer->initiator) {
        urma_sge_t source = here(endpoint, LENGTH);
        urma_sge_t destination = {.addr = theirs.ubva.va, .len = LENGTH, .tseg = imported};
        urma_jfs_wr_t request = write_request(endpoint, &source, &destination);
        memset(endpoint_outgoing(endpoint), 0xff, LENGTH);
        urma_cr_status_t status = outcome_of(endpoint, &request);
        CHECK(status == URMA_CR_REM_ACCESS_ABORT_ERR, "a write to read-only memory: status %d", (int)status);
        request = write_request(endpoint, &destination, &source);
        request.opcode = URMA_OPC_READ;
        status = outcome_of(endpoint, &request);
        CHECK(status == URMA_CR_SUCCESS, "a read of read-only memory: status %d", (int)status);
        CHECK(endpoint_outgoing(endpoint)[0] == 0, "what was read");
        works(endpoint);
    }

    peer_meet(endpoint->peer);
    CHECK(memory[0] == 0 && memory[LENGTH - 1] == 0, "read-only memory was written");
    CHECK(urma_unimport_seg(imported) == URMA_SUCCESS, "urma_unimport_seg");
    peer_meet(endpoint->peer);
    CHECK(urma_unregister_seg(offered) == URMA_SUCCESS, "urma_unregister_seg");
}

static void a_wrong_token_opens_nothing(const endpoint_t *endpoint)
{
    urma_seg_t theirs;
    peer_exchange(endpoint->peer, &endpoint->local->seg, &theirs, sizeof(theirs));
    urma_token_t wrong = {.token = DEVICE_TOKEN + 1};
    urma_import_seg_flag_t flag = {.bs = {.access = DEVICE_ACCESS_ALL}};
    urma_target_seg_t *imported = urma_import_seg(endpoint->context, &theirs, &wrong, 0, flag);
    /* A device may find out when it is imported or when it is used. */
    if (imported != NULL && endpoint->peer->initiator) {
        urma_sge_t source = here(endpoint, LENGTH);
        urma_sge_t destination = {.addr = theirs.ubva.va, .len = LENGTH, .tseg = imported};
        urma_jfs_wr_t request = write_request(endpoint, &source, &destination);
        urma_cr_status_t status = outcome_of(endpoint, &request);
        CHECK(status == URMA_CR_REM_ACCESS_ABORT_ERR, "a write with a wrong token: status %d", (int)status);
    }

    if (imported != NULL) {
        CHECK(urma_unimport_seg(imported) == URMA_SUCCESS, "urma_unimport_seg");
    }

    peer_meet(endpoint->peer);
}

static void post_receive(const endpoint_t *endpoint, uint32_t bytes)
{
    urma_sge_t place = {
        .addr = (uint64_t)(uintptr_t)endpoint_incoming(endpoint),
        .len = bytes,
        .tseg = endpoint->local,
    };
    urma_jfr_wr_t request = {.src = {.sge = &place, .num_sge = 1}, .user_ctx = 78};
    urma_jfr_wr_t *refused = NULL;
    CHECK(endpoint_post_receive(endpoint, &request, &refused) == URMA_SUCCESS, "receive");
}

static void a_message_that_does_not_fit_fails_on_both_sides(const endpoint_t *endpoint)
{
    if (!endpoint->peer->initiator) {
        memset(endpoint_incoming(endpoint), 0, 2 * LENGTH);
        post_receive(endpoint, LENGTH - 1);
        peer_meet(endpoint->peer);
        urma_cr_t record = device_wait(endpoint->receive_jfc);
        CHECK(record.status == URMA_CR_LOC_LEN_ERR && record.user_ctx == 78, "status %d", (int)record.status);
        CHECK(endpoint_incoming(endpoint)[LENGTH - 1] == 0, "written behind the receive");
    } else {
        peer_meet(endpoint->peer);
        urma_sge_t source = here(endpoint, LENGTH);
        urma_jfs_wr_t request = send_request(endpoint, &source);
        memset(endpoint_outgoing(endpoint), 0xff, LENGTH);
        urma_cr_status_t status = outcome_of(endpoint, &request);
        CHECK(status == URMA_CR_REM_RESP_LEN_ERR, "status %d", (int)status);
    }

    peer_meet(endpoint->peer);
}

static void a_late_receive_is_waited_for(const endpoint_t *endpoint)
{
    /* The endpoint retries for ever (7): the message arrives when the receive comes. */
    if (endpoint->peer->initiator) {
        urma_sge_t source = here(endpoint, LENGTH);
        urma_jfs_wr_t request = send_request(endpoint, &source);
        urma_jfs_wr_t *refused = NULL;
        CHECK(endpoint_post(endpoint, &request, &refused) == URMA_SUCCESS, "urma_post_jetty_send_wr");
        peer_meet(endpoint->peer);
        urma_cr_t record = device_wait(endpoint->send_jfc);
        CHECK(record.status == URMA_CR_SUCCESS, "status %d", (int)record.status);
    } else {
        peer_meet(endpoint->peer);
        post_receive(endpoint, LENGTH);
        urma_cr_t record = device_wait(endpoint->receive_jfc);
        CHECK(record.status == URMA_CR_SUCCESS && record.completion_len == LENGTH, "status %d", (int)record.status);
    }

    peer_meet(endpoint->peer);
}

static void alone(const endpoint_t *endpoint)
{
    works(endpoint);
    lists_stop_at_the_first_bad_request(endpoint);
    ranges_outside_are_not_written(endpoint);
    local_ranges_outside_are_not_read(endpoint);
    full_queues_say_so(endpoint);
    rights_are_checked_when_memory_is_registered(endpoint);
    what_is_in_use_stays(endpoint);
}

int main(void)
{
    peer_t peer = peer_start();
    urma_context_t *context = device_open();
    endpoint_t endpoint = endpoint_create(&peer, context, (shape_t){.mode = URMA_TM_RM, .jetty = true});
    if (peer.initiator) {
        alone(&endpoint);
    }

    peer_meet(&peer);
    read_only_memory_is_not_written(&endpoint);
    a_wrong_token_opens_nothing(&endpoint);
    a_late_receive_is_waited_for(&endpoint);
    a_message_that_does_not_fit_fails_on_both_sides(&endpoint);
    if (peer.initiator) {
        puts("refusals: all as they should be");
    }

    endpoint_delete(&endpoint);
    device_close(context);
    return peer_finish(&peer);
}
