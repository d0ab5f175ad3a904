/* The original librdmacm, for programs that want connections over their RDMA cards. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "cm.h"

static pthread_once_t opened = PTHREAD_ONCE_INIT;
static bool forwarded;
static void *original;

static void open_original(void)
{
    const char *whose = getenv("URMA_ROUB_CM");
    forwarded = whose != NULL && strcmp(whose, "original") == 0;
    if (forwarded) {
        original = original_open("librdmacm.so.1", getenv("URMA_ROUB_LIBRDMACM"));
    }
}

bool cm_is_forwarded(void)
{
    pthread_once(&opened, open_original);
    return forwarded;
}

void *cm_original_function(const char *name)
{
    void *function = original == NULL ? NULL : dlsym(original, name);
    if (function == NULL) {
        errno = ENOSYS;
    }

    return function;
}
