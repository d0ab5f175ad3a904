/* Prints what the compiler makes of the headers in native/include, for comparison with the published ABI. */
#include "layout.h"

int main(void)
{
    puts("struct,field,offset,size,bit_offset,bit_size,type");
    layout_opcode();
    layout_types();
    layout_types_eid();
    layout_types_device();
    layout_types_completion();
    layout_types_queue();
    layout_types_path();
    layout_types_jetty();
    layout_types_segment();
    layout_types_work();
    layout_types_event();
    layout_types_region();
    layout_provider();
    layout_cmd_command();
    layout_cmd_segment();
    layout_cmd_jfr();
    layout_cmd_jfs();
    layout_cmd_jfc();
    layout_cmd_jetty();
    layout_cmd_import();
    layout_cmd_device();
    layout_cmd_path();
    layout_cmd_event();
    layout_perf();
    layout_ubagg();
    return 0;
}
