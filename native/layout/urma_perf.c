#include "ub/umdk/urma/urma_perf.h"

#include "layout.h"

void layout_perf(void)
{
    ENUMERATION(urma_perf_record_type_t);
    VALUE(urma_perf_record_type_t, UB_JETTY_POST_SEND);
    VALUE(urma_perf_record_type_t, BOND_JETTY_POST_SEND);
    VALUE(urma_perf_record_type_t, UB_JFS_POST_SEND);
    VALUE(urma_perf_record_type_t, BOND_JFS_POST_SEND);
    VALUE(urma_perf_record_type_t, UB_JETTY_POST_RECV);
    VALUE(urma_perf_record_type_t, BOND_JETTY_POST_RECV);
    VALUE(urma_perf_record_type_t, UB_POST_JFR_RECV);
    VALUE(urma_perf_record_type_t, BOND_POST_JFR_RECV);
    VALUE(urma_perf_record_type_t, UB_POLL_JFC);
    VALUE(urma_perf_record_type_t, BOND_POLL_JFC);
    VALUE(urma_perf_record_type_t, UB_WAIT_JFC);
    VALUE(urma_perf_record_type_t, BOND_WAIT_JFC);
    VALUE(urma_perf_record_type_t, UB_ACK_JFC);
    VALUE(urma_perf_record_type_t, UB_REARM_JFC);
    VALUE(urma_perf_record_type_t, BOND_REARM_JFC);
    VALUE(urma_perf_record_type_t, URMA_PERF_RECORD_TYPE_MAX);

    TYPE(urma_perf_stats_t);
    FIELD(urma_perf_stats_t, retry_count, uint64_t);
    GROUP(urma_perf_stats_t, type_record, "struct{}[15]");
}
