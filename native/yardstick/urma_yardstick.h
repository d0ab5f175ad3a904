/*
 * The yardsticks: what this machine can do between two processes with nothing but C, shared memory and the kernel.
 * Every speed that Urma.Net reports stands beside one of these, taken in the same run.
 *
 * The caller supplies all memory. The functions keep no state, allocate nothing and print nothing, so two processes
 * may each load the library and meet on one mapping. Every function that waits for a peer takes a time limit and
 * returns UY_EXPIRED when it passes: a dead peer cannot hang its partner.
 *
 * Words written by different sides must lie at least UY_LINE bytes apart: processors fetch cache lines in pairs (x86)
 * or have 128-byte lines (some Arm), and nearer words would measure that instead.
 */
#ifndef URMA_YARDSTICK_H
#define URMA_YARDSTICK_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define UY_API __attribute__((visibility("default")))
#define UY_LINE 128
#define UY_EXPIRED UINT64_MAX

/* Raised whenever a signature or the ring layout changes; the managed side refuses any other value. */
#define UY_ABI 1

typedef _Atomic uint64_t uy_word;
typedef _Atomic uint32_t uy_futex_word;

UY_API uint32_t uy_abi(void);

/* Which compiler built this, for the report: "C (gcc 12.2.0)". */
UY_API const char *uy_source(void);

/* CLOCK_MONOTONIC in nanoseconds. */
UY_API uint64_t uy_now_ns(void);

/*
 * Cache-line ping-pong. This side stores to `mine` and watches `theirs`; the two sides pass the two words crosswise,
 * the same `start` and `rounds`, and differ in `initiator`. Both words must hold `start` beforehand and hold
 * `start + rounds` afterwards, so that value is the next call's `start`.
 * Returns the nanoseconds this side took; on the initiator, one way L = result / (2 * rounds).
 */
UY_API uint64_t uy_pingpong(uy_word *mine, uy_word *theirs, uint64_t start, uint64_t rounds, int initiator,
                            uint64_t limit_ns);

/* Copies `size` bytes `times` times; returns the nanoseconds taken. */
UY_API uint64_t uy_memcpy(void *destination, const void *source, size_t size, uint64_t times);

/* Bytes of shared memory one direction of uy_ring needs. */
UY_API size_t uy_ring_bytes(size_t payload, uint64_t slots);

/*
 * Message ping-pong through two rings, one per direction. The sender copies `payload` bytes from its private
 * `source` into the next slot and publishes the slot's sequence number; the receiver waits for the number, copies out
 * into its private `destination`, and answers likewise. A slot is a 64-bit sequence number with the payload right
 * behind it, padded to a multiple of UY_LINE.
 * Both rings are uy_ring_bytes() long, UY_LINE-aligned, and zero at first use; `start` is 0 then and grows by
 * `rounds` with each call. Returns as uy_pingpong does.
 */
UY_API uint64_t uy_ring(void *outbound, const void *inbound, const void *source, void *destination, size_t payload,
                        uint64_t slots, uint64_t start, uint64_t rounds, int initiator, uint64_t limit_ns);

/*
 * Handoff between two sleepers: as uy_pingpong, but each side sleeps in the kernel until the other wakes it. With
 * both processes on one core this is the least that two ranks sharing a core can pay.
 */
UY_API uint64_t uy_futex(uy_futex_word *mine, uy_futex_word *theirs, uint32_t start, uint32_t rounds, int initiator,
                         uint64_t limit_ns);

/* Adds `addend` to `target` `times` times, one atomic fetch-and-add each; returns the nanoseconds taken. */
UY_API uint64_t uy_fetch_add(uy_word *target, uint64_t addend, uint64_t times);

#endif
