#include "atomics.h"

static uint64_t scrambled(uint64_t number)
{
    number = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
    return number ^ (number >> 29);
}

static word_t narrowed(const cell_t *cell, word_t word)
{
    if (cell->bytes < 16) {
        word.high = 0;
    }

    if (cell->bytes == 4) {
        word.low &= UINT32_MAX;
    }

    return word;
}

word_t atomic_initial(const cell_t *cell, uint64_t number)
{
    return narrowed(cell, (word_t){.low = scrambled(number), .high = scrambled(~number)});
}

atomic_step_t atomic_step(const cell_t *cell, uint64_t number, uint32_t index, word_t found)
{
    atomic_step_t step = {.found = found, .left = found};
    step.operand = narrowed(cell, (word_t){.low = scrambled(number * 64 + index), .high = scrambled(index)});
    /* Every second comparison fails; with 16 bytes by a difference in the upper half. */
    bool equal = (number + index) % 2 == 0;
    step.compare = found;
    if (!equal) {
        *(cell->bytes == 16 ? &step.compare.high : &step.compare.low) ^= 1;
    }

    switch (cell->opcode) {
    case URMA_OPC_CAS:
        step.left = equal ? step.operand : found;
        break;
    case URMA_OPC_SWAP:
        step.left = step.operand;
        break;
    case URMA_OPC_FADD:
        step.left.low = found.low + step.operand.low;
        break;
    case URMA_OPC_FSUB:
        step.left.low = found.low - step.operand.low;
        break;
    case URMA_OPC_FAND:
        step.left.low = found.low & step.operand.low;
        break;
    case URMA_OPC_FOR:
        step.left.low = found.low | step.operand.low;
        break;
    default:
        step.left.low = found.low ^ step.operand.low;
        break;
    }

    step.left = narrowed(cell, step.left);
    return step;
}
