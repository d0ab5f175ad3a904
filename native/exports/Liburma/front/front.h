/* What the parts of the C front share. */
#ifndef URMA_SOFT_FRONT_H
#define URMA_SOFT_FRONT_H

#include "runtime.h"
#include "urma_api.h"
#include "urma_provider.h"

/* One line for the log: to the program's function, otherwise to syslog. Managed code calls it, too. */
void front_log(int level, const char *message);

/* The tables that devices and contexts point to. */
extern struct urma_ops front_ops;
extern struct urma_provider_ops front_provider_ops;

#endif
