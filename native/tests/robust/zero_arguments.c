/* Every function with nothing in its arguments: it must answer that something is wrong and leave the program alive, before
 * urma_init as well as after it. (The original library survives less: before urma_init some of its calls never return.) */
#include <stdio.h>
#include <string.h>
#include <ub/umdk/urma/urma_api.h>

#include "check.h"

#define FAILS_WITH_STATUS(call) CHECK((call) != URMA_SUCCESS, "success for nothing")
#define FAILS_WITH_NULL(call) CHECK((call) == NULL, "an object for nothing")
#define FAILS_WITH_NUMBER(call) CHECK((call) != 0, "success for nothing")
#define RETURNS(call) call

static const urma_eid_t no_eid;
static const urma_token_id_flag_t no_token_id_flag;
static const urma_import_seg_flag_t no_import_seg_flag;
static const urma_jfs_wr_flag_t no_jfs_wr_flag;
static const urma_tp_attr_mask_t no_tp_attr_mask;

static void call_everything(void)
{
    FAILS_WITH_NULL(urma_get_device_list(NULL));
    RETURNS(urma_free_device_list(NULL));
    FAILS_WITH_NULL(urma_get_eid_list(NULL, NULL));
    RETURNS(urma_free_eid_list(NULL));
    FAILS_WITH_NULL(urma_get_device_by_name(NULL));
    FAILS_WITH_NULL(urma_get_device_by_eid(no_eid, URMA_TRANSPORT_UB));
    FAILS_WITH_STATUS(urma_query_device(NULL, NULL));
    FAILS_WITH_NULL(urma_create_context(NULL, 0));
    FAILS_WITH_STATUS(urma_delete_context(NULL));
    FAILS_WITH_STATUS(urma_set_context_opt(NULL, URMA_OPT_AGGR_MODE, NULL, 0));
    FAILS_WITH_NULL(urma_create_jfc(NULL, NULL));
    FAILS_WITH_STATUS(urma_modify_jfc(NULL, NULL));
    FAILS_WITH_STATUS(urma_delete_jfc(NULL));
    FAILS_WITH_STATUS(urma_alloc_jfc(NULL, NULL, NULL));
    FAILS_WITH_STATUS(urma_set_jfc_opt(NULL, 0, NULL, 0));
    FAILS_WITH_STATUS(urma_active_jfc(NULL));
    FAILS_WITH_STATUS(urma_get_jfc_opt(NULL, 0, NULL, 0));
    FAILS_WITH_STATUS(urma_deactive_jfc(NULL));
    FAILS_WITH_STATUS(urma_free_jfc(NULL));
    FAILS_WITH_STATUS(urma_delete_jfc_batch(NULL, 0, NULL));
    FAILS_WITH_NULL(urma_create_jfs(NULL, NULL));
    FAILS_WITH_STATUS(urma_modify_jfs(NULL, NULL));
    FAILS_WITH_STATUS(urma_query_jfs(NULL, NULL, NULL));
    FAILS_WITH_STATUS(urma_delete_jfs(NULL));
    FAILS_WITH_STATUS(urma_delete_jfs_batch(NULL, 0, NULL));
    FAILS_WITH_NUMBER(urma_flush_jfs(NULL, 0, NULL));
    FAILS_WITH_STATUS(urma_alloc_jfs(NULL, NULL, NULL));
    FAILS_WITH_STATUS(urma_set_jfs_opt(NULL, 0, NULL, 0));
    FAILS_WITH_STATUS(urma_active_jfs(NULL));
    FAILS_WITH_STATUS(urma_get_jfs_opt(NULL, 0, NULL, 0));
    FAILS_WITH_STATUS(urma_deactive_jfs(NULL));
    FAILS_WITH_STATUS(urma_free_jfs(NULL));
    FAILS_WITH_NULL(urma_create_jfr(NULL, NULL));
    FAILS_WITH_STATUS(urma_modify_jfr(NULL, NULL));
    FAILS_WITH_STATUS(urma_query_jfr(NULL, NULL, NULL));
    FAILS_WITH_STATUS(urma_delete_jfr(NULL));
    FAILS_WITH_STATUS(urma_delete_jfr_batch(NULL, 0, NULL));
    FAILS_WITH_NULL(urma_import_jfr(NULL, NULL, NULL));
    FAILS_WITH_NULL(urma_import_jfr_ex(NULL, NULL, NULL, NULL));
    FAILS_WITH_STATUS(urma_unimport_jfr(NULL));
    FAILS_WITH_STATUS(urma_advise_jfr(NULL, NULL));
    FAILS_WITH_STATUS(urma_advise_jfr_async(NULL, NULL, NULL, NULL));
    FAILS_WITH_STATUS(urma_unadvise_jfr(NULL, NULL));
    FAILS_WITH_STATUS(urma_alloc_jfr(NULL, NULL, NULL));
    FAILS_WITH_STATUS(urma_set_jfr_opt(NULL, 0, NULL, 0));
    FAILS_WITH_STATUS(urma_active_jfr(NULL));
    FAILS_WITH_STATUS(urma_get_jfr_opt(NULL, 0, NULL, 0));
    FAILS_WITH_STATUS(urma_deactive_jfr(NULL));
    FAILS_WITH_STATUS(urma_free_jfr(NULL));
    FAILS_WITH_NULL(urma_create_jetty(NULL, NULL));
    FAILS_WITH_STATUS(urma_modify_jetty(NULL, NULL));
    FAILS_WITH_STATUS(urma_query_jetty(NULL, NULL, NULL));
    FAILS_WITH_STATUS(urma_delete_jetty(NULL));
    FAILS_WITH_STATUS(urma_delete_jetty_batch(NULL, 0, NULL));
    FAILS_WITH_NULL(urma_import_jetty(NULL, NULL, NULL));
    FAILS_WITH_NULL(urma_import_jetty_ex(NULL, NULL, NULL, NULL));
    FAILS_WITH_STATUS(urma_unimport_jetty(NULL));
    FAILS_WITH_STATUS(urma_advise_jetty(NULL, NULL));
    FAILS_WITH_STATUS(urma_unadvise_jetty(NULL, NULL));
    FAILS_WITH_STATUS(urma_bind_jetty(NULL, NULL));
    FAILS_WITH_STATUS(urma_bind_jetty_ex(NULL, NULL, NULL));
    FAILS_WITH_STATUS(urma_unbind_jetty(NULL));
    FAILS_WITH_NUMBER(urma_flush_jetty(NULL, 0, NULL));
    FAILS_WITH_STATUS(urma_get_rjetty(NULL, NULL, NULL));
    RETURNS(urma_put_rjetty(NULL));
    FAILS_WITH_NULL(urma_import_jetty_async(NULL, NULL, NULL, 0, 0));
    FAILS_WITH_STATUS(urma_unimport_jetty_async(NULL));
    FAILS_WITH_STATUS(urma_bind_jetty_async(NULL, NULL, NULL, 0, 0));
    FAILS_WITH_STATUS(urma_unbind_jetty_async(NULL));
    FAILS_WITH_NULL(urma_create_notifier(NULL));
    FAILS_WITH_STATUS(urma_delete_notifier(NULL));
    FAILS_WITH_STATUS(urma_alloc_jetty(NULL, NULL, NULL));
    FAILS_WITH_STATUS(urma_set_jetty_opt(NULL, 0, NULL, 0));
    FAILS_WITH_STATUS(urma_active_jetty(NULL));
    FAILS_WITH_STATUS(urma_get_jetty_opt(NULL, 0, NULL, 0));
    FAILS_WITH_STATUS(urma_deactive_jetty(NULL));
    FAILS_WITH_STATUS(urma_free_jetty(NULL));
    FAILS_WITH_NUMBER(urma_wait_notify(NULL, 0, NULL, 0));
    FAILS_WITH_NULL(urma_create_jetty_grp(NULL, NULL));
    FAILS_WITH_STATUS(urma_delete_jetty_grp(NULL));
    FAILS_WITH_NULL(urma_create_jfce(NULL));
    FAILS_WITH_STATUS(urma_delete_jfce(NULL));
    FAILS_WITH_STATUS(urma_get_async_event(NULL, NULL));
    RETURNS(urma_ack_async_event(NULL));
    FAILS_WITH_NULL(urma_alloc_token_id(NULL));
    FAILS_WITH_NULL(urma_alloc_token_id_ex(NULL, no_token_id_flag));
    FAILS_WITH_STATUS(urma_free_token_id(NULL));
    FAILS_WITH_NULL(urma_register_seg(NULL, NULL));
    FAILS_WITH_STATUS(urma_unregister_seg(NULL));
    FAILS_WITH_NULL(urma_import_seg(NULL, NULL, NULL, 0, no_import_seg_flag));
    FAILS_WITH_STATUS(urma_unimport_seg(NULL));
    FAILS_WITH_STATUS(urma_get_seg_ctx(NULL, NULL, NULL));
    RETURNS(urma_put_seg_ctx(NULL));
    FAILS_WITH_STATUS(urma_post_jfs_wr(NULL, NULL, NULL));
    FAILS_WITH_STATUS(urma_post_jfr_wr(NULL, NULL, NULL));
    FAILS_WITH_STATUS(urma_post_jetty_send_wr(NULL, NULL, NULL));
    FAILS_WITH_STATUS(urma_post_jetty_recv_wr(NULL, NULL, NULL));
    FAILS_WITH_STATUS(urma_write(NULL, NULL, NULL, NULL, 0, 0, 0, no_jfs_wr_flag, 0));
    FAILS_WITH_STATUS(urma_read(NULL, NULL, NULL, NULL, 0, 0, 0, no_jfs_wr_flag, 0));
    FAILS_WITH_STATUS(urma_send(NULL, NULL, NULL, 0, 0, no_jfs_wr_flag, 0));
    FAILS_WITH_STATUS(urma_recv(NULL, NULL, 0, 0, 0));
    FAILS_WITH_NUMBER(urma_poll_jfc(NULL, 0, NULL));
    FAILS_WITH_STATUS(urma_rearm_jfc(NULL, false));
    FAILS_WITH_NUMBER(urma_wait_jfc(NULL, 0, 0, NULL));
    RETURNS(urma_ack_jfc(NULL, NULL, 0));
    FAILS_WITH_STATUS(urma_get_uasid(NULL));
    FAILS_WITH_STATUS(urma_user_ctl(NULL, NULL, NULL));
    FAILS_WITH_NUMBER(urma_get_tpn(NULL));
    FAILS_WITH_NULL(urma_get_net_addr_list(NULL, NULL));
    RETURNS(urma_free_net_addr_list(NULL));
    FAILS_WITH_NUMBER(urma_modify_tp(NULL, 0, NULL, NULL, no_tp_attr_mask));
    FAILS_WITH_STATUS(urma_get_tp_list(NULL, NULL, NULL, NULL));
    FAILS_WITH_STATUS(urma_set_tp_attr(NULL, 0, 0, 0, NULL));
    FAILS_WITH_STATUS(urma_get_tp_attr(NULL, 0, NULL, NULL, NULL));
    FAILS_WITH_STATUS(urma_get_eid_by_ip(NULL, NULL, NULL));
    FAILS_WITH_STATUS(urma_get_ip_by_eid(NULL, NULL, NULL));
    FAILS_WITH_STATUS(urma_get_smac(NULL, NULL));
    FAILS_WITH_STATUS(urma_get_dmac(NULL, NULL, NULL));
}

