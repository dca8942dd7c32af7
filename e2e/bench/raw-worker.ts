/** Both sides of the raw workloads. The first side sends, the second receives or answers. */
import { expose, releaseProxy, wrap } from 'comlink';
import { bystander, rawBig, rawCreate } from './raw-dispatch.ts';
import {
  FIRST_SLOT_WORD,
  HEAD_WORD,
  PING_WORD,
  PONG_WORD,
  RAW_RING_SLOTS,
  SLOT_WORDS,
  TAIL_WORD,
} from './raw-layout.ts';
import { type PairAnswer, type PairTask, servePair, startTogether } from './worker-pair.ts';
import { expectedChecksum, mix } from './workload.ts';

const PUBLISH_EVERY = 64;

/** The value of message number `index`: anything that a lost or doubled message would spoil. */
function valueOfMessage(index: number): number {
  return Math.imul(index, 0x9e3779b1);
}

/** What the answering side makes of a ping; an echo could be faked by reading one's own word. */
function answerTo(ping: number): number {
  return Math.imul(ping, 3) + 1;
}

/** Each message fills half of its slot, as a message with a header and no payload does. */
function ringSender(task: PairTask): PairAnswer {
  const { memory, size } = task;
  const words = new Int32Array(memory);
  let head = 0;
  startTogether(task);
  for (let index = 0; index < size; index++) {
    while (index - head >= RAW_RING_SLOTS) {
      // What is not published yet cannot be read: without this both sides would wait.
      Atomics.store(words, TAIL_WORD, index);
      head = Atomics.load(words, HEAD_WORD);
    }
    const at = FIRST_SLOT_WORD + (index & (RAW_RING_SLOTS - 1)) * SLOT_WORDS;
    words[at] = 1;
    words[at + 1] = index;
    words[at + 2] = 2;
    words[at + 3] = 3;
    words[at + 4] = 4;
    words[at + 5] = 5;
    words[at + 6] = 6;
    words[at + 7] = valueOfMessage(index);
    if ((index + 1) % PUBLISH_EVERY === 0) Atomics.store(words, TAIL_WORD, index + 1);
  }
  Atomics.store(words, TAIL_WORD, size);
  return { expected: expectedChecksum(size, (index) => (valueOfMessage(index) + index + 21) | 0) };
}

function ringReceiver(task: PairTask): PairAnswer {
  const { memory, size } = task;
  const words = new Int32Array(memory);
  let checksum = 0;
  let head = 0;
  startTogether(task);
  const startMs = performance.now();
  while (head < size) {
    const tail = Atomics.load(words, TAIL_WORD);
    while (head < tail) {
      const at = FIRST_SLOT_WORD + (head & (RAW_RING_SLOTS - 1)) * SLOT_WORDS;
      let value = 0;
      for (let word = 0; word < 8; word++) value = (value + (words[at + word] as number)) | 0;
      checksum = mix(checksum, value);
      head++;
    }
    Atomics.store(words, HEAD_WORD, head);
  }
  return { elapsedMs: performance.now() - startMs, checksum };
}

function spinningCaller(task: PairTask): PairAnswer {
  const { memory, size } = task;
  const words = new Int32Array(memory);
  let checksum = 0;
  startTogether(task);
  const startMs = performance.now();
  for (let ping = 1; ping <= size; ping++) {
    const before = answerTo(ping - 1);
    Atomics.store(words, PING_WORD, ping);
    let pong = Atomics.load(words, PONG_WORD);
    while (pong === before) pong = Atomics.load(words, PONG_WORD);
    checksum = mix(checksum, pong);
  }
  return { elapsedMs: performance.now() - startMs, checksum, expected: expectedAnswers(size) };
}

function spinningAnswerer(task: PairTask): PairAnswer {
  const { memory, size } = task;
  const words = new Int32Array(memory);
  Atomics.store(words, PONG_WORD, answerTo(0));
  startTogether(task);
  for (let ping = 1; ping <= size; ping++) {
    while (Atomics.load(words, PING_WORD) !== ping);
    Atomics.store(words, PONG_WORD, answerTo(ping));
  }
  return {};
}

function parkedCaller(task: PairTask): PairAnswer {
  const { memory, size } = task;
  const words = new Int32Array(memory);
  let checksum = 0;
  startTogether(task);
  const startMs = performance.now();
  for (let ping = 1; ping <= size; ping++) {
    const before = answerTo(ping - 1);
    Atomics.store(words, PING_WORD, ping);
    Atomics.notify(words, PING_WORD);
    while (Atomics.load(words, PONG_WORD) === before) Atomics.wait(words, PONG_WORD, before);
    checksum = mix(checksum, Atomics.load(words, PONG_WORD));
  }
  return { elapsedMs: performance.now() - startMs, checksum, expected: expectedAnswers(size) };
}

