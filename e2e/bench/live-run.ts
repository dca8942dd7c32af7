/** A fresh live engine for a workload, as a page starts one, with its metrics on; and laps of it. */
import { handleOf } from '../../src/app/bridge/worker-handle.ts';
import type { Reading } from '../../src/engine/engine.ts';
import { LiveEngine } from '../../src/engine/live/live-engine.ts';
import type { LiveSettings } from '../../src/engine/live-settings.ts';
import type { Scenario } from '../../src/index.ts';
import { type Outcome, UNOBSERVED } from './live/outcome.ts';

export interface LiveRunOptions {
  readonly scenario: Scenario;
  readonly workers: number;
  readonly actorRows?: number;
  readonly settings?: Partial<LiveSettings>;
  /** False: its workers sample and measure nothing, as no page can ask of them. Default true. */
  readonly isObserved?: boolean;
  /** Between two looks at shared memory; default: as often as the page of the app looks. */
  readonly frameMs?: number;
}

const FRAME_MS = 16;

export class LiveRun {
  readonly engine: LiveEngine;
  private laps = 0;

  private readonly name: string;
  private readonly frameMs: number;

  private constructor(engine: LiveEngine, name: string, frameMs: number) {
    this.engine = engine;
    this.name = name;
    this.frameMs = frameMs;
  }

  static async start({
    scenario,
    workers,
    actorRows,
    settings,
    isObserved,
    frameMs,
  }: LiveRunOptions): Promise<LiveRun> {
    const engine = new LiveEngine({
      scenario,
      parameters: {},
      workers,
      seed: 1,
      ...(actorRows === undefined ? {} : { actorRows }),
      ...(settings === undefined ? {} : { settings }),
      createWorker: (index) => {
        const name = `bench-${index}${isObserved === false ? UNOBSERVED : ''}`;
        return handleOf(new Worker(new URL('./actor-worker.ts', import.meta.url), { type: 'module', name }));
      },
    });
    await engine.start();
    return new LiveRun(engine, scenario.id, frameMs ?? FRAME_MS);
  }

  /** Tells the root something and waits until it has finished with it. `look` sees what the page reads meanwhile. */
  async lap(message: { readonly kind: string }, look?: (reading: Reading) => void): Promise<Outcome> {
    const { engine } = this;
    this.laps++;
    await engine.send('/root', message);
    // Seen in shared memory: nobody is asked anything while the workload runs.
    for (;;) {
      const reading = engine.read();
      look?.(reading);
      const { rejected, status, stopCause, deadLetters } = reading;
      if (rejected >= this.laps) break;
      if (status === 'stopped') throw new Error(`${this.name} stopped: ${stopCause}`);
      // Nothing that is lost comes any more: the lap would never end.
      if (deadLetters > 0) throw new Error(`${this.name}: ${deadLetters} messages are dead letters.`);
      await new Promise((resolve) => setTimeout(resolve, this.frameMs));
    }
    return (await engine.state('/root')) as Outcome;
  }

  run(size: number, look?: (reading: Reading) => void): Promise<Outcome> {
    return this.lap({ kind: 'Run', size } as { readonly kind: string }, look);
  }

  /**
   * Keeps the worker of the root coming back to its event loop meanwhile, as control calls do: one that sleeps cannot be asked
   * by the browser what memory it uses.
   */
  async atEventLoop<T>(call: () => Promise<T>): Promise<T> {
    let isOver = false;
    const over = call().finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await this.engine.state('/root');
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return over;
  }

  stop(): Promise<void> {
    return this.engine.stop();
  }
}
