/* librdmacm's functions: ids and events. Of ids without an event channel, calls wait for what they cause. */
#include <stdlib.h>

#include "cm.h"

extern struct rdma_event_channel *roub_cm_create_event_channel(void);
extern void roub_cm_destroy_event_channel(struct rdma_event_channel *channel);
extern int roub_cm_get_cm_event(struct rdma_event_channel *channel, struct rdma_cm_event **event);
extern int roub_cm_ack_cm_event(struct rdma_cm_event *event);
extern int roub_cm_create_id(struct rdma_event_channel *channel, struct rdma_cm_id **id, void *context, enum rdma_port_space ps);
extern int roub_cm_destroy_id(struct rdma_cm_id *id);
extern int roub_cm_migrate_id(struct rdma_cm_id *id, struct rdma_event_channel *channel);

EXPORTED struct rdma_event_channel *rdma_create_event_channel(void)
{
    if (cm_is_forwarded()) {
        struct rdma_event_channel *(*original)(void) =
            (struct rdma_event_channel * (*)(void)) cm_original_function("rdma_create_event_channel");
        return original == NULL ? NULL : original();
    }

    if (!runtime_enter()) {
        errno = EIO;
        return NULL;
    }

    UNCANCELLED
    return roub_cm_create_event_channel();
}

EXPORTED void rdma_destroy_event_channel(struct rdma_event_channel *channel)
{
    if (cm_is_forwarded()) {
        void (*original)(struct rdma_event_channel *) =
            (void (*)(struct rdma_event_channel *))cm_original_function("rdma_destroy_event_channel");
        if (original != NULL) {
            original(channel);
        }
    } else if (runtime_enter()) {
        UNCANCELLED
        roub_cm_destroy_event_channel(channel);
    }
}

static int take_event(struct rdma_event_channel *channel, struct rdma_cm_event **event)
{
    UNCANCELLED
    return roub_cm_get_cm_event(channel, event);
}

/* An id that was asked of one without a channel waits by itself, too. */
static int part_from_listener(struct rdma_cm_event *event)
{
    bool is_request = event->event == RDMA_CM_EVENT_CONNECT_REQUEST;
    if (!is_request || !((struct front_id *)event->listen_id)->is_sync || rdma_migrate_id(event->id, NULL) == 0) {
        return 0;
    }

    int reason = errno;
    struct rdma_cm_id *made = event->id;
    rdma_ack_cm_event(event);
    rdma_destroy_id(made);
    errno = reason;
    return -1;
}

/* Another thread may take the event that ends a wait. */
static int next_event(struct rdma_event_channel *channel, struct rdma_cm_event **event)
{
    while (take_event(channel, event) != 0) {
        if (errno != EAGAIN || front_await(channel->fd) != 0) {
            return -1;
        }
    }

    return part_from_listener(*event);
}

EXPORTED int rdma_get_cm_event(struct rdma_event_channel *channel, struct rdma_cm_event **event)
{
    FORWARDED(get_cm_event, (struct rdma_event_channel *, struct rdma_cm_event **), (channel, event))
    if (!runtime_enter()) {
        errno = EIO;
        return -1;
    }

    return next_event(channel, event);
}

EXPORTED int rdma_ack_cm_event(struct rdma_cm_event *event)
{
    FORWARDED(ack_cm_event, (struct rdma_cm_event *), (event))
    ENTERED
    return roub_cm_ack_cm_event(event);
}

void cm_let_go(struct rdma_cm_id *id)
{
    if (id->event != NULL) {
        roub_cm_ack_cm_event(id->event);
        id->event = NULL;
    }
}

int cm_complete(struct rdma_cm_id *id)
{
    if (!((struct front_id *)id)->is_sync) {
        return 0;
    }

    cm_let_go(id);
    if (next_event(id->channel, &id->event) != 0) {
        return -1;
    }

    int status = id->event->status;
    if (status != 0) {
        errno = id->event->event == RDMA_CM_EVENT_REJECTED ? ECONNREFUSED : status < 0 ? -status : status;
        return -1;
    }

    return 0;
}

EXPORTED int rdma_create_id(struct rdma_event_channel *channel, struct rdma_cm_id **id, void *context, enum rdma_port_space ps)
{
    FORWARDED(create_id, (struct rdma_event_channel *, struct rdma_cm_id **, void *, enum rdma_port_space), (channel, id, context, ps))
    ENTERED
    struct rdma_event_channel *own = channel == NULL ? roub_cm_create_event_channel() : channel;
    if (own == NULL) {
        return -1;
    }

    if (roub_cm_create_id(own, id, context, ps) != 0) {
        int reason = errno;
        if (channel == NULL) {
            roub_cm_destroy_event_channel(own);
        }

        errno = reason;
        return -1;
    }

    ((struct front_id *)*id)->is_sync = channel == NULL;
    return 0;
}

EXPORTED int rdma_destroy_id(struct rdma_cm_id *id)
{
    FORWARDED(destroy_id, (struct rdma_cm_id *), (id))
    ENTERED
    struct rdma_event_channel *own = ((struct front_id *)id)->is_sync ? id->channel : NULL;
    struct ibv_qp_init_attr *attributes = ((struct front_id *)id)->request_attributes;
    cm_let_go(id);
    if (roub_cm_destroy_id(id) != 0) {
        return -1;
    }

    free(attributes);
    if (own != NULL) {
        roub_cm_destroy_event_channel(own);
    }

    return 0;
}

EXPORTED int rdma_migrate_id(struct rdma_cm_id *id, struct rdma_event_channel *channel)
{
    FORWARDED(migrate_id, (struct rdma_cm_id *, struct rdma_event_channel *), (id, channel))
    ENTERED
    struct front_id *face = (struct front_id *)id;
    struct rdma_event_channel *former = face->is_sync ? id->channel : NULL;
    struct rdma_event_channel *next = channel == NULL ? roub_cm_create_event_channel() : channel;
    if (next == NULL) {
        return -1;
    }

    cm_let_go(id);
    if (roub_cm_migrate_id(id, next) != 0) {
        return -1;
    }

    face->is_sync = channel == NULL;
    if (former != NULL) {
        roub_cm_destroy_event_channel(former);
    }

    return 0;
}
