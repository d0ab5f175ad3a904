/* Connections by librdmacm: what goes well, with both ends in one process. Says the same over a kernel's device. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rdma/rdma_verbs.h>

#include "meet.h"

static char memory[2][4096];

static void exchange(struct rdma_cm_id *from, struct rdma_cm_id *to)
{
    struct ibv_mr *source = rdma_reg_msgs(from, memory[0], sizeof(memory[0]));
    struct ibv_mr *target = rdma_reg_msgs(to, memory[1], sizeof(memory[1]));
    CHECK(source != NULL && target != NULL, "regions");
    struct ibv_wc wc;
    strcpy(memory[0], "over a connection");
    CHECK(rdma_post_recv(to, NULL, memory[1], 64, target) == 0 && rdma_post_send(from, NULL, memory[0], 64, source, 0) == 0, "post");
    CHECK(rdma_get_send_comp(from, &wc) == 1 && wc.status == IBV_WC_SUCCESS, "%s", ibv_wc_status_str(wc.status));
    CHECK(rdma_get_recv_comp(to, &wc) == 1 && wc.status == IBV_WC_SUCCESS, "%s", ibv_wc_status_str(wc.status));
    CHECK(strcmp(memory[1], "over a connection") == 0, "%s", memory[1]);
    CHECK(rdma_dereg_mr(source) == 0 && rdma_dereg_mr(target) == 0, "deregister");
}

static void from_address_to_end(void)
{
    struct rdma_event_channel *channels[2] = {meet_channel(), meet_channel()};
    struct rdma_cm_id *listener = meet_listen(channels[0], RDMA_PS_TCP, 0);
    listener->context = channels;
    struct rdma_cm_id *active = meet_resolved(channels[1], RDMA_PS_TCP, meet_port(listener));
    meet_queue(active, IBV_QPT_RC);
    struct rdma_conn_param asked = {.private_data = "question", .private_data_len = 9, .responder_resources = 3, .initiator_depth = 2, .retry_count = 5,
        .rnr_retry_count = 6};
    CHECK(rdma_connect(active, &asked) == 0, "connect");

    struct rdma_cm_event *event = meet_event(channels[0], RDMA_CM_EVENT_CONNECT_REQUEST, 0);
    struct rdma_cm_id *passive = event->id;
    CHECK(event->listen_id == listener && passive != listener && passive->context == channels && passive->channel == channels[0], "ids");
    CHECK(passive->verbs == active->verbs && rdma_get_dst_port(passive) == rdma_get_src_port(active), "device or port");
    struct rdma_conn_param *got = &event->param.conn;
    CHECK(got->private_data_len == 56 && strcmp(got->private_data, "question") == 0, "private data of %d", got->private_data_len);
    CHECK(got->responder_resources == 2 && got->initiator_depth == 3, "reads %d, %d", got->responder_resources, got->initiator_depth);
    CHECK(got->rnr_retry_count == 6 && got->retry_count == 5 && got->qp_num == active->qp->qp_num, "numbers");
    CHECK(rdma_ack_cm_event(event) == 0, "acknowledge");
    meet_queue(passive, IBV_QPT_RC);
    struct rdma_conn_param taken = {.private_data = "answer", .private_data_len = 7, .responder_resources = 2, .initiator_depth = 3, .rnr_retry_count = 7};
    CHECK(rdma_accept(passive, &taken) == 0, "accept");

    event = meet_event(channels[1], RDMA_CM_EVENT_ESTABLISHED, 0);
    CHECK(event->id == active && event->param.conn.private_data_len == 196 && strcmp(event->param.conn.private_data, "answer") == 0, "answer");
    CHECK(rdma_ack_cm_event(event) == 0, "acknowledge");
    CHECK(meet_expect(channels[0], RDMA_CM_EVENT_ESTABLISHED, 0) == passive, "id");
    exchange(active, passive);
    exchange(passive, active);

    CHECK(rdma_disconnect(active) == 0, "disconnect");
    CHECK(meet_expect(channels[0], RDMA_CM_EVENT_DISCONNECTED, 0) == passive, "id");
    meet_nothing(channels[1]);
    CHECK(rdma_disconnect(passive) == 0 && rdma_disconnect(passive) == 0, "disconnect");
    CHECK(meet_expect(channels[1], RDMA_CM_EVENT_DISCONNECTED, 0) == active, "id");
    CHECK(meet_expect(channels[0], RDMA_CM_EVENT_TIMEWAIT_EXIT, 0) == passive && meet_expect(channels[1], RDMA_CM_EVENT_TIMEWAIT_EXIT, 0) == active, "ids");
    rdma_destroy_qp(active);
    rdma_destroy_qp(passive);
    CHECK(rdma_destroy_id(active) == 0 && rdma_destroy_id(passive) == 0 && rdma_destroy_id(listener) == 0, "destroy");
    rdma_destroy_event_channel(channels[0]);
    rdma_destroy_event_channel(channels[1]);
}

/* A QP that the program connects by itself, and a wait for the descriptor that never blocks. */
static void without_queues(void)
{
    struct rdma_event_channel *channel = meet_channel();
    struct rdma_cm_event *none;
    CHECK(fcntl(channel->fd, F_SETFL, fcntl(channel->fd, F_GETFL) | O_NONBLOCK) == 0, "fcntl");
    CHECK(rdma_get_cm_event(channel, &none) == -1 && errno == EAGAIN, "no event");
    struct rdma_cm_id *listener = meet_listen(channel, RDMA_PS_TCP, 1);
    struct rdma_cm_id *active = meet_resolved(channel, RDMA_PS_TCP, meet_port(listener));
    struct rdma_conn_param param = {.qp_num = 0x123456, .rnr_retry_count = 7};
    CHECK(rdma_connect(active, &param) == 0, "connect");
    struct rdma_cm_event *event = meet_event(channel, RDMA_CM_EVENT_CONNECT_REQUEST, 0);
    struct rdma_cm_id *passive = event->id;
    CHECK(event->param.conn.qp_num == 0x123456, "number %x", event->param.conn.qp_num);
    rdma_ack_cm_event(event);
    param.qp_num = 0x654321;
    CHECK(rdma_accept(passive, &param) == 0, "accept");
    event = meet_event(channel, RDMA_CM_EVENT_CONNECT_RESPONSE, 0);
    CHECK(event->param.conn.qp_num == 0x654321, "number %x", event->param.conn.qp_num);
    rdma_ack_cm_event(event);
    struct ibv_qp_attr attributes = {.qp_state = IBV_QPS_RTR};
    int mask;
    CHECK(rdma_init_qp_attr(active, &attributes, &mask) == 0 && attributes.dest_qp_num == 0x654321 && (mask & IBV_QP_AV) != 0, "attributes");
    meet_nothing(channel);
    CHECK(rdma_establish(active) == 0, "establish");
    CHECK(meet_expect(channel, RDMA_CM_EVENT_ESTABLISHED, 0) == passive, "id");
    /* Who gives an id up disconnects it. */
    CHECK(rdma_destroy_id(active) == 0, "destroy");
    CHECK(meet_expect(channel, RDMA_CM_EVENT_DISCONNECTED, 0) == passive, "id");
    CHECK(rdma_destroy_id(passive) == 0 && rdma_destroy_id(listener) == 0, "destroy");
    rdma_destroy_event_channel(channel);
}

