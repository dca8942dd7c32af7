/**
 * The page behind soak.html: `window.soak.kills(options)` kills threads and lets them hang, at random, while clients deposit;
 * then it looks whether everything that was confirmed is in the accounts, and whether every ask was settled.
 */
import { handleOf } from '../../src/app/bridge/worker-handle.ts';
import { nextUint32, seedRandom } from '../../src/base/random.ts';
import { LiveEngine } from '../../src/engine/live/live-engine.ts';
import { clearStoredJournals } from '../../src/engine/live/storage/browser-storage.ts';
import type { Scenario } from '../../src/index.ts';
import { bytesNow } from '../bench/memory.ts';
import { ACCOUNTS, type ClientState, CONFIRMED_CHANNEL, type Confirmed, SOAK, scenarioOf } from './soak-scenario.ts';
import {
  runStealingSoak,
  type SpreadReport,
  type StealingOptions,
  type StealingReport,
  spreadLoad,
} from './stealing-soak.ts';

export interface KillOptions {
  /** Threads that are lost, all together. */
  readonly losses: number;
  readonly workers: number;
  readonly seed: number;
  /** Between two of them, on average. */
  readonly pauseMs: number;
}

export interface KillReport {
  readonly kills: number;
  readonly hangs: number;
  /** Workers that were lost and replaced, as the trace tells. */
  readonly lost: number;
  readonly joined: number;
  readonly asked: number;
  readonly confirmed: number;
  /** Confirmed deposits that are in no account, or in it twice. */
  readonly missing: readonly string[];
  readonly doubled: readonly string[];
  /** Clients with asks that were never settled. */
  readonly unsettled: readonly string[];
  /** How asks ended that were not answered, by code. */
  readonly failed: Readonly<Record<string, number>>;
  readonly status: string;
  readonly elapsedMs: number;
}

export interface MemoryOptions {
  readonly minutes: number;
  /** Between two threads that are killed; an actor is crashed ten times as often. */
  readonly killEveryMs: number;
  readonly workers: number;
}

export interface MemorySample {
  readonly atMs: number;
  /** Heap of the page and of all workers, and shared memory. */
  readonly bytes: number;
  readonly processed: number;
}

declare global {
  interface Window {
    soak: {
      kills(options: KillOptions): Promise<KillReport>;
      /** A shop under load and under fire; what all of it weighs, some twenty times on the way. */
      memory(options: MemoryOptions): Promise<readonly MemorySample[]>;
      /** Messages between actors that move all the time, counted. */
      stealing(options: StealingOptions): Promise<StealingReport>;
      /** What becomes of a load that was born on one worker. */
      spread(workers: number): Promise<SpreadReport>;
    };
  }
}

const SAMPLES = 20;
/** A thread that is just ending is asked too, and nobody answers: until it is gone. */
const ENDING_MS = 1_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function open(scenario: Scenario, parameters: Record<string, number>, workers: number, run: string): LiveEngine {
  return new LiveEngine({
    scenario,
    parameters,
    workers,
    seed: 1,
    run,
    // Snapshots of accounts become large.
    settings: { ringSlots: 16_384 },
    createWorker: () => handleOf(new Worker(new URL('./soak-worker.ts', import.meta.url), { type: 'module' })),
  });
}

