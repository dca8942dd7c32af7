/**
 * What every root of a workload shares. A root starts on `Run`, as often as it is told to; it measures itself with the
 * engine's clock, and when everything has arrived it counts one "rejected": the page sees that number in shared memory
 * without disturbing anybody, then reads the root's state.
 */
import type { LiveSettings } from '../../../src/engine/live-settings.ts';
import type { AnyMessage, Ref, Scenario } from '../../../src/index.ts';
import type { Goal, Shape } from '../workload.ts';

/** State of every root, as the page reads it at the end. */
export interface Outcome {
  startedMs: number;
  elapsedMs: number;
  checksum: number;
}

export const outcome = (): Outcome => ({ startedMs: 0, elapsedMs: 0, checksum: 0 });

export interface Finisher {
  now(): number;
  countRejected(): void;
}

export function begin(state: Outcome, ctx: Finisher): void {
  state.checksum = 0;
  state.startedMs = ctx.now();
}

export function finish(state: Outcome, ctx: Finisher): void {
  state.elapsedMs = ctx.now() - state.startedMs;
  ctx.countRejected();
}

/** What the names of workers end with that sample and measure nothing. */
export const UNOBSERVED = '-unobserved';

/** What functions of a workload need of a context. */
export interface Teller {
  tell<M extends AnyMessage>(to: Ref<M>, message: NoInfer<M>): void;
}

export function scenarioOf(
  id: string,
  root: Scenario['root']['behavior'],
  others: Scenario['behaviors'],
  args?: unknown,
): Scenario {
  return {
    id,
    title: id,
    summary: '',
    experiments: [],
    parameters: {},
    behaviors: [root, ...others],
    root: { behavior: root, name: 'root', args },
  };
}

/** A shape, done by actors of the live engine. */
export interface ActorWorkload {
  readonly shape: Shape;
  readonly workers: number;
  readonly scenario: Scenario;
  /** Of a lap before the measured one, in the same workers: their code is compiled by then. */
  readonly warmSize: number;
  readonly baseline?: string;
  readonly goal?: Goal;
  readonly actorRows?: number;
  readonly settings?: Partial<LiveSettings>;
  /** How often each worker must have gone to sleep, about. */
  readonly parksPerOperation?: number;
}