function parkedAnswerer(task: PairTask): PairAnswer {
  const { memory, size } = task;
  const words = new Int32Array(memory);
  Atomics.store(words, PONG_WORD, answerTo(0));
  startTogether(task);
  for (let ping = 1; ping <= size; ping++) {
    while (Atomics.load(words, PING_WORD) === ping - 1) Atomics.wait(words, PING_WORD, ping - 1);
    Atomics.store(words, PONG_WORD, answerTo(ping));
    Atomics.notify(words, PONG_WORD);
  }
  return {};
}

function expectedAnswers(size: number): number {
  return expectedChecksum(size, (index) => answerTo(index + 1));
}

interface Posted {
  readonly index: number;
  readonly value: number;
}

function postingSender(task: PairTask, port: MessagePort): PairAnswer {
  const { size } = task;
  startTogether(task);
  for (let index = 0; index < size; index++) port.postMessage({ index, value: valueOfMessage(index) });
  return { expected: expectedChecksum(size, (index) => (valueOfMessage(index) + index) | 0) };
}

function postedReceiver(task: PairTask, port: MessagePort): Promise<PairAnswer> {
  const { size } = task;
  return new Promise((resolve) => {
    let received = 0;
    let checksum = 0;
    let startMs = 0;
    port.onmessage = ({ data }: MessageEvent<Posted>) => {
      checksum = mix(checksum, (data.value + data.index) | 0);
      if (++received === size) resolve({ elapsedMs: performance.now() - startMs, checksum });
    };
    startTogether(task);
    startMs = performance.now();
  });
}

function postingCaller(task: PairTask, port: MessagePort): Promise<PairAnswer> {
  const { size } = task;
  return new Promise((resolve) => {
    let checksum = 0;
    let ping = 1;
    let startMs = 0;
    port.onmessage = ({ data }: MessageEvent<Posted>) => {
      checksum = mix(checksum, data.value);
      if (ping === size) {
        resolve({ elapsedMs: performance.now() - startMs, checksum, expected: expectedAnswers(size) });
      } else {
        ping++;
        port.postMessage({ index: ping, value: ping });
      }
    };
    startTogether(task);
    startMs = performance.now();
    port.postMessage({ index: ping, value: ping });
  });
}

function postingAnswerer(task: PairTask, port: MessagePort): Promise<PairAnswer> {
  const { size } = task;
  return new Promise((resolve) => {
    port.onmessage = ({ data }: MessageEvent<Posted>) => {
      port.postMessage({ index: data.index, value: answerTo(data.value) });
      if (data.index === size) resolve({});
    };
    startTogether(task);
  });
}

const ANSWERING = { answer: (ping: number): number => answerTo(ping) };

async function comlinkCaller(task: PairTask, port: MessagePort): Promise<PairAnswer> {
  const { size } = task;
  const { port1, port2 } = new MessageChannel();
  const remote = wrap<typeof ANSWERING>(port1);
  let checksum = 0;
  // The other side listens from then on.
  startTogether(task);
  port.postMessage(port2, [port2]);
  // The first call waits until the other side has exposed what it offers.
  await remote.answer(0);
  const startMs = performance.now();
  for (let ping = 1; ping <= size; ping++) checksum = mix(checksum, await remote.answer(ping));
  const elapsedMs = performance.now() - startMs;
  port.postMessage('done');
  remote[releaseProxy]();
  return { elapsedMs, checksum, expected: expectedAnswers(size) };
}

function comlinkAnswerer(task: PairTask, port: MessagePort): Promise<PairAnswer> {
  return new Promise((resolve) => {
    port.onmessage = ({ data }: MessageEvent<MessagePort | string>) => {
      if (data instanceof MessagePort) expose(ANSWERING, data);
      else resolve({});
    };
    startTogether(task);
  });
}

servePair({
  ring: { first: ringSender, second: ringReceiver },
  spinning: { first: spinningCaller, second: spinningAnswerer },
  parked: { first: parkedCaller, second: parkedAnswerer },
  big: { first: rawBig, second: bystander },
  create: { first: rawCreate, second: bystander },
  'post-one-way': { first: postingSender, second: postedReceiver },
  comlink: { first: comlinkCaller, second: comlinkAnswerer },
  'post-round-trip': { first: postingCaller, second: postingAnswerer },
});
