/**
 * The figures of a live run's structure, as a person may set them: the field's terms, their defaults and their bounds. What
 * cannot be set in a browser is listed with the reason, so that the page can say it instead of pretending.
 */
import { checkWhole, PlayhouseError } from '../kernel/errors.ts';
import { LIMITS } from '../kernel/limits.ts';

export interface LiveSettings {
  /** Turns of one actor before the next one's: the throughput of a dispatcher. */
  readonly batch: number;
  /** Turns before a worker looks at its rings and its clock again, at most; fewer where turns are slow. */
  readonly turnsPerRound: number;
  /** Longest time that a worker looks for work before it sleeps, in fruitless looks; it spins less where that does not pay. */
  readonly spinsMax: number;
  /** Slots of each ring between two workers; a power of two. */
  readonly ringSlots: number;
  /** Messages that a mailbox holds whose behavior does not say; what a behavior says holds. */
  readonly mailboxCapacity: number;
  /**
   * Elsewhere the capacity of a worker's local queue. Here a run queue cannot be full, since each actor is in it at most once;
   * but a worker with more runnable actors counts as overloaded, and takes in only a little from its rings in each round,
   * so that mail waits at those who send it.
   */
  readonly runQueueMax: number;
  /**
   * Elsewhere the capacity of the global queue that takes what local queues cannot. Here no queue is shared by all: what does
   * not fit a ring waits on its sender's side, in slots, for each receiving worker; beyond this many, messages are dead letters.
   */
  readonly outboxSlotsMax: number;
  /** Whether idle workers ask others for actors. */
  readonly stealing: boolean;
  /** For tests: each worker asks for actors so often, idle or not, and is given some; 0: never. */
  readonly forceStealMs: number;
  /** Actors with queue and service times of their own, over all workers: 53 KB each. */
  readonly measuredActors: number;
}

export const LIVE_SETTINGS: LiveSettings = {
  batch: 128,
  turnsPerRound: 256,
  spinsMax: 40_000,
  ringSlots: 1_024,
  mailboxCapacity: LIMITS.mailboxCapacityDefault,
  runQueueMax: 4_096,
  outboxSlotsMax: 32_768,
  stealing: true,
  forceStealMs: 0,
  measuredActors: 512,
};

/** Smallest and largest value of each figure. */
export const SETTING_BOUNDS = {
  batch: [1, 1_024],
  turnsPerRound: [1, 65_536],
  spinsMax: [0, 10_000_000],
  ringSlots: [128, 16_384],
  mailboxCapacity: [1, LIMITS.mailboxCapacityMax],
  runQueueMax: [1, 1_048_576],
  outboxSlotsMax: [64, 1_048_576],
  forceStealMs: [0, 60_000],
  measuredActors: [0, 8_192],
} as const satisfies Readonly<Partial<Record<keyof LiveSettings, readonly [number, number]>>>;

/** Of a name that is none, as it is repeated. */
const NAME_LENGTH_MAX = 40;

/** The defaults with what was given in their place. @throws PlayhouseError `invalid-configuration`, naming the setting */
export function checkSettings(given: Partial<LiveSettings>): LiveSettings {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(LIVE_SETTINGS, name)) continue;
    const known = Object.keys(LIVE_SETTINGS).join(', ');
    const short = name.slice(0, NAME_LENGTH_MAX);
    throw new PlayhouseError('invalid-configuration', `There is no setting "${short}"; there are ${known}.`, short);
  }
  const settings = { ...LIVE_SETTINGS, ...given };
  for (const [name, [min, max]] of Object.entries(SETTING_BOUNDS)) {
    checkWhole(name, settings[name as keyof typeof SETTING_BOUNDS], min, max);
  }
  if ((settings.ringSlots & (settings.ringSlots - 1)) !== 0) {
    throw new PlayhouseError('invalid-configuration', `${settings.ringSlots} is not a power of two.`, 'ringSlots');
  }
  if (typeof settings.stealing !== 'boolean') {
    throw new PlayhouseError('invalid-configuration', 'stealing must be true or false.', 'stealing');
  }
  return settings;
}

/** Names of the settings that are not the defaults. */
export function changedSettings(settings: LiveSettings): readonly (keyof LiveSettings)[] {
  const names = Object.keys(LIVE_SETTINGS) as (keyof LiveSettings)[];
  return names.filter((name) => settings[name] !== LIVE_SETTINGS[name]);
}

export interface Unsettable {
  readonly name: string;
  readonly reason: string;
}

/** What runtimes outside of browsers let people set, and why nobody can set it here. */
export const CANNOT_BE_SET: readonly Unsettable[] = [
  {
    name: 'CPU affinity',
    reason: 'A browser has no call that binds a worker to a core: the operating system moves threads as it likes.',
  },
  {
    name: 'Thread priority',
    reason: 'All workers of a page have the priority that the browser gives them, and it lowers that of hidden pages.',
  },
  {
    name: 'NUMA node',
    reason: 'Where shared memory lies is decided by the operating system, and no page can ask or tell it.',
  },
  {
    name: 'Huge pages and locked memory',
    reason: 'A page gets ordinary pages of memory, which the operating system may swap out.',
  },
  {
    name: 'Stack size',
    reason: 'The browser fixes the stack of a worker; a handler that recurses too deeply fails with an error.',
  },
  {
    name: 'Heap size of a worker',
    reason: 'Each worker has a garbage-collected heap of its own, whose limit and whose pauses the browser decides.',
  },
  {
    name: 'Scheduling policy and time slices',
    reason:
      'When a thread runs is up to the operating system: a spinning worker can be suspended in the middle of a turn.',
  },
  {
    name: 'Clock resolution',
    reason: 'Browsers round clocks to 5 µs on isolated pages and to 100 µs elsewhere, against timing attacks.',
  },
];
