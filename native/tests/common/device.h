/* What every program does with a device, whatever it then does with it. */
#ifndef TESTS_DEVICE_H
#define TESTS_DEVICE_H

#include <stddef.h>
#include <ub/umdk/urma/urma_api.h>

/* The secret of everything the tests export. */
#define DEVICE_TOKEN 0x5eC2e7U

/* Everything a peer may be given. */
#define DEVICE_ACCESS_ALL (URMA_ACCESS_READ | URMA_ACCESS_WRITE | URMA_ACCESS_ATOMIC)

/* Initialises the library and opens the first address of the device named by URMA_TEST_DEVICE, or of the first one. */
urma_context_t *device_open(void);
void device_close(urma_context_t *context);

/* Limits of the opened device. */
urma_device_cap_t device_capabilities(const urma_context_t *context);

/* A kind of transport path that the device offers for a transport mode. */
urma_tp_type_t device_path_type(const urma_context_t *context, urma_transport_mode_t mode);

/* Zeroed memory in whole pages. */
void *device_memory(size_t bytes);

/* Makes memory reachable with the token above. */
urma_target_seg_t *device_register(urma_context_t *context, void *memory, size_t bytes, uint32_t access);

/* Makes a peer's memory usable as the remote side of a request. */
urma_target_seg_t *device_import(urma_context_t *context, urma_seg_t *segment, uint32_t access);

/* Polls until there is a record; ends the program when none comes. */
urma_cr_t device_wait(urma_jfc_t *jfc);

/* Looks whether there is a record, without waiting. */
int device_poll(urma_jfc_t *jfc, urma_cr_t *record);

#endif
