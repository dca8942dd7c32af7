/**
 * Other memory in the place of that which a lost worker could write to. A terminated worker may go on writing for seconds
 * (it has been seen for two), so nothing that it knows of is used any more: whatever it writes from now on is read by nobody.
 *
 * Everything is copied as it is at this moment, except the rings from and to the lost workers, which begin empty. The rings
 * between the others, the clock and the parameters stay the same buffers: a lost worker only reads them.
 */
import { type SharedMemory, WORKER_WORDS, workerWord } from './layout.ts';

/** @throws RangeError where there is no memory */
export function renewMemory(old: SharedMemory, lost: readonly number[]): SharedMemory {
  const { workers } = old;
  const renewed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(old)) {
    if (name === 'clock' || name === 'parameters' || name === 'rings') renewed[name] = value;
    else if (value instanceof SharedArrayBuffer) renewed[name] = copyOf(value);
    else if (Array.isArray(value)) renewed[name] = eachWorker(value as SharedArrayBuffer[], lost);
    else renewed[name] = value;
  }
  renewed['rings'] = old.rings.map((ring, index) => {
    const isLost = lost.includes(Math.floor(index / workers)) || lost.includes(index % workers);
    return isLost ? new SharedArrayBuffer(ring.byteLength) : ring;
  });
  const memory = renewed as unknown as SharedMemory;
  const control = new Int32Array(memory.control);
  for (const worker of lost) control.fill(0, workerWord(worker, 0), workerWord(worker, WORKER_WORDS));
  return memory;
}

function eachWorker(buffers: readonly SharedArrayBuffer[], lost: readonly number[]): SharedArrayBuffer[] {
  return buffers.map((buffer, worker) => (lost.includes(worker) ? copyOf(buffer) : buffer));
}

function copyOf(buffer: SharedArrayBuffer): SharedArrayBuffer {
  const copy = new SharedArrayBuffer(buffer.byteLength);
  new Uint8Array(copy).set(new Uint8Array(buffer));
  return copy;
}