/* What may rightly succeed without an argument. */
static void call_the_rest(void)
{
    FAILS_WITH_STATUS(urma_register_log_func(NULL));
    FAILS_WITH_STATUS(urma_register_loc_log_func(NULL));
    CHECK(urma_unregister_log_func() == URMA_SUCCESS, "urma_unregister_log_func");
    urma_log_set_level(URMA_VLOG_LEVEL_MAX);
    CHECK(urma_log_get_level() < URMA_VLOG_LEVEL_MAX, "a level that does not exist was taken");
    urma_log_set_thread_tag(NULL);
    CHECK(urma_log_get_thread_tag() != NULL, "urma_log_get_thread_tag");
    urma_log_set_thread_tag("zero");
    CHECK(strcmp(urma_log_get_thread_tag(), "zero") == 0, "urma_log_get_thread_tag");
    (void)urma_ack_notify(NULL, 0, NULL);
}

int main(void)
{
    call_everything();
    call_the_rest();
    CHECK(urma_init(NULL) == URMA_SUCCESS, "urma_init");
    CHECK(urma_init(NULL) == URMA_EEXIST, "a second urma_init");
    call_everything();
    call_the_rest();
    CHECK(urma_uninit() == URMA_SUCCESS, "urma_uninit");
    call_everything();
    puts("zero arguments: survived");
    return 0;
}
