/* The software stand-in for libobmm.so.1: memory files instead of memory of other nodes. */
#ifndef OBMM_OBMM_H
#define OBMM_OBMM_H

#include <ub/obmm/libobmm.h>

#define OBMM_API __attribute__((visibility("default")))

#endif
