/** Both sides of the workloads over the live engine's ring. */
import { payloadBytesMax, RingConsumer, RingProducer, type SlotHeader } from '../../src/engine/live/memory/ring.ts';
import { RING_SLOTS } from './ring-layout.ts';
import { type PairAnswer, type PairTask, type Side, servePair, startTogether } from './worker-pair.ts';
import { expectedChecksum, mix } from './workload.ts';

const PUBLISH_EVERY = 64;

function sender(bytes: number, task: PairTask): PairAnswer {
  const { memory, size } = task;
  const ring = new RingProducer(memory);
  const header = emptyHeader();
  const payload = new Int32Array(bytes / 4);
  startTogether(task);
  for (let index = 0; index < size; index++) {
    header.receiver = index;
    payload[0] = Math.imul(index, 0x9e3779b1);
    payload[payload.length - 1] = index;
    while (!ring.tryWrite(header, payload, bytes)) ring.publish();
    if ((index + 1) % PUBLISH_EVERY === 0) ring.publish();
  }
  ring.publish();
  return { expected: expectedChecksum(size, (index) => (Math.imul(index, 0x9e3779b1) + 2 * index) | 0) };
}

function receiver(bytes: number, task: PairTask): PairAnswer {
  const { memory, size } = task;
  const ring = new RingConsumer(memory);
  const header = emptyHeader();
  const payload = new Int32Array(payloadBytesMax(RING_SLOTS) / 4);
  const last = bytes / 4 - 1;
  let checksum = 0;
  let received = 0;
  startTogether(task);
  const startMs = performance.now();
  while (received < size) {
    while (ring.read(header, payload) >= 0) {
      checksum = mix(checksum, ((payload[0] as number) + (payload[last] as number) + header.receiver) | 0);
      received++;
    }
    ring.release();
  }
  return { elapsedMs: performance.now() - startMs, checksum };
}

function emptyHeader(): SlotHeader {
  return { type: 1, kind: 0, receiver: 0, generation: 0, ask: 0, sender: 0 };
}

function job(bytes: number): { readonly first: Side; readonly second: Side } {
  return { first: (task) => sender(bytes, task), second: (task) => receiver(bytes, task) };
}

servePair({ small: job(8), spanning: job(96) });
