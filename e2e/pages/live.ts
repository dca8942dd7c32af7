/** The page behind live.html: `window.live` opens a live engine for any behavior of the golden scripts' cast. */
import { handleOf } from '../../src/app/bridge/worker-handle.ts';
import type { Reading } from '../../src/engine/engine.ts';
import { LiveEngine } from '../../src/engine/live/live-engine.ts';
import type { LiveSettings } from '../../src/engine/live-settings.ts';
import { castScenario, type LiveRoot } from './live-scenario.ts';

export interface LiveOptions extends LiveRoot {
  readonly workers: number;
  readonly actorRows?: number;
  readonly settings?: Partial<LiveSettings>;
  /** A script that does not exist, to see what becomes of that. */
  readonly brokenScript?: boolean;
  /** How many of the workers that take a lost one's place have such a script. */
  readonly brokenReplacements?: number;
}

declare global {
  interface Window {
    live: {
      /** Ends the engine before, starts another one and leaves it in `engine`. */
      open(options: LiveOptions): Promise<void>;
      engine: LiveEngine;
      /** All workers that were made, the latest last. */
      made: Worker[];
      read(): Omit<Reading, 'latencyCounts' | 'times'>;
    };
  }
}

window.live = {
  engine: undefined as unknown as LiveEngine,
  made: [],
  async open({ behavior, args, workers, actorRows, settings = {}, brokenScript = false, brokenReplacements = 0 }) {
    await this.engine?.stop();
    this.made = [];
    const isBroken = (): boolean =>
      brokenScript || (this.made.length >= workers && this.made.length < workers + brokenReplacements);
    this.engine = new LiveEngine({
      scenario: castScenario({ behavior, args }),
      parameters: {},
      workers,
      seed: 1,
      settings,
      ...(actorRows === undefined ? {} : { actorRows }),
      createWorker: () => {
        const worker = isBroken()
          ? new Worker('./missing-script.js', { type: 'module' })
          : new Worker(new URL('./live-worker.ts', import.meta.url), { type: 'module' });
        this.made.push(worker);
        return handleOf(worker);
      },
    });
    await this.engine.start();
  },
  read() {
    const { latencyCounts: _, times: _times, ...reading } = this.engine.read();
    return reading;
  },
};
