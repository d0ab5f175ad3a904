/* Prints what the compiler makes of the headers in native/include, for comparison with the published ABI:
 *
 *     urma_layout liburma|libobmm */
#include "layout.h"

static void liburma(void)
{
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
}

int main(int argc, char **argv)
{
    int obmm = argc == 2 && strcmp(argv[1], "libobmm") == 0;
    if (!obmm && (argc != 2 || strcmp(argv[1], "liburma") != 0)) {
        fprintf(stderr, "usage: %s liburma|libobmm\n", argv[0]);
        return 2;
    }

    puts("struct,field,offset,size,bit_offset,bit_size,type");
    if (obmm) {
        layout_obmm();
    } else {
        liburma();
    }

    return 0;
}