static void *serve(void *argument)
{
    struct rdma_cm_id *id;
    CHECK(rdma_get_request(argument, &id) == 0 && id->qp != NULL, "request");
    CHECK(rdma_accept(id, NULL) == 0, "accept");
    return id;
}

static void *leave(void *id)
{
    CHECK(rdma_disconnect(id) == 0, "disconnect");
    return NULL;
}

/* Without channels: every call waits for what it causes. */
static void waiting(void)
{
    struct rdma_addrinfo hints = {.ai_port_space = RDMA_PS_TCP, .ai_flags = RAI_PASSIVE};
    struct rdma_addrinfo *found;
    const struct ibv_qp_init_attr wanted = {.cap = {.max_send_wr = 4, .max_recv_wr = 4, .max_send_sge = 1, .max_recv_sge = 1}, .sq_sig_all = 1};
    struct ibv_qp_init_attr attributes = wanted;
    struct rdma_cm_id *listener;
    CHECK(rdma_getaddrinfo(NULL, "7471", &hints, &found) == 0, "look up");
    CHECK(rdma_create_ep(&listener, found, NULL, &attributes) == 0 && rdma_listen(listener, 0) == 0, "listen");
    rdma_freeaddrinfo(found);
    pthread_t server;
    CHECK(pthread_create(&server, NULL, serve, listener) == 0, "thread");

    struct rdma_cm_id *active;
    hints.ai_flags = 0;
    CHECK(rdma_getaddrinfo(meet_host(), "7471", &hints, &found) == 0, "look up");
    CHECK(rdma_create_ep(&active, found, NULL, &attributes) == 0, "endpoint");
    CHECK(rdma_connect(active, NULL) == 0 && active->event->event == RDMA_CM_EVENT_ESTABLISHED, "connect");
    void *passive;
    CHECK(pthread_join(server, &passive) == 0, "join");
    exchange(active, passive);
    /* Each waits for the other. */
    CHECK(pthread_create(&server, NULL, leave, passive) == 0, "thread");
    CHECK(rdma_disconnect(active) == 0 && active->event->event == RDMA_CM_EVENT_DISCONNECTED, "disconnect");
    CHECK(pthread_join(server, NULL) == 0, "join");
    rdma_destroy_ep(active);
    rdma_destroy_ep(passive);

    struct sockaddr_in *nobody = (struct sockaddr_in *)found->ai_dst_addr;
    nobody->sin_port = htons(7);
    /* It says which queues were made. */
    CHECK(attributes.send_cq != NULL && attributes.recv_cq != NULL, "queues");
    attributes = wanted;
    CHECK(rdma_create_ep(&active, found, NULL, &attributes) == 0, "endpoint");
    CHECK(rdma_connect(active, NULL) == -1 && errno == ECONNREFUSED, "connected to nobody");
    rdma_destroy_ep(active);
    rdma_destroy_ep(listener);
    rdma_freeaddrinfo(found);
}

