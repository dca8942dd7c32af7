/** Opens live engines: the place where the page, comlink, Web Workers and the engine meet. */

import type { WorkerHandle } from '../../engine/control/worker-handle.ts';
import type { Engine } from '../../engine/engine.ts';
import { LiveEngine } from '../../engine/live/live-engine.ts';
import type { WorkerControl } from '../../engine/live/worker-control.ts';
import type { LiveSettings } from '../../engine/live-settings.ts';
import type { Scenario } from '../../kernel/scenario.ts';
import { handleOf } from './worker-handle.ts';

export interface LiveOptions {
  readonly scenario: Scenario;
  readonly parameters: Readonly<Record<string, number>>;
  readonly workers: number;
  readonly settings?: Partial<LiveSettings>;
  readonly record?: boolean;
}

/** @throws PlayhouseError `invalid-configuration`, naming the field */
export function openLiveEngine(options: LiveOptions): Engine {
  return new LiveEngine({ ...options, seed: 1, createWorker: createLiveWorker });
}

function createLiveWorker(index: number): WorkerHandle<WorkerControl> {
  const worker = new Worker(new URL('./live-worker.ts', import.meta.url), {
    type: 'module',
    name: `playhouse-${index}`,
  });
  return handleOf<WorkerControl>(worker);
}
