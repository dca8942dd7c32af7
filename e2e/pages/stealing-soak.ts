/** Numbered messages between actors that move all the time: each must arrive once, and in the order of its sender. */
import { handleOf } from '../../src/app/bridge/worker-handle.ts';
import { LiveEngine } from '../../src/engine/live/live-engine.ts';
import type { LiveSettings } from '../../src/engine/live-settings.ts';
import type { Scenario } from '../../src/index.ts';
import { GRINDING } from '../bench/live/grinding.ts';
import { PINNED_EVERY, WALKERS, WALKING, type WalkerState } from './stealing-scenario.ts';

export interface StealingOptions {
  /** About so many. */
  readonly messages: number;
  readonly workers: number;
  /** Each worker asks for actors so often; default 2. */
  readonly forceStealMs?: number;
}

export interface StealingReport {
  /** Messages that were sent, and asks besides. */
  readonly messages: number;
  readonly asks: number;
  readonly elapsedMs: number;
  /** Actors that were handed over. */
  readonly moves: number;
  readonly steals: { readonly asked: number; readonly refused: number; readonly answeredLate: number };
  /** Walkers that were on another worker at the end than at the start. */
  readonly strayed: number;
  /** The same, of those that were placed by number. */
  readonly strayedPinned: number;
  /** Whatever was lost, doubled, out of order or never settled; nothing, as it should be. */
  readonly wrong: readonly string[];
}

const PINNED = Array.from({ length: WALKERS / PINNED_EVERY }, (_, index) => `/root/w${index * PINNED_EVERY}`);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** When nobody has had a turn for so long, all is done. */
const QUIET_MS = 1_000;
const SPREAD_MS = 1_500;

export async function runStealingSoak(options: StealingOptions): Promise<StealingReport> {
  const { messages, workers, forceStealMs = 2 } = options;
  const engine = await open(WALKING, workers, { stealing: true, forceStealMs });
  try {
    const placesOf = () => new Map(engine.read().actors.map(({ path, worker }) => [path, worker]));
    while (placesOf().size < WALKERS + 1) await pause(5);
    const before = placesOf();
    const startedMs = performance.now();
    await engine.send('/root', { kind: 'Run', quota: Math.ceil(messages / WALKERS) } as { readonly kind: string });
    const endedMs = await untilQuiet(engine);
    const after = placesOf();
    const strayed = [...before].filter(([path, worker]) => after.get(path) !== worker);
    const states: WalkerState[] = [];
    for (let number = 0; number < WALKERS; number++) {
      states.push((await engine.state(`/root/w${number}`)) as WalkerState);
    }
    const reading = engine.read();
    const steals = reading.workers.map((worker) => worker.steals);
    const sum = (of: (steal: (typeof steals)[number]) => number): number =>
      steals.reduce((all, one) => all + of(one), 0);
    const wrong = problemsOf(states);
    if (reading.deadLetters > 0) wrong.push(`${reading.deadLetters} dead letters`);
    for (const { path, failures, lastError } of reading.actors) if (failures > 0) wrong.push(`${path}: ${lastError}`);
    return {
      messages: states.reduce((all, { sent }) => all + sent.reduce((one, count) => one + count, 0), 0),
      asks: states.reduce((all, { asked }) => all + asked, 0),
      elapsedMs: endedMs - startedMs,
      moves: sum(({ given }) => given),
      steals: {
        asked: sum(({ asked }) => asked),
        refused: sum(({ refused }) => refused),
        answeredLate: sum(({ answeredLate }) => answeredLate),
      },
      strayed: strayed.length,
      strayedPinned: strayed.filter(([path]) => PINNED.includes(path)).length,
      wrong,
    };
  } finally {
    await engine.stop();
  }
}

async function open(scenario: Scenario, workers: number, settings: Partial<LiveSettings>): Promise<LiveEngine> {
  const engine = new LiveEngine({
    scenario,
    parameters: {},
    workers,
    seed: 1,
    settings,
    createWorker: () => handleOf(new Worker(new URL('./stealing-worker.ts', import.meta.url), { type: 'module' })),
  });
  await engine.start();
  return engine;
}

export interface SpreadReport {
  /** By worker: turns that were taken there. */
  readonly processed: readonly number[];
  readonly given: number;
}

/** All actors are born on worker 0, with work for some seconds; looks at them after a while. */
export async function spreadLoad(workers: number): Promise<SpreadReport> {
  const engine = await open(GRINDING, workers, {});
  try {
    const root = GRINDING.root.name;
    await engine.send(`/${root}`, { kind: 'Run', size: 2_000 } as { readonly kind: string });
    await pause(SPREAD_MS);
    const reading = engine.read();
    return {
      processed: reading.workers.map(({ processed }) => processed),
      given: reading.workers.reduce((all, { steals }) => all + steals.given, 0),
    };
  } finally {
    await engine.stop();
  }
}

/** When the last turn was taken. */
async function untilQuiet(engine: LiveEngine): Promise<number> {
  let processed = -1;
  let sinceMs = performance.now();
  while (performance.now() - sinceMs < QUIET_MS) {
    await pause(50);
    const now = engine.read().workers.reduce((all, worker) => all + worker.processed, 0);
    if (now !== processed) sinceMs = performance.now();
    processed = now;
  }
  return sinceMs;
}

function problemsOf(states: readonly WalkerState[]): string[] {
  const wrong = states.flatMap(({ problems }) => problems);
  for (const sender of states) {
    if (sender.asked !== sender.settled)
      wrong.push(`${sender.number} waits for ${sender.asked - sender.settled} answers`);
    for (const receiver of states) {
      const sent = sender.sent[receiver.number];
      const got = receiver.got[sender.number];
      if (sent !== got) wrong.push(`${receiver.number} got ${got} of ${sender.number}'s ${sent}`);
    }
  }
  return wrong;
}
