/* Text and numbers as EIDs: outside of the 128 functions, but the header declares them and tools call them. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "front.h"

/* Nothing that short is an address. */
#define SHORTEST 3

EXPORTED void urma_u32_to_eid(uint32_t ipv4, urma_eid_t *eid)
{
    if (eid != NULL) {
        eid->in4.reserved = 0;
        eid->in4.prefix = htonl(URMA_IPV4_MAP_IPV6_PREFIX);
        eid->in4.addr = htonl(ipv4);
    }
}

EXPORTED int urma_str_to_eid(const char *buf, urma_eid_t *eid)
{
    if (buf == NULL || eid == NULL || strlen(buf) < SHORTEST) {
        return -EINVAL;
    }

    struct in_addr dotted;
    if (inet_pton(AF_INET6, buf, eid->raw) == 1) {
        return 0;
    }

    if (inet_pton(AF_INET, buf, &dotted) == 1) {
        urma_u32_to_eid(ntohl(dotted.s_addr), eid);
        return 0;
    }

    /* A number: with 0x or without, hexadecimal where decimal digits do not do. */
    char *end = NULL;
    errno = 0;
    unsigned long long number = strtoull(buf, &end, 0);
    if (*end != '\0') {
        errno = 0;
        number = strtoull(buf, &end, 16);
    }

    if (*end != '\0' || errno != 0 || number > UINT32_MAX || buf[0] == '-') {
        return -EINVAL;
    }

    urma_u32_to_eid((uint32_t)number, eid);
    return 0;
}
