/**
 * The page behind conformance.html: `window.conformance.run(id)` runs one case on real threads and says what went wrong;
 * `runSimulated(seed)` runs all of them on the simulator, one after another, on the page's own thread.
 */
import { handleOf } from '../../src/app/bridge/worker-handle.ts';
import { bucketValue } from '../../src/base/histogram.ts';
import { type Driver, scenarioOf } from '../../src/conformance/case.ts';
import { CASES } from '../../src/conformance/cases.ts';
import { startSimulated } from '../../src/conformance/simulated-driver.ts';
import { LiveEngine } from '../../src/engine/live/live-engine.ts';

declare global {
  interface Window {
    conformance: {
      /** @param forceStealMs 0: actors move only where that helps; otherwise all the time */
      run(id: string, forceStealMs?: number): Promise<void>;
      runSimulated(seed: number): Promise<SimulatedResults>;
    };
  }
}

interface SimulatedResults {
  /** Ids of all cases that were run. */
  readonly ran: readonly string[];
  /** `id: what went wrong`, of those that failed. */
  readonly failures: readonly string[];
}

const POLL_MS = 2;
const PATIENCE_MS = 20_000;
/** How long an actor may be without a state before that is what is seen. */
const BETWEEN_LIVES_MS = 2_000;

/** A new actor works a moment before it is listed: looked for again for so long before it counts as not there. */
const LISTED_WITHIN_MS = 300;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

window.conformance = {
  async run(id, forceStealMs = 0) {
    const one = CASES.find((candidate) => candidate.id === id);
    if (one === undefined) throw new Error(`There is no case ${id}.`);
    const engine = new LiveEngine({
      scenario: scenarioOf(one),
      parameters: one.parameters ?? {},
      workers: one.workers ?? 2,
      seed: 1,
      settings: { forceStealMs },
      createWorker: () => handleOf(new Worker(new URL('./conformance-worker.ts', import.meta.url), { type: 'module' })),
    });
    await engine.start();
    try {
      await one.run(driverOf(engine, forceStealMs > 0));
    } catch (thrown) {
      const recent = engine
        .trace()
        .slice(-30)
        .map((event) => JSON.stringify(event));
      throw new Error(`${(thrown as Error).message}\nlast events:\n${recent.join('\n')}`);
    } finally {
      await engine.stop();
    }
  },
  async runSimulated(seed) {
    const ran: string[] = [];
    const failures: string[] = [];
    for (const one of CASES) {
      try {
        const driver = startSimulated(one, seed);
        await one.run(driver);
        const [report] = driver.simulator.system.reports();
        if (report !== undefined) failures.push(`${one.id}: ${report.text}`);
      } catch (thrown) {
        failures.push(`${one.id}: ${(thrown as Error).message}`);
      }
      ran.push(one.id);
    }
    return { ran, failures };
  },
};

function driverOf(engine: LiveEngine, movesAllTheTime: boolean): Driver {
  const actors = async () => engine.read().actors;
  /** Whatever anybody has done so far: when it stays the same, nothing moves. */
  const work = (): string => {
    const { actors: all, workers } = engine.read();
    // What workers tell each other about moves is no work of anybody's.
    const mail = workers.map(({ processed, sent, received }) =>
      movesAllTheTime ? processed : `${processed} ${sent} ${received}`,
    );
    return JSON.stringify([mail, all.map(({ mailboxDepth, slowMs }) => (slowMs > 0 ? 0 : mailboxDepth))]);
  };
  return {
    clock: 'wall',
    send: (path, message) => engine.send(path, message),
    inject: (fault) => engine.inject(fault),
    async state<T>(path: string) {
      const endMs = performance.now() + BETWEEN_LIVES_MS;
      let state = await engine.state(path);
      // Between two incarnations there is none.
      while (state === undefined && performance.now() < endMs) {
        await pause(POLL_MS);
        state = await engine.state(path);
      }
      return state as T;
    },
    actors,
    async actor(path) {
      const endMs = performance.now() + LISTED_WITHIN_MS;
      const listed = async () => (await actors()).find((actor) => actor.path === path);
      let actor = await listed();
      while (actor === undefined && performance.now() < endMs) {
        await pause(POLL_MS);
        actor = await listed();
      }
      return actor;
    },
    trace: async () => engine.trace(),
    async load(overMs) {
      const { latencyCounts, requestsFailed } = engine.read();
      let [answered, over] = [0, 0];
      for (const [bucket, count] of latencyCounts.entries()) {
        answered += count;
        if (bucketValue(bucket) > overMs * 1_000) over += count;
      }
      return { answered, failed: requestsFailed, over };
    },
    async until(what, condition, withinMs = PATIENCE_MS) {
      const endMs = performance.now() + Math.max(withinMs, PATIENCE_MS);
      while (!(await condition())) {
        if (performance.now() > endMs) throw new Error(`${what}: did not happen in time`);
        await pause(POLL_MS);
      }
    },
    wait: pause,
    async quiet() {
      const endMs = performance.now() + PATIENCE_MS;
      for (let before = '', now = work(), same = 0; same < 4; before = now, now = work()) {
        same = before === now ? same + 1 : 0;
        if (performance.now() > endMs) throw new Error('it never becomes quiet');
        await pause(POLL_MS * 3);
      }
    },
  };
}
