#include "cell.h"

#include <stdio.h>

/* UM is datagrams: they have no more than a packet. */
#define DATAGRAM 4096

uint32_t cell_requests(const cell_t *cell)
{
    return cell->completion == COMPLETION_LIST ? 8 : 1;
}

bool cell_is_atomic(const cell_t *cell)
{
    return cell->opcode >= URMA_OPC_CAS && cell->opcode <= URMA_OPC_FXOR;
}

bool cell_consumes_receive(const cell_t *cell)
{
    return cell->opcode == URMA_OPC_SEND || cell->opcode == URMA_OPC_SEND_IMM || cell->opcode == URMA_OPC_WRITE_IMM;
}

bool cell_exists(const cell_t *cell, shape_t shape)
{
    if (shape.mode == URMA_TM_UM && (cell->bytes > DATAGRAM ||
        (cell->opcode != URMA_OPC_SEND && cell->opcode != URMA_OPC_SEND_IMM && cell->opcode != URMA_OPC_NOP))) {
        return false;
    }

    if (cell->opcode == URMA_OPC_NOP) {
        return cell->bytes == 1 && cell->pieces == 1 && !cell->inlined && cell->completion != COMPLETION_SILENT;
    }

    if (cell_is_atomic(cell)) {
        bool width = cell->bytes == 4 || cell->bytes == 8 || (cell->bytes == 16 && cell->opcode == URMA_OPC_CAS);
        return width && cell->pieces == 1 && !cell->inlined;
    }

    if (cell->completion == COMPLETION_LIST && (cell->bytes > DATAGRAM || cell->pieces > 1)) {
        return false;
    }

    return cell->bytes >= cell->pieces && !(cell->inlined && cell->opcode == URMA_OPC_READ);
}

bool cell_offered(const cell_t *cell, const endpoint_t *endpoint)
{
    const urma_device_cap_t *device = &endpoint->device;
    switch (cell->opcode) {
    case URMA_OPC_CAS:
        return device->atomic_feat.bs.cas && cell->bytes <= device->max_cas_size;
    case URMA_OPC_SWAP:
        return device->atomic_feat.bs.swap && cell->bytes <= device->max_swap_size;
    case URMA_OPC_FADD:
        return device->atomic_feat.bs.fetch_and_add && cell->bytes <= device->max_fetch_and_add_size;
    case URMA_OPC_FSUB:
        return device->atomic_feat.bs.fetch_and_sub && cell->bytes <= device->max_fetch_and_sub_size;
    case URMA_OPC_FAND:
        return device->atomic_feat.bs.fetch_and_and && cell->bytes <= device->max_fetch_and_and_size;
    case URMA_OPC_FOR:
        return device->atomic_feat.bs.fetch_and_or && cell->bytes <= device->max_fetch_and_or_size;
    case URMA_OPC_FXOR:
        return device->atomic_feat.bs.fetch_and_xor && cell->bytes <= device->max_fetch_and_xor_size;
    default:
        return cell->bytes <= device->max_msg_size && cell->pieces <= device->max_jfs_sge &&
               (!cell->inlined || cell->bytes <= device->max_jfs_inline_len);
    }
}

const char *cell_opcode_name(urma_opcode_t opcode)
{
    switch (opcode) {
    case URMA_OPC_WRITE:
        return "WRITE";
    case URMA_OPC_WRITE_IMM:
        return "WRITE_IMM";
    case URMA_OPC_WRITE_NOTIFY:
        return "WRITE_NOTIFY";
    case URMA_OPC_READ:
        return "READ";
    case URMA_OPC_CAS:
        return "CAS";
    case URMA_OPC_SWAP:
        return "SWAP";
    case URMA_OPC_FADD:
        return "FADD";
    case URMA_OPC_FSUB:
        return "FSUB";
    case URMA_OPC_FAND:
        return "FAND";
    case URMA_OPC_FOR:
        return "FOR";
    case URMA_OPC_FXOR:
        return "FXOR";
    case URMA_OPC_SEND:
        return "SEND";
    case URMA_OPC_SEND_IMM:
        return "SEND_IMM";
    case URMA_OPC_NOP:
        return "NOP";
    default:
        return "another opcode";
    }
}

const char *cell_name(const cell_t *cell)
{
    static const char *const modes[COMPLETION_MODES] = {"polled", "event", "silent", "list"};
    static char name[128];
    snprintf(name, sizeof(name), "%s %u B, %u piece(s)%s, %s", cell_opcode_name(cell->opcode), cell->bytes, cell->pieces,
             cell->inlined ? " inline" : "", modes[cell->completion]);
    return name;
}
