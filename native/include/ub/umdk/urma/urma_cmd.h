/* The ioctl ABI between liburma and the kernel driver. No program calls it; it is here so that every published
 * layout is checked. */
#ifndef UB_UMDK_URMA_URMA_CMD_H
#define UB_UMDK_URMA_URMA_CMD_H

#include "cmd/command.h"
#include "cmd/segment.h"
#include "cmd/jfr.h"
#include "cmd/jfs.h"
#include "cmd/jfc.h"
#include "cmd/jetty.h"
#include "cmd/import.h"
#include "cmd/device.h"
#include "cmd/path.h"
#include "cmd/event.h"

#endif
