/**
 * What JavaScript itself does inside one worker: mailboxes, a run queue and handlers by kind, with no runtime around them.
 * No checks, no bounds, no supervision, nothing to look at: the ceiling of the rows beside it, on this machine at this time.
 */
import { Deque } from '../../src/base/deque.ts';
import { BIG_ACTORS, chosen, nextSeed } from './shapes.mjs';
import { type PairAnswer, type PairTask, startTogether } from './worker-pair.ts';

interface Message {
  readonly kind: string;
  readonly n: number;
  readonly from: Bare;
}

/** An actor, as bare as it can be. */
class Bare {
  readonly mailbox = new Deque<Message>();
  isReady = false;
  seed: number;
  others: readonly Bare[] = [];
  sent = 0;
  pings = 0;
  pongs = 0;

  constructor(seed: number) {
    this.seed = seed;
  }
}

const ready = new Deque<Bare>();

function tell(to: Bare, message: Message): void {
  to.mailbox.push(message);
  if (to.isReady) return;
  to.isReady = true;
  ready.push(to);
}

function run(handle: (self: Bare, message: Message) => void): void {
  for (let self = ready.shift(); self !== undefined; self = ready.shift()) {
    for (let message = self.mailbox.shift(); message !== undefined; message = self.mailbox.shift())
      handle(self, message);
    self.isReady = false;
  }
}

/** Big: as in live/big.ts. */
export function rawBig(task: PairTask): PairAnswer {
  const { size } = task;
  const actors = Array.from({ length: BIG_ACTORS }, (_, seed) => new Bare(seed));
  for (const self of actors) self.others = actors.filter((other) => other !== self);
  const ping = (self: Bare): void => {
    self.seed = nextSeed(self.seed);
    tell(self.others[chosen(self.seed, self.others.length)] as Bare, { kind: 'Ping', n: ++self.sent, from: self });
  };
  const handle = (self: Bare, { kind, n, from }: Message): void => {
    if (kind === 'Ping') {
      self.pings += n;
      tell(from, { kind: 'Pong', n, from: self });
    } else {
      if (n === self.sent) self.pongs += n;
      if (self.sent < size) ping(self);
    }
  };
  startTogether(task);
  const startMs = performance.now();
  for (const self of actors) ping(self);
  run(handle);
  const elapsedMs = performance.now() - startMs;
  const checksum = actors.reduce((sum, { pings, pongs }) => sum + pings + pongs, 0);
  return { elapsedMs, checksum, expected: BIG_ACTORS * size * (size + 1) };
}

/** Create: as in live/create.ts, all at once. */
export function rawCreate(task: PairTask): PairAnswer {
  const { size } = task;
  const mother = new Bare(0);
  const alive: Bare[] = [];
  startTogether(task);
  const startMs = performance.now();
  for (let n = 0; n < size; n++) {
    const child = new Bare(n);
    alive.push(child);
    tell(child, { kind: 'Hello', n, from: mother });
  }
  run((self, { kind, n, from }) => {
    if (kind === 'Born') mother.pings += n;
    else tell(from, { kind: 'Born', n, from: self });
  });
  const elapsedMs = performance.now() - startMs;
  return { elapsedMs, checksum: mother.pings + alive.length, expected: (size * (size - 1)) / 2 + size };
}

/** The other worker of the pair has nothing to do. */
export function bystander(task: PairTask): PairAnswer {
  startTogether(task);
  return {};
}
