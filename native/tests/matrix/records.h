/* Takes completion records and looks at every field of them. */
#ifndef TESTS_RECORDS_H
#define TESTS_RECORDS_H

#include "cell.h"

/* What requests carry as immediate and notify data, and as user context. */
uint64_t record_immediate(uint64_t number, uint32_t index);
uint64_t record_context(uint64_t number, uint32_t index);

/* Takes one record of what this side sent. `bytes`: what completion_len shall say. */
void record_of_send(const endpoint_t *endpoint, const cell_t *cell, uint64_t context, uint32_t bytes);

/* Takes one record of what this side received. */
void record_of_receive(const endpoint_t *endpoint, const cell_t *cell, uint64_t number, uint32_t index);

/* Neither queue has a record, neither channel an event. */
void record_none(const endpoint_t *endpoint, const cell_t *cell);

#endif
