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

/* Sockets over connections are made of more than what programs see of librdmacm, so the original's cannot run on our ids, as they would
 * where both are loaded. None can be made; their other functions, which are not here, have nothing to do then. */
EXPORTED int rsocket(int domain, int type, int protocol)
{
    int (*made)(int, int, int) = cm_is_forwarded() ? (int (*)(int, int, int))cm_original_function("rsocket") : NULL;
    if (made == NULL) {
        errno = ENOSYS;
        return -1;
    }

    return made(domain, type, protocol);
}
