/**
 * The actor table: one 64-byte row of numbers an actor, the only memory through which an actor is observed.
 *
 * The kernel writes plain stores; who provides the memory decides who can read it. In live runs it is shared: a row is
 * written by the worker that hosts the actor (its parent's worker writes it once, before anyone else knows the ref), and
 * everybody else reads values that are a few milliseconds old at most. `generation` changes only while the row is free.
 * `worker` says where the actor is now: it changes when the actor moves, and when its worker was lost and another one takes
 * it in (adoption.ts). Messages do not follow it but `home`, which is the same for everybody, and whereabouts.ts.
 */
import type { ActorStatus, ActorView } from './view.ts';

export const ROW_WORDS = 16;

/** Words of a row (Int32). */
export const COLUMN = {
  generation: 0,
  worker: 1,
  status: 2,
  behavior: 3,
  depth: 4,
  failures: 5,
  restarts: 6,
  deadLetters: 7,
  rejected: 8,
  /** Holds the fields `breaker` and `slowPercent`. */
  marks: 9,
  slowMs: 10,
  /** The deepest that the mailbox was at the start of a batch of turns. */
  depthMax: 11,
  /** Holds the fields `askBlock`, `home`, `moved`, `pinned` and `hop`. */
  numbers: 12,
  /** The parent's id and one; 0 for the root. */
  parent: 13,
} as const;

/** Small numbers that share a word with others. */
export const FIELD = {
  /** 0: not a breaker. Otherwise one more than the place in BREAKER_PHASES. */
  breaker: { column: COLUMN.marks, shift: 0, bits: 2 },
  /** What a `slow` fault multiplies `ctx.busy` by, in hundredths; 0 without. */
  slowPercent: { column: COLUMN.marks, shift: 2, bits: 20 },
  /** The block of ask numbers that the actor is in (asks.ts). */
  askBlock: { column: COLUMN.numbers, shift: 0, bits: 15 },
  /** One more than the worker on which the actor was started, or taken in after a loss. */
  home: { column: COLUMN.numbers, shift: 15, bits: 5 },
  /** 1 when the actor has moved from there: then each worker has its own view of where it is (whereabouts.ts). */
  moved: { column: COLUMN.numbers, shift: 20, bits: 1 },
  /** 1 when the actor stays where it is: it was placed there by number, or has used its worker's storage. */
  pinned: { column: COLUMN.numbers, shift: 21, bits: 1 },
  /** Counts the actor's moves. */
  hop: { column: COLUMN.numbers, shift: 22, bits: 10 },
} as const satisfies Readonly<Record<string, Field>>;

interface Field {
  readonly column: number;
  readonly shift: number;
  readonly bits: number;
}

/** Place of the processed count in a row, in Float64: a 32-bit count would wrap within minutes. */
const PROCESSED_DOUBLE = 7;

/** Values of the status column. The order is part of the layout. */
export const STATUS = {
  free: 0,
  starting: 1,
  running: 2,
  failed: 3,
  restarting: 4,
  stopping: 5,
  dormant: 6,
  backingOff: 7,
  blocked: 8,
  paused: 9,
} as const;

/** Names of the statuses by value. */
export const STATUS_NAMES = [
  'stopped',
  'starting',
  'running',
  'failed',
  'restarting',
  'stopping',
  'dormant',
  'backing-off',
  'blocked',
  'paused',
] as const satisfies readonly ActorStatus[];

/** What a breaker can be in. The order is part of the layout. */
export const BREAKER_PHASES = ['closed', 'open', 'half-open'] as const;

export class ActorTable {
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  /** How many rows there are. */
  readonly capacity: number;

  constructor(buffer: ArrayBufferLike) {
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.capacity = Math.floor(this.words.length / ROW_WORDS);
  }

  static bytesFor(capacity: number): number {
    return capacity * ROW_WORDS * Int32Array.BYTES_PER_ELEMENT;
  }

  get(id: number, column: number): number {
    return this.words[id * ROW_WORDS + column] as number;
  }

  set(id: number, column: number, value: number): void {
    this.words[id * ROW_WORDS + column] = value;
  }

  add(id: number, column: number, value: number): void {
    this.words[id * ROW_WORDS + column] = (this.words[id * ROW_WORDS + column] as number) + value;
  }

  field(id: number, { column, shift, bits }: Field): number {
    return (this.get(id, column) >>> shift) & ((1 << bits) - 1);
  }

  setField(id: number, { column, shift, bits }: Field, value: number): void {
    const mask = (1 << bits) - 1;
    this.set(id, column, (this.get(id, column) & ~(mask << shift)) | ((value & mask) << shift));
  }

  processed(id: number): number {
    return this.doubles[id * (ROW_WORDS / 2) + PROCESSED_DOUBLE] as number;
  }

  setProcessed(id: number, value: number): void {
    this.doubles[id * (ROW_WORDS / 2) + PROCESSED_DOUBLE] = value;
  }

  /** Readies a free row for a new owner and returns the owner's generation. @param parent its id; −1 for the root */
  claim(id: number, worker: number, behavior: number, parent: number): number {
    const start = id * ROW_WORDS;
    const generation = ((this.words[start] as number) + 1) | 0;
    // A loop: for so few words `fill` costs more than it does.
    for (let word = start + 1; word < start + ROW_WORDS; word++) this.words[word] = 0;
    this.words[start + COLUMN.generation] = generation;
    this.words[start + COLUMN.worker] = worker;
    this.words[start + COLUMN.numbers] = (worker + 1) << FIELD.home.shift;
    this.words[start + COLUMN.behavior] = behavior;
    this.words[start + COLUMN.parent] = parent + 1;
    this.words[start + COLUMN.status] = STATUS.starting;
    return generation;
  }
}

/** What the table does not hold of an actor: its names. */
export interface ActorNames {
  readonly id: number;
  readonly generation: number;
  readonly path: string;
  readonly behavior: string;
  readonly parent: string | null;
  readonly mailboxCapacity: number;
}

/** An actor as observers see it: its names, and the numbers of its row now. */
export function viewOf(table: ActorTable, names: ActorNames, lastError?: string): ActorView {
  const { id, path } = names;
  const view: { -readonly [K in keyof ActorView]: ActorView[K] } = {
    id,
    generation: names.generation,
    path,
    behavior: names.behavior,
    parent: names.parent,
    mailboxCapacity: names.mailboxCapacity,
    name: path.slice(path.lastIndexOf('/') + 1),
    worker: table.get(id, COLUMN.worker),
    status: STATUS_NAMES[table.get(id, COLUMN.status)] ?? 'stopped',
    mailboxDepth: table.get(id, COLUMN.depth),
    depthMax: Math.max(table.get(id, COLUMN.depthMax), table.get(id, COLUMN.depth)),
    processed: table.processed(id),
    failures: table.get(id, COLUMN.failures),
    restarts: table.get(id, COLUMN.restarts),
    deadLetters: table.get(id, COLUMN.deadLetters),
    rejected: table.get(id, COLUMN.rejected),
    slowMs: table.get(id, COLUMN.slowMs),
  };
  // Added rather than spread in: properties of a simulated run make a view after many a step.
  const breaker = BREAKER_PHASES[table.field(id, FIELD.breaker) - 1];
  const slowPercent = table.field(id, FIELD.slowPercent);
  if (slowPercent !== 0) view.slowFactor = slowPercent / 100;
  if (breaker !== undefined) view.breaker = breaker;
  if (lastError !== undefined) view.lastError = lastError;
  return view;
}
