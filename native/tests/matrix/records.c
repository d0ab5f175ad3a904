#include "records.h"

#include <poll.h>
#include <string.h>

#include "check.h"
#include "device.h"

static bool readable(const urma_jfce_t *channel, int milliseconds)
{
    struct pollfd descriptor = {.fd = channel->fd, .events = POLLIN};
    return poll(&descriptor, 1, milliseconds) == 1;
}

static urma_cr_t take(urma_jfce_t *channel, urma_jfc_t *jfc, const cell_t *cell)
{
    if (cell->completion != COMPLETION_EVENT) {
        return device_wait(jfc);
    }

    CHECK(readable(channel, (int)(CHECK_LIMIT_NS / 1000000)), "%s: no event", cell_name(cell));
    urma_jfc_t *ready[1] = {NULL};
    CHECK(urma_wait_jfc(channel, 1, 0, ready) == 1 && ready[0] == jfc, "%s: urma_wait_jfc", cell_name(cell));
    uint32_t events[1] = {1};
    urma_ack_jfc(ready, events, 1);
    urma_cr_t record;
    CHECK(device_poll(jfc, &record), "%s: an event without a record", cell_name(cell));
    return record;
}

static bool same_id(const urma_jetty_id_t *one, const urma_jetty_id_t *other)
{
    return memcmp(&one->eid, &other->eid, sizeof(one->eid)) == 0 && one->uasid == other->uasid && one->id == other->id;
}

uint64_t record_immediate(uint64_t number, uint32_t index)
{
    return UINT64_C(0xfedcba9876543210) ^ (number << 8) ^ index;
}

uint64_t record_context(uint64_t number, uint32_t index)
{
    return UINT64_C(0x8000000000000000) | number << 8 | index;
}

void record_of_send(const endpoint_t *endpoint, const cell_t *cell, uint64_t context, uint32_t bytes)
{
    bool jetty = endpoint->shape.jetty;
    const urma_jetty_id_t *id = jetty ? &endpoint->jetty->jetty_id : &endpoint->jfs->jfs_id;
    uintptr_t object = jetty ? (uintptr_t)endpoint->jetty : (uintptr_t)endpoint->jfs;
    urma_cr_t record = take(endpoint->send_channel, endpoint->send_jfc, cell);
    const char *name = cell_name(cell);

    CHECK(record.status == URMA_CR_SUCCESS, "%s: status %d", name, (int)record.status);
    CHECK(record.user_ctx == context, "%s: user context %llx for %llx", name, (unsigned long long)record.user_ctx,
          (unsigned long long)context);
    CHECK(record.flag.value == (jetty ? 2 : 0), "%s: flags %x", name, record.flag.value);
    CHECK(record.completion_len == bytes, "%s: %u bytes", name, record.completion_len);
    CHECK(record.local_id == id->id, "%s: local id %u for %u", name, record.local_id, id->id);
    CHECK(record.user_data == object, "%s: user data", name);
}

void record_of_receive(const endpoint_t *endpoint, const cell_t *cell, uint64_t number, uint32_t index)
{
    bool jetty = endpoint->shape.jetty;
    const urma_jetty_id_t *id = jetty ? &endpoint->jetty->jetty_id : &endpoint->jfr->jfr_id;
    uintptr_t object = jetty ? (uintptr_t)endpoint->jetty : (uintptr_t)endpoint->jfr;
    urma_cr_opcode_t opcode = cell->opcode == URMA_OPC_WRITE_IMM ? URMA_CR_OPC_WRITE_WITH_IMM
                              : cell->opcode == URMA_OPC_SEND_IMM ? URMA_CR_OPC_SEND_WITH_IMM
                                                                  : URMA_CR_OPC_SEND;
    urma_cr_t record = take(endpoint->receive_channel, endpoint->receive_jfc, cell);
    const char *name = cell_name(cell);

    CHECK(record.status == URMA_CR_SUCCESS, "%s: status %d", name, (int)record.status);
    CHECK(record.user_ctx == record_context(number, index), "%s: user context %llx", name,
          (unsigned long long)record.user_ctx);
    CHECK(record.flag.value == (jetty ? 3 : 1), "%s: flags %x", name, record.flag.value);
    CHECK(record.opcode == opcode, "%s: opcode %d", name, (int)record.opcode);
    CHECK(record.completion_len == cell->bytes, "%s: %u bytes", name, record.completion_len);
    CHECK(record.local_id == id->id, "%s: local id %u for %u", name, record.local_id, id->id);
    CHECK(same_id(&record.remote_id, &endpoint->remote_sender), "%s: from %u instead of %u", name, record.remote_id.id,
          endpoint->remote_sender.id);
    CHECK(opcode == URMA_CR_OPC_SEND || record.imm_data == record_immediate(number, index), "%s: immediate %llx", name,
          (unsigned long long)record.imm_data);
    CHECK(record.user_data == object, "%s: user data", name);
}

void record_none(const endpoint_t *endpoint, const cell_t *cell)
{
    urma_cr_t record;
    CHECK(!device_poll(endpoint->send_jfc, &record), "%s: one record too many, of a send", cell_name(cell));
    CHECK(!device_poll(endpoint->receive_jfc, &record), "%s: one record too many, of a receive", cell_name(cell));
    CHECK(!readable(endpoint->send_channel, 0), "%s: one event too many, of a send", cell_name(cell));
    CHECK(!readable(endpoint->receive_channel, 0), "%s: one event too many, of a receive", cell_name(cell));
}