static void datagrams(void)
{
    struct rdma_event_channel *channel = meet_channel();
    struct rdma_cm_id *listener = meet_listen(channel, RDMA_PS_UDP, 0);
    struct rdma_cm_id *active = meet_resolved(channel, RDMA_PS_UDP, meet_port(listener));
    meet_queue(active, IBV_QPT_UD);
    struct rdma_conn_param param = {.private_data = "who", .private_data_len = 4};
    CHECK(rdma_connect(active, &param) == 0, "connect");
    struct rdma_cm_event *event = meet_event(channel, RDMA_CM_EVENT_CONNECT_REQUEST, 0);
    struct rdma_cm_id *passive = event->id;
    CHECK(event->param.ud.private_data_len == 180 && strcmp(event->param.ud.private_data, "who") == 0, "private data");
    rdma_ack_cm_event(event);
    meet_queue(passive, IBV_QPT_UD);
    param.private_data = "me";
    param.private_data_len = 3;
    CHECK(rdma_accept(passive, &param) == 0, "accept");
    event = meet_event(channel, RDMA_CM_EVENT_ESTABLISHED, 0);
    struct rdma_ud_param *got = &event->param.ud;
    CHECK(event->id == active && got->qp_num == passive->qp->qp_num && got->qkey == RDMA_UDP_QKEY && strcmp(got->private_data, "me") == 0, "answer");
    struct ibv_ah *ah = ibv_create_ah(active->pd, &got->ah_attr);
    CHECK(ah != NULL, "address handle");

    struct ibv_mr *source = rdma_reg_msgs(active, memory[0], sizeof(memory[0]));
    struct ibv_mr *target = rdma_reg_msgs(passive, memory[1], sizeof(memory[1]));
    struct ibv_wc wc;
    strcpy(memory[0], "a datagram");
    CHECK(rdma_post_recv(passive, NULL, memory[1], 128, target) == 0, "receive");
    CHECK(rdma_post_ud_send(active, NULL, memory[0], 16, source, 0, ah, got->qp_num) == 0, "send");
    CHECK(rdma_get_recv_comp(passive, &wc) == 1 && wc.status == IBV_WC_SUCCESS && strcmp(memory[1] + 40, "a datagram") == 0, "message");
    rdma_ack_cm_event(event);
    rdma_dereg_mr(source);
    rdma_dereg_mr(target);
    ibv_destroy_ah(ah);
    meet_nothing(channel);
    rdma_destroy_qp(active);
    rdma_destroy_qp(passive);
    CHECK(rdma_destroy_id(active) == 0 && rdma_destroy_id(passive) == 0 && rdma_destroy_id(listener) == 0, "destroy");
    rdma_destroy_event_channel(channel);
}

static void devices(void)
{
    int count;
    struct ibv_context **list = rdma_get_devices(&count);
    CHECK(list != NULL && count >= 1 && list[count] == NULL && ibv_get_device_name(list[0]->device)[0] != '\0', "devices");
    rdma_free_devices(list);
}

int main(void)
{
    devices();
    from_address_to_end();
    without_queues();
    waiting();
    datagrams();
    puts("every connection was made and ended");
    return 0;
}
