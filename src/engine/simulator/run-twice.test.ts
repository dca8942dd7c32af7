/** Every lesson, taken twice with the same choices: event by event, step by step, state by state the same. */
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../kernel/fault.ts';
import type { Scenario } from '../../kernel/scenario.ts';
import type { TraceEvent } from '../../kernel/trace.ts';
import { CATALOG } from '../../scenarios/catalog.ts';
import { decodeRun, encodeRun } from '../../share/link.ts';
import { DEFAULT_VIEW } from '../../share/shared-run.ts';
import type { RunPlan } from '../simulation.ts';
import { Simulator } from './simulator.ts';
import { stepsOf } from './steps.ts';
import { photograph } from './testdata/photograph.ts';

const STEPS = 20_000;
const WORKERS = 4;

/** Faults that hurt any system, at steps that the seed says. */
function injectSome(simulator: Simulator, seed: number): void {
  const paths = () => [...simulator.system.directory().keys()].filter((path) => path.split('/').length > 2);
  const hurt: readonly ((path: string) => Fault)[] = [
    (path) => ({ kind: 'crash', path }),
    (path) => ({ kind: 'slow', path, delayMs: 2, factor: 1.5 }),
    (path) => ({ kind: 'hang', path, forMs: 20 }),
    (path) => ({ kind: 'drop', to: path, probability: 0.1 }),
    (path) => ({ kind: 'reorder', to: path, probability: 0.2, delayMs: 5 }),
    () => ({ kind: 'kill-worker', worker: seed % WORKERS }),
    (path) => ({ kind: 'poison', path }),
    (path) => ({ kind: 'flood', path, count: 100 }),
  ];
  for (const [index, fault] of hurt.entries()) {
    simulator.seek(simulator.step + 900 + 37 * (seed % 20));
    const found = paths();
    if (found.length > 0) simulator.inject(fault(found[(seed * 7 + index * 3) % found.length] ?? ''));
  }
}

/** Everything that happens on the way, as it happens. */
function record(simulator: Simulator): { events: TraceEvent[]; hash: string | undefined } {
  const events: TraceEvent[] = [];
  let sequence = 0;
  while (simulator.step < STEPS && !simulator.isOver) {
    simulator.run(Math.min(STEPS, simulator.step + 500), 500, Number.POSITIVE_INFINITY);
    const news = simulator.system.observations.slice(sequence + 1);
    events.push(...news);
    sequence = simulator.system.observations.sequence;
  }
  return { events, hash: photograph(simulator).hash };
}

function optionsOf(scenario: Scenario, seed: number) {
  return { scenario, parameters: {}, workers: WORKERS, seed };
}

describe.each(CATALOG.map((scenario) => [scenario.id, scenario] as const))('%s', (id, scenario) => {
  for (const seed of [1, 2, 77]) {
    it(`runs the same twice, with faults (seed ${seed})`, () => {
      const first = new Simulator(optionsOf(scenario, seed));
      injectSome(first, seed);
      const plan: RunPlan = { ...first.plan(), step: 0 };
      first.seek(STEPS);
      // As a link carries it.
      const { seed: _, ...simulation } = plan;
      const link = encodeRun({
        scenario: id,
        parameters: {},
        workers: WORKERS,
        simulation: { seed, ...simulation },
        view: DEFAULT_VIEW,
      });
      const decoded = decodeRun(link);
      if (!decoded.ok) throw new Error(decoded.error.message);
      expect(decoded.value.simulation).toEqual({ seed, ...simulation });

      const [left, right] = [plan, decoded.value.simulation as RunPlan].map(
        (one) => new Simulator({ ...optionsOf(scenario, seed), plan: one }),
      ) as [Simulator, Simulator];
      const [a, b] = [record(left), record(right)];
      expect(a.events.length).toBeGreaterThan(10);
      expect(a.events.filter(({ type }) => type === 'fault')).toHaveLength(8);
      expect(b.events).toEqual(a.events);
      expect(b.hash).toBe(a.hash);
      expect(photograph(right)).toEqual(photograph(left));
      expect(photograph(first)).toEqual(photograph(left));
      for (let from = 1; from <= STEPS; from += 4_000) {
        expect(stepsOf(right, from, from + 4_000)).toEqual(stepsOf(left, from, from + 4_000));
      }
    }, 60_000);
  }

  it('has every actor that its properties watch', () => {
    const simulator = new Simulator(optionsOf(scenario, 1));
    simulator.seek(STEPS / 4);
    const watched = (scenario.properties ?? []).flatMap(({ watches = [] }) => watches);
    expect(watched.filter((path) => simulator.system.find(path) === undefined)).toEqual([]);
  });

  it('runs differently with another seed, and reports nothing against its author', () => {
    const [a, b] = [1, 2].map((seed) => new Simulator(optionsOf(scenario, seed))) as [Simulator, Simulator];
    for (const simulator of [a, b]) simulator.seek(STEPS / 4);
    expect(photograph(a).hash).not.toBe(photograph(b).hash);
    expect([...a.system.reports(), ...b.system.reports()]).toEqual([]);
  });
});
