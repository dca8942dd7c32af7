/** The page behind live.html: `window.live` opens a live engine for any behavior of the golden scripts' cast. */
import { handleOf } from '../../src/app/bridge/worker-handle.ts';
import type { Reading } from '../../src/engine/engine.ts';
import { LiveEngine } from '../../src/engine/live/live-engine.ts';
import { castScenario, type LiveRoot } from './live-scenario.ts';

export interface LiveOptions extends LiveRoot {
  readonly workers: number;
  readonly actorRows?: number;
  /** A script that does not exist, to see what becomes of that. */
  readonly brokenScript?: boolean;
}

declare global {
  interface Window {
    live: {
      /** Ends the engine before, starts another one and leaves it in `engine`. */
      open(options: LiveOptions): Promise<void>;
      engine: LiveEngine;
      read(): Omit<Reading, 'latencyCounts'>;
    };
  }
}

window.live = {
  engine: undefined as unknown as LiveEngine,
  async open({ behavior, args, workers, actorRows, brokenScript = false }) {
    await this.engine?.stop();
    this.engine = new LiveEngine({
      scenario: castScenario({ behavior, args }),
      parameters: {},
      workers,
      seed: 1,
      ...(actorRows === undefined ? {} : { actorRows }),
      createWorker: () =>
        handleOf(
          brokenScript
            ? new Worker('./missing-script.js', { type: 'module' })
            : new Worker(new URL('./live-worker.ts', import.meta.url), { type: 'module' }),
        ),
    });
    await this.engine.start();
  },
  read() {
    const { latencyCounts: _, ...reading } = this.engine.read();
    return reading;
  },
};
