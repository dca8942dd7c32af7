/** Where the raw workloads keep what in shared memory, in 32-bit words. Counters are 128 bytes apart. */

export const RAW_RING_SLOTS = 1_024;
export const SLOT_WORDS = 16;
export const TAIL_WORD = 0;
export const HEAD_WORD = 32;
export const FIRST_SLOT_WORD = 64;
export const RAW_RING_BYTES = (FIRST_SLOT_WORD + RAW_RING_SLOTS * SLOT_WORDS) * 4;

export const PING_WORD = 0;
export const PONG_WORD = 32;
export const ROUND_TRIP_BYTES = 64 * 4;
