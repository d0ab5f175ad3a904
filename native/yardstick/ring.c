#include "spin.h"

#include <string.h>

static size_t slot_bytes(size_t payload)
{
    return (sizeof(uint64_t) + payload + UY_LINE - 1) / UY_LINE * UY_LINE;
}

size_t uy_ring_bytes(size_t payload, uint64_t slots)
{
    return slot_bytes(payload) * slots;
}

static void send_message(unsigned char *slot, const void *source, size_t payload, uint64_t sequence)
{
    memcpy(slot + sizeof(uint64_t), source, payload);
    atomic_store_explicit((uy_word *)(void *)slot, sequence, memory_order_release);
}

static bool receive_message(const unsigned char *slot, void *destination, size_t payload, uint64_t sequence,
                            uint64_t deadline)
{
    if (!uy_await((const uy_word *)(const void *)slot, sequence, deadline)) {
        return false;
    }
    memcpy(destination, slot + sizeof(uint64_t), payload);
    return true;
}

uint64_t uy_ring(void *outbound, const void *inbound, const void *source, void *destination, size_t payload,
                 uint64_t slots, uint64_t start, uint64_t rounds, int initiator, uint64_t limit_ns)
{
    size_t stride = slot_bytes(payload);
    uint64_t index = start % slots;
    uint64_t begin = uy_now_ns();
    uint64_t deadline = uy_deadline(begin, limit_ns);

    for (uint64_t round = 1; round <= rounds; round++) {
        uint64_t sequence = start + round;
        size_t offset = index * stride;
        if (initiator) {
            send_message((unsigned char *)outbound + offset, source, payload, sequence);
        }
        if (!receive_message((const unsigned char *)inbound + offset, destination, payload, sequence, deadline)) {
            return UY_EXPIRED;
        }
        if (!initiator) {
            send_message((unsigned char *)outbound + offset, source, payload, sequence);
        }
        if (++index == slots) {
            index = 0;
        }
    }

    return uy_now_ns() - begin;
}
