/** What both sides of the ring workloads and the page agree on. */
export const RING_SLOTS = 1_024;
