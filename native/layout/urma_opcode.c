#include "ub/umdk/urma/urma_opcode.h"

#include "layout.h"

void layout_opcode(void)
{
    ENUMERATION(urma_place_order_t);
    VALUE(urma_place_order_t, URMA_NO_ORDER);
    VALUE(urma_place_order_t, URMA_RELAX_ORDER);
    VALUE(urma_place_order_t, URMA_STRONG_ORDER);

    ENUMERATION(urma_opcode_t);
    VALUE(urma_opcode_t, URMA_OPC_WRITE);
    VALUE(urma_opcode_t, URMA_OPC_WRITE_IMM);
    VALUE(urma_opcode_t, URMA_OPC_WRITE_NOTIFY);
    VALUE(urma_opcode_t, URMA_OPC_READ);
    VALUE(urma_opcode_t, URMA_OPC_CAS);
    VALUE(urma_opcode_t, URMA_OPC_SWAP);
    VALUE(urma_opcode_t, URMA_OPC_FADD);
    VALUE(urma_opcode_t, URMA_OPC_FSUB);
    VALUE(urma_opcode_t, URMA_OPC_FAND);
    VALUE(urma_opcode_t, URMA_OPC_FOR);
    VALUE(urma_opcode_t, URMA_OPC_FXOR);
    VALUE(urma_opcode_t, URMA_OPC_SEND);
    VALUE(urma_opcode_t, URMA_OPC_SEND_IMM);
    VALUE(urma_opcode_t, URMA_OPC_SEND_INVALIDATE);
    VALUE(urma_opcode_t, URMA_OPC_NOP);
    VALUE(urma_opcode_t, URMA_OPC_WRITE_ATOMIC);
    VALUE(urma_opcode_t, URMA_OPC_FLUSH_DMA);
    VALUE(urma_opcode_t, URMA_OPC_LAST);

    ENUMERATION(urma_cr_status_t);
    VALUE(urma_cr_status_t, URMA_CR_SUCCESS);
    VALUE(urma_cr_status_t, URMA_CR_UNSUPPORTED_OPCODE_ERR);
    VALUE(urma_cr_status_t, URMA_CR_LOC_LEN_ERR);
    VALUE(urma_cr_status_t, URMA_CR_LOC_OPERATION_ERR);
    VALUE(urma_cr_status_t, URMA_CR_LOC_ACCESS_ERR);
    VALUE(urma_cr_status_t, URMA_CR_REM_RESP_LEN_ERR);
    VALUE(urma_cr_status_t, URMA_CR_REM_UNSUPPORTED_REQ_ERR);
    VALUE(urma_cr_status_t, URMA_CR_REM_OPERATION_ERR);
    VALUE(urma_cr_status_t, URMA_CR_REM_ACCESS_ABORT_ERR);
    VALUE(urma_cr_status_t, URMA_CR_ACK_TIMEOUT_ERR);
    VALUE(urma_cr_status_t, URMA_CR_RNR_RETRY_CNT_EXC_ERR);
    VALUE(urma_cr_status_t, URMA_CR_WR_FLUSH_ERR);
    VALUE(urma_cr_status_t, URMA_CR_WR_SUSPEND_DONE);
    VALUE(urma_cr_status_t, URMA_CR_WR_FLUSH_ERR_DONE);
    VALUE(urma_cr_status_t, URMA_CR_WR_UNHANDLED);
    VALUE(urma_cr_status_t, URMA_CR_LOC_DATA_POISON);
    VALUE(urma_cr_status_t, URMA_CR_REM_DATA_POISON);

    ENUMERATION(urma_cr_opcode_t);
    VALUE(urma_cr_opcode_t, URMA_CR_OPC_SEND);
    VALUE(urma_cr_opcode_t, URMA_CR_OPC_SEND_WITH_IMM);
    VALUE(urma_cr_opcode_t, URMA_CR_OPC_SEND_WITH_INV);
    VALUE(urma_cr_opcode_t, URMA_CR_OPC_WRITE_WITH_IMM);
    VALUE(urma_cr_opcode_t, URMA_CR_OPC_FLUSH_WRITE);

    ENUMERATION(urma_async_event_type_t);
    VALUE(urma_async_event_type_t, URMA_EVENT_JFC_ERR);
    VALUE(urma_async_event_type_t, URMA_EVENT_JFS_ERR);
    VALUE(urma_async_event_type_t, URMA_EVENT_JFR_ERR);
    VALUE(urma_async_event_type_t, URMA_EVENT_JFR_LIMIT);
    VALUE(urma_async_event_type_t, URMA_EVENT_JETTY_ERR);
    VALUE(urma_async_event_type_t, URMA_EVENT_JETTY_LIMIT);
    VALUE(urma_async_event_type_t, URMA_EVENT_JETTY_GRP_ERR);
    VALUE(urma_async_event_type_t, URMA_EVENT_PORT_ACTIVE);
    VALUE(urma_async_event_type_t, URMA_EVENT_PORT_DOWN);
    VALUE(urma_async_event_type_t, URMA_EVENT_DEV_FATAL);
    VALUE(urma_async_event_type_t, URMA_EVENT_EID_CHANGE);
    VALUE(urma_async_event_type_t, URMA_EVENT_ELR_ERR);
    VALUE(urma_async_event_type_t, URMA_EVENT_ELR_DONE);

    ENUMERATION(urma_jfc_state_t);
    VALUE(urma_jfc_state_t, URMA_JFC_STATE_INVALID);
    VALUE(urma_jfc_state_t, URMA_JFC_STATE_VALID);
    VALUE(urma_jfc_state_t, URMA_JFC_STATE_ERROR);

    ENUMERATION(urma_jetty_state_t);
    VALUE(urma_jetty_state_t, URMA_JETTY_STATE_RESET);
    VALUE(urma_jetty_state_t, URMA_JETTY_STATE_READY);
    VALUE(urma_jetty_state_t, URMA_JETTY_STATE_SUSPENDED);
    VALUE(urma_jetty_state_t, URMA_JETTY_STATE_ERROR);

    ENUMERATION(urma_jfr_state_t);
    VALUE(urma_jfr_state_t, URMA_JFR_STATE_RESET);
    VALUE(urma_jfr_state_t, URMA_JFR_STATE_READY);
    VALUE(urma_jfr_state_t, URMA_JFR_STATE_ERROR);
}
