/** Runs of the simulator itself, without anything around it: the same code in Node and in a worker of Chromium. */

import type { SimulatedOptions } from '../../src/app/bridge/simulated.ts';
import { type RunHash, textOf } from '../../src/engine/simulator/run-hash.ts';
import { Simulator } from '../../src/engine/simulator/simulator.ts';
import { findScenario } from '../../src/scenarios/catalog.ts';
import { checkout } from '../../src/scenarios/checkout/scenario.ts';
import { decodeRun, encodeRun } from '../../src/share/link.ts';
import { DEFAULT_VIEW } from '../../src/share/shared-run.ts';
import type { Outcome } from './live/outcome.ts';
import { PING_PONG } from './live/ping-pong.ts';
import { CHECKOUT_WORKERS, LINK_STEP, SEED } from './simulator-rows.ts';
import type { Measurement } from './workload.ts';

/** Steps of one call: more than any run has. */
const ANY = Number.POSITIVE_INFINITY;

/** The digits of a run's hash that a number holds exactly. */
const HASH_DIGITS = 13;

/** A run's hash, as the text that a reading gives, as a checksum. */
export function checksumOf(hash: string): number {
  return Number.parseInt(hash.slice(-HASH_DIGITS), 16);
}

export function hashOf({ system }: Simulator): string {
  return textOf(system.recorder?.hash as RunHash);
}

export function openCheckout(): Simulator {
  return new Simulator({ scenario: checkout, parameters: {}, workers: CHECKOUT_WORKERS, seed: SEED });
}

/** Two actors, each of whose turns is a step. The one that began counts the answers that come in order. */
export function runPingPong(size: number): Measurement {
  const { scenario } = PING_PONG;
  const simulator = new Simulator({ scenario, parameters: {}, workers: 1, seed: SEED, history: false });
  const expected = size / 2;
  simulator.send('/root', { kind: 'Run', size: expected } as { readonly kind: string });
  const first = simulator.step;
  const startMs = performance.now();
  simulator.run(ANY, ANY, ANY);
  const elapsedMs = performance.now() - startMs;
  const { checksum = 0 } = (simulator.system.find('/root')?.cell.state ?? {}) as Partial<Outcome>;
  return { operations: simulator.step - first, elapsedMs, checksum, expected };
}

/** The hash of the shop's run after so many steps, taken one at a time. */
let known: { readonly size: number; readonly checksum: number } | undefined;

/** The shop as the page runs it: with history, trace, keyframes and everything that its hash is made of. */
export function runCheckout(size: number): Measurement {
  const simulator = openCheckout();
  const startMs = performance.now();
  simulator.run(size, ANY, ANY);
  const elapsedMs = performance.now() - startMs;
  if (known?.size !== size) {
    const slow = openCheckout();
    while (slow.step < size) slow.forward();
    known = { size, checksum: checksumOf(hashOf(slow)) };
  }
  return { operations: simulator.step, elapsedMs, checksum: checksumOf(hashOf(simulator)), expected: known.checksum };
}

export interface PreparedLink {
  /** Of the link, without `#`. */
  readonly fragment: string;
  /** Of the run that the link was made of, at the step that it points at. */
  readonly expected: number;
}

/** A link to a run in which something was done: a worker of the shop crashes on the way, and its load doubles. */
export function prepareLink(): PreparedLink {
  const simulator = openCheckout();
  simulator.run(LINK_STEP / 4, ANY, ANY);
  simulator.inject({ kind: 'crash', path: '/shop/orders/worker-1' });
  simulator.run(LINK_STEP / 2, ANY, ANY);
  simulator.inject({ kind: 'set-parameter', name: 'rate', value: 2 * (checkout.parameters['rate']?.default ?? 0) });
  simulator.run(LINK_STEP, ANY, ANY);
  const fragment = encodeRun({
    scenario: checkout.id,
    parameters: {},
    workers: CHECKOUT_WORKERS,
    simulation: simulator.plan(),
    view: DEFAULT_VIEW,
  });
  return { fragment, expected: checksumOf(hashOf(simulator)) };
}

/** What to open for a link, as the page finds it out. */
export function readLink(fragment: string): Required<Omit<SimulatedOptions, 'recording'>> {
  const decoded = decodeRun(fragment);
  if (!decoded.ok) throw new Error(`The link cannot be read: ${decoded.error.message}`);
  const { scenario: id, parameters, workers, simulation } = decoded.value;
  const scenario = findScenario(id);
  if (scenario === undefined || workers === undefined || simulation === undefined) {
    throw new Error('The link is not one to a simulated run.');
  }
  const { seed, ...plan } = simulation;
  return { scenario, parameters, workers, seed, plan };
}
