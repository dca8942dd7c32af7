/** What is measured across two workers, and what its floors and ceilings are called: rows that stand together in the table. */

export const STREAM_TITLE = 'one-way stream across two workers, 64-byte messages';
export const SPINNING_TITLE = 'round trip across two workers, spinning';
export const PARKED_TITLE = 'round trip across two workers, parked';

export const RAW_BIG = 'queues and handlers without a runtime';
export const RAW_CREATE = 'bare records, each with a mailbox';
export const RAW_RING = 'raw ring, one-way, batched publish';
export const RAW_SPINNING = 'raw round trip, spinning';
export const RAW_PARKED = 'raw round trip, parked';
export const POST_MESSAGE_ONE_WAY = 'postMessage, one-way';
export const POST_MESSAGE_ROUND_TRIP = 'postMessage round trip over a MessageChannel';
export const COMLINK_ROUND_TRIP = 'comlink, a call and its answer';
