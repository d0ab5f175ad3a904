/* What atomic operations shall find and leave, computed by both sides for themselves. */
#ifndef TESTS_ATOMICS_H
#define TESTS_ATOMICS_H

#include "cell.h"

/* Up to 16 bytes, as memory holds them. */
typedef struct word {
    uint64_t low;
    uint64_t high;
} word_t;

/* Operands of one request. */
typedef struct atomic_step {
    word_t operand;
    word_t compare;
    word_t found;
    word_t left;
} atomic_step_t;

/* What stands at the target before the cell of this number. */
word_t atomic_initial(const cell_t *cell, uint64_t number);

/* The step of request `index`, which finds `found`. */
atomic_step_t atomic_step(const cell_t *cell, uint64_t number, uint32_t index, word_t found);

#endif
