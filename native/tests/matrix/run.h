/* Runs one cell between the two sides. */
#ifndef TESTS_RUN_H
#define TESTS_RUN_H

#include "cell.h"

/* Both sides call it with the same cell and number. */
void run_cell(const endpoint_t *endpoint, const cell_t *cell, uint64_t number);

#endif
