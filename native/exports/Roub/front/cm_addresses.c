/* librdmacm's functions: names to addresses, by the system's own resolver, and what an id says of its ports. */
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "cm.h"

static int copy_address(struct sockaddr **target, socklen_t *length, const struct sockaddr *source, socklen_t given)
{
    *target = malloc(given);
    if (*target == NULL) {
        return EAI_MEMORY;
    }

    memcpy(*target, source, given);
    *length = given;
    return 0;
}

static int copy_found(struct rdma_addrinfo *made, const struct addrinfo *found)
{
    bool is_passive = (made->ai_flags & RAI_PASSIVE) != 0;
    made->ai_family = found->ai_family;
    char **name = is_passive ? &made->ai_src_canonname : &made->ai_dst_canonname;
    if (found->ai_canonname != NULL && (*name = strdup(found->ai_canonname)) == NULL) {
        return EAI_MEMORY;
    }

    return is_passive ? copy_address(&made->ai_src_addr, &made->ai_src_len, found->ai_addr, found->ai_addrlen)
                      : copy_address(&made->ai_dst_addr, &made->ai_dst_len, found->ai_addr, found->ai_addrlen);
}

static int look_up(struct rdma_addrinfo *made, const char *node, const char *service)
{
    struct addrinfo wanted = {
        .ai_flags = ((made->ai_flags & RAI_PASSIVE) != 0 ? AI_PASSIVE : 0) | ((made->ai_flags & RAI_NUMERICHOST) != 0 ? AI_NUMERICHOST : 0),
        .ai_family = made->ai_family,
        .ai_socktype = made->ai_port_space == RDMA_PS_UDP ? SOCK_DGRAM : SOCK_STREAM,
    };
    struct addrinfo *found;
    int status = getaddrinfo(node, service, &wanted, &found);
    if (status != 0) {
        return status;
    }

    status = copy_found(made, found);
    freeaddrinfo(found);
    return status;
}

static void take_hints(struct rdma_addrinfo *made, const struct rdma_addrinfo *hints)
{
    made->ai_qp_type = IBV_QPT_RC;
    made->ai_port_space = RDMA_PS_TCP;
    if (hints == NULL) {
        return;
    }

    bool is_datagram = hints->ai_port_space == RDMA_PS_UDP || hints->ai_qp_type == IBV_QPT_UD;
    made->ai_flags = hints->ai_flags;
    made->ai_family = (hints->ai_flags & RAI_FAMILY) != 0 || hints->ai_family != 0 ? hints->ai_family : AF_UNSPEC;
    made->ai_port_space = hints->ai_port_space != 0 ? hints->ai_port_space : is_datagram ? RDMA_PS_UDP : RDMA_PS_TCP;
    made->ai_qp_type = hints->ai_qp_type != 0 ? hints->ai_qp_type : is_datagram ? IBV_QPT_UD : IBV_QPT_RC;
}

EXPORTED void rdma_freeaddrinfo(struct rdma_addrinfo *res)
{
    if (cm_is_forwarded()) {
        void (*original)(struct rdma_addrinfo *) = (void (*)(struct rdma_addrinfo *))cm_original_function("rdma_freeaddrinfo");
        if (original != NULL) {
            original(res);
        }

        return;
    }

    while (res != NULL) {
        struct rdma_addrinfo *next = res->ai_next;
        free(res->ai_src_addr);
        free(res->ai_dst_addr);
        free(res->ai_src_canonname);
        free(res->ai_dst_canonname);
        free(res->ai_route);
        free(res->ai_connect);
        free(res);
        res = next;
    }
}

