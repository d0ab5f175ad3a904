/* liburma_common.so.0: programs and libraries of UMDK name it beside liburma.so.0, so the loader must find it. Everything of it that
 * the public headers declare is in liburma.so.0 here. */
const char urma_common_is_part_of_liburma[] = "liburma.so.0 of the software UB device holds everything.";