async function until(what: string, holds: () => Promise<boolean> | boolean, withinMs = 60_000): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${withinMs / 1_000} s`);
    await pause(20);
  }
}

/** Between two lives an actor has no state, and a thread may be lost while it is asked. */
async function stateOf<T>(engine: LiveEngine, path: string): Promise<T | undefined> {
  return (await engine.state(path).catch(() => undefined)) as T | undefined;
}

window.soak = {
  stealing: runStealingSoak,
  spread: spreadLoad,
  async kills({ losses, workers, seed, pauseMs }) {
    const startMs = performance.now();
    const run = `soak ${crypto.randomUUID()}`;
    const confirmed: Confirmed[] = [];
    const channel = new BroadcastChannel(CONFIRMED_CHANNEL);
    channel.onmessage = ({ data }: MessageEvent<Confirmed>) => void confirmed.push(data);
    const random = seedRandom(seed);
    const engine = open(SOAK, { clients: workers }, workers, run);
    await engine.start();
    const report = { kills: 0, hangs: 0, lost: 0, joined: 0 };
    let seen = 0;
    const look = (): void => {
      for (const event of engine.trace(seen)) {
        seen = event.sequence + 1;
        if (event.type === 'worker-lost') report.lost++;
        if (event.type === 'worker-joined') report.joined++;
      }
    };
    await until('first confirmed deposits', () => confirmed.length > 20);
    while (report.kills + report.hangs < losses) {
      const before = confirmed.length;
      const worker = nextUint32(random) % workers;
      const victims = engine.read().actors.filter((actor) => actor.worker === worker && actor.status === 'running');
      const victim = victims[nextUint32(random) % Math.max(1, victims.length)];
      look();
      const { lost } = report;
      if (nextUint32(random) % 2 === 0 && victim !== undefined) {
        report.hangs++;
        await engine.inject({ kind: 'hang', path: victim.path }).catch(() => undefined);
        await until(
          'a hanging thread is found',
          () => {
            look();
            return report.lost > lost || engine.read().status === 'stopped';
          },
          15_000,
        ).catch(() => undefined);
      } else {
        report.kills++;
        await engine.inject({ kind: 'kill-worker', worker });
      }
      if (engine.read().status === 'stopped') break;
      // Often while the last loss is still being worked up, sometimes when all is well again.
      if (nextUint32(random) % 3 === 0) await until('deposits go on', () => confirmed.length > before + 20);
      else await pause((nextUint32(random) % 1_000) * pauseMs * 0.002);
    }
    await engine.idle();
    const { status, stopCause } = engine.read();
    if (status === 'stopped') throw new Error(`The system stopped: ${stopCause}`);
    await until('deposits go on after the last loss', async () => {
      const before = confirmed.length;
      await pause(300);
      return confirmed.length > before;
    });

    let asked = 0;
    const failed: Record<string, number> = {};
    const unsettled: string[] = [];
    for (let client = 0; client < workers; client++) {
      const path = `/root/c${client}`;
      let refusal: unknown;
      await until(`${path} stops`, async () => {
        await engine.send(path, { kind: 'Stop' }).catch((thrown) => {
          refusal = thrown;
        });
        const state = await stateOf<ClientState>(engine, path);
        return state?.stopping === true;
      }).catch((thrown) => {
        const { actors, workers: readings } = engine.read();
        const last = JSON.stringify({ actors, readings, events: engine.trace(0).slice(-40) });
        throw new Error(`${thrown} (${refusal}); ${last}`);
      });
      let last: ClientState | undefined;
      await until(
        `${path} has settled`,
        async () => {
          last = await stateOf<ClientState>(engine, path);
          return last !== undefined && last.settled === last.asked;
        },
        15_000,
      ).catch(() => unsettled.push(`${path}: ${last?.settled} of ${last?.asked}`));
      asked += last?.asked ?? 0;
      for (const [code, count] of Object.entries(last?.failed ?? {})) failed[code] = (failed[code] ?? 0) + count;
    }
    look();
    await engine.stop();

    // What is there, for somebody who opens it anew.
    const missing: string[] = [];
    const doubled: string[] = [];
    const later = open(SOAK, { clients: 0 }, 1, run);
    await later.start();
    for (let account = 0; account < ACCOUNTS; account++) {
      let ids: readonly string[] | undefined;
      await until(`account ${account} has recovered`, async () => {
        const view = later.read().actors.find(({ path }) => path === `/root/a${account}`);
        const stored = await stateOf<{
          readonly state: { readonly ids: string[] };
          readonly journal: { readonly phase: string };
        }>(later, `/root/a${account}`);
        ids = stored?.state.ids;
        return view?.status === 'running' && isReady(stored?.journal);
      });
      const counts = new Map<string, number>();
      for (const id of ids ?? []) counts.set(id, (counts.get(id) ?? 0) + 1);
      for (const { id } of confirmed.filter((one) => one.account === account)) {
        const count = counts.get(id) ?? 0;
        if (count === 0) missing.push(id);
        if (count > 1) doubled.push(id);
      }
    }
    await later.stop();
    channel.close();
    await clearStoredJournals({ run });
    return {
      ...report,
      asked,
      confirmed: confirmed.length,
      missing,
      doubled,
      unsettled,
      failed,
      status,
      elapsedMs: performance.now() - startMs,
    };
  },
  async memory({ minutes, killEveryMs, workers }) {
    let engine = open(scenarioOf('checkout'), {}, workers, 'memory');
    await engine.start();
    const startMs = performance.now();
    const samples: MemorySample[] = [];
    let kills = 0;
    for (let sample = 1; sample <= SAMPLES; sample++) {
      const untilMs = startMs + (minutes * 60_000 * sample) / SAMPLES - ENDING_MS;
      let [nextCrashMs, nextKillMs] = [0, 0];
      do {
        // As the page does: the trace is taken in, and everything is looked at.
        const { actors, status } = engine.read();
        const nowMs = performance.now();
        if (status === 'stopped') {
          // Its supervisors have given up, as they should under such fire: a person would start it again.
          engine = open(scenarioOf('checkout'), {}, workers, 'memory');
          await engine.start();
          continue;
        }
        if (nowMs >= nextKillMs) {
          nextKillMs = nowMs + killEveryMs;
          await engine.inject({ kind: 'kill-worker', worker: kills++ % workers }).catch(() => undefined);
        } else if (nowMs >= nextCrashMs) {
          nextCrashMs = nowMs + killEveryMs / 10;
          const victim = actors[Math.floor(nowMs) % Math.max(1, actors.length)];
          // The root would end the run.
          if (victim !== undefined && victim.parent !== null) {
            await engine.inject({ kind: 'crash', path: victim.path }).catch(() => undefined);
          }
        }
        await pause(16);
      } while (performance.now() < untilMs);
      await pause(ENDING_MS);
      const { workers: readings } = engine.read();
      const processed = readings.reduce((sum, worker) => sum + worker.processed, 0);
      samples.push({ atMs: performance.now() - startMs, bytes: await bytesOf(engine), processed });
    }
    await engine.stop();
    return samples;
  },
};

/** A thread that sleeps cannot be asked what it uses: all of them are kept awake meanwhile. */
async function bytesOf(engine: LiveEngine): Promise<number> {
  let bytes: number | undefined;
  const measured = bytesNow().then((found) => {
    bytes = found ?? Number.NaN;
  });
  while (bytes === undefined) {
    const places = new Map(engine.read().actors.map(({ worker, path }) => [worker, path]));
    await Promise.all([...places.values()].map((path) => engine.state(path).catch(() => undefined)));
    await pause(1);
  }
  await measured;
  return bytes;
}

function isReady(journal: unknown): boolean {
  return (journal as { readonly phase?: string } | undefined)?.phase === 'ready';
}