EXPORTED int rdma_getaddrinfo(const char *node, const char *service, const struct rdma_addrinfo *hints, struct rdma_addrinfo **res)
{
    FORWARDED(getaddrinfo, (const char *, const char *, const struct rdma_addrinfo *, struct rdma_addrinfo **), (node, service, hints, res))
    bool has_addresses = hints != NULL && (hints->ai_src_len != 0 || hints->ai_dst_len != 0);
    if (node == NULL && service == NULL && !has_addresses) {
        errno = EINVAL;
        return -1;
    }

    struct rdma_addrinfo *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        errno = ENOMEM;
        return -1;
    }

    take_hints(made, hints);
    int status = node != NULL || service != NULL ? look_up(made, node, service) : 0;
    if (status == 0 && hints != NULL && hints->ai_src_len != 0 && made->ai_src_addr == NULL) {
        status = copy_address(&made->ai_src_addr, &made->ai_src_len, hints->ai_src_addr, hints->ai_src_len);
    }

    if (status == 0 && hints != NULL && hints->ai_dst_len != 0 && made->ai_dst_addr == NULL) {
        status = copy_address(&made->ai_dst_addr, &made->ai_dst_len, hints->ai_dst_addr, hints->ai_dst_len);
    }

    if (status != 0) {
        rdma_freeaddrinfo(made);
        return status;
    }

    *res = made;
    return 0;
}

static __be16 port_of(const struct sockaddr *address)
{
    switch (address->sa_family) {
    case AF_INET:
        return ((const struct sockaddr_in *)address)->sin_port;
    case AF_INET6:
        return ((const struct sockaddr_in6 *)address)->sin6_port;
    default:
        return 0;
    }
}

EXPORTED __be16 rdma_get_src_port(struct rdma_cm_id *id)
{
    return port_of(&id->route.addr.src_addr);
}

EXPORTED __be16 rdma_get_dst_port(struct rdma_cm_id *id)
{
    return port_of(&id->route.addr.dst_addr);
}

EXPORTED const char *rdma_event_str(enum rdma_cm_event_type event)
{
    static const char *const names[] = {
        "RDMA_CM_EVENT_ADDR_RESOLVED", "RDMA_CM_EVENT_ADDR_ERROR", "RDMA_CM_EVENT_ROUTE_RESOLVED", "RDMA_CM_EVENT_ROUTE_ERROR",
        "RDMA_CM_EVENT_CONNECT_REQUEST", "RDMA_CM_EVENT_CONNECT_RESPONSE", "RDMA_CM_EVENT_CONNECT_ERROR", "RDMA_CM_EVENT_UNREACHABLE",
        "RDMA_CM_EVENT_REJECTED", "RDMA_CM_EVENT_ESTABLISHED", "RDMA_CM_EVENT_DISCONNECTED", "RDMA_CM_EVENT_DEVICE_REMOVAL",
        "RDMA_CM_EVENT_MULTICAST_JOIN", "RDMA_CM_EVENT_MULTICAST_ERROR", "RDMA_CM_EVENT_ADDR_CHANGE", "RDMA_CM_EVENT_TIMEWAIT_EXIT",
    };
    return event < sizeof(names) / sizeof(names[0]) ? names[event] : "UNKNOWN EVENT";
}

extern int roub_cm_devices(struct ibv_context **contexts, int room);

enum { MOST_DEVICES = 64 };

EXPORTED struct ibv_context **rdma_get_devices(int *num_devices)
{
    if (cm_is_forwarded()) {
        struct ibv_context **(*original)(int *) = (struct ibv_context * *(*)(int *)) cm_original_function("rdma_get_devices");
        return original == NULL ? NULL : original(num_devices);
    }

    if (!runtime_enter()) {
        errno = EIO;
        return NULL;
    }

    struct ibv_context **list = calloc(MOST_DEVICES + 1, sizeof(*list));
    int count = list == NULL ? -1 : roub_cm_devices(list, MOST_DEVICES);
    if (count < 0) {
        free(list);
        return NULL;
    }

    if (num_devices != NULL) {
        *num_devices = count;
    }

    return list;
}

EXPORTED void rdma_free_devices(struct ibv_context **list)
{
    if (!cm_is_forwarded()) {
        free(list);
        return;
    }

    void (*original)(struct ibv_context **) = (void (*)(struct ibv_context **))cm_original_function("rdma_free_devices");
    if (original != NULL) {
        original(list);
    }
}
