/** A person who does anything at all to a simulator, and what must be true after everything that was done. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { PlayhouseError } from '../../../kernel/errors.ts';
import type { PlannedFault } from '../../../kernel/scenario.ts';
import type { RunPlan } from '../../simulation.ts';
import { causesOf } from '../causes.ts';
import { choicesOf } from '../choices.ts';
import { compareBranches } from '../comparison.ts';
import { inspectActor } from '../inspection.ts';
import { Simulator, type SimulatorOptions } from '../simulator.ts';
import { detailOf, stepsOf, timelineOf } from '../steps.ts';
import { faultsOn, MIXER_KINDS, type MixerPlan, type MixerSystem, mixerScenario } from './mixer.ts';
import { photograph } from './photograph.ts';

/** One thing that a person does; `at`, `which` and `how` are shares, so that they mean something anywhere. */
export interface Deed {
  readonly do:
    | 'forward'
    | 'slices'
    | 'back'
    | 'seek'
    | 'stay'
    | 'end'
    | 'choose'
    | 'inject'
    | 'send'
    | 'show'
    | 'delete'
    | 'look';
  readonly much: number;
  readonly at: number;
  readonly which: number;
  readonly how: number;
}

const share = fc.noBias(fc.double({ min: 0, max: 0.999, noNaN: true }));

const deed: fc.Arbitrary<Deed> = fc.record({
  do: fc.constantFrom(
    ...(['forward', 'forward', 'slices', 'slices', 'back', 'seek', 'stay', 'end', 'choose', 'choose'] as const),
    ...(['inject', 'inject', 'send', 'show', 'show', 'delete', 'look', 'look'] as const),
  ),
  much: fc.oneof(fc.noBias(fc.nat(30)), fc.noBias(fc.nat(1_500))),
  at: share,
  which: share,
  how: share,
});

/** Far enough first that there is something to go back to. */
export const deeds: fc.Arbitrary<readonly Deed[]> = fc
  .tuple(fc.noBias(fc.nat(3_000)), fc.noBias(fc.array(deed, { minLength: 8, maxLength: 25, size: 'max' })))
  .map(([much, more]) => [{ do: 'forward', much, at: 0, which: 0, how: 0 }, ...more]);

const plannedFaults: fc.Arbitrary<PlannedFault> = fc.record({
  atMs: fc.nat(60),
  fault: fc.nat(23).map((number) => faultsOn('/mix/c0', '/mix', number)[number] as PlannedFault['fault']),
});

const treeOf = (children: fc.Arbitrary<readonly MixerPlan[]>): fc.Arbitrary<MixerPlan> =>
  fc.record({
    behavior: fc.constantFrom(...MIXER_KINDS),
    placement: fc.constantFrom('parent' as const, 'round-robin' as const, 0, 1, 2),
    children,
  });
const tree = treeOf(fc.array(treeOf(fc.array(treeOf(fc.constant([])), { maxLength: 2 })), { maxLength: 2 }));

export const systems: fc.Arbitrary<MixerSystem> = fc.record({
  plans: fc.noBias(fc.array(tree, { minLength: 1, maxLength: 3 })),
  everyMs: fc.constantFrom(0, 1, 1, 2, 2, 5),
  latencyMs: fc.constantFrom(0, 0.05, 1),
  jitterMs: fc.constantFrom(0, 0.5),
  turnMs: fc.constantFrom(0, 0, 0.01, 0.3),
  faults: fc.array(plannedFaults, { maxLength: 2 }),
});

/** Steps that no walk goes beyond. */
const STEPS_MAX = 8_000;

function pick<T>(items: readonly T[], share: number): T | undefined {
  return items[Math.floor(share * items.length)];
}

/** The same position, gone to straight from the start, with nothing but the plan. */
function fresh(options: SimulatorOptions, plan: RunPlan, simulator: Simulator): Simulator {
  const other = new Simulator({ ...options, plan });
  other.seek(plan.step);
  // Time may have passed since the step.
  if (simulator.system.isWaiting) other.run(plan.step + 1, 1, simulator.system.nowMs);
  return other;
}

/** What people get to hear of a mistake; anything else is a defect. */
function attempt(action: () => void): void {
  try {
    action();
  } catch (thrown) {
    if (!(thrown instanceof PlayhouseError)) throw thrown;
  }
}

function perform(simulator: Simulator, deed: Deed): void {
  const { system, branches } = simulator;
  const { much, at, which, how } = deed;
  const paths = [...system.directory().keys()];
  // Without the root there is nothing to see; once in a while it has to go.
  const path = pick(at > 0.95 ? paths : paths.filter((one) => one !== '/mix'), at) ?? '/mix';
  switch (deed.do) {
    case 'forward':
      simulator.run(Math.min(STEPS_MAX, simulator.step + much), much, Number.POSITIVE_INFINITY);
      return;
    case 'slices':
      // As a run is played: a slice of time, and what is left of it passes.
      for (let slice = 0; slice < 1 + which * 8; slice++) {
        const limitMs = simulator.clockMs + at * how * 3;
        const taken = simulator.run(STEPS_MAX, 1 + much, limitMs);
        if (taken === 'later') simulator.clockMs = limitMs;
      }
      return;
    case 'back':
      return simulator.seek(Math.max(0, simulator.step - much));
    case 'seek':
      return simulator.seek(Math.floor(at * (simulator.head + 1)));
    case 'stay':
      return simulator.seek(simulator.step);
    case 'end':
      return simulator.seek(simulator.head);
    case 'choose':
      return choose(simulator, which);
    case 'inject': {
      const faults = faultsOn(path, pick(paths, which) ?? '/mix', Math.floor(which * 200));
      return attempt(() => simulator.inject(pick(faults, how) ?? { kind: 'crash', path }));
    }
    case 'send':
      return attempt(() => simulator.send(path, { kind: 'Job', n: much, hops: 2, load: [much] } as never));
    case 'show':
      simulator.show(Math.floor(which * branches.list.length));
      if (how > 0.5) simulator.seek(simulator.head);
      return;
    case 'delete':
      return attempt(() => simulator.deleteBranch(Math.floor(which * branches.list.length)));
    case 'look':
      return look(simulator, deed, path);
  }
}

function choose(simulator: Simulator, which: number): void {
  const { branches } = simulator;
  const choice = pick(choicesOf(simulator), which);
  if (choice === undefined || branches.list.length >= 30) return;
  const { step, head } = simulator;
  const known = branches.list.length;
  const line = branches.ownerOf(step + 1);
  const isFree = !branches.at(line).interventions.has(step + 1);
  const shown = branches.current;
  simulator.choose(choice.key);
  expect(simulator.step, 'a choice is the next step').toBe(step + 1);
  expect(simulator.diverged, 'a listed choice can be taken').toBeUndefined();
  const [record] = stepsOf(simulator, step + 1, step + 2);
  expect(record?.path).toBe(choice.path);
  if (choice.isScheduled && isFree) expect(branches.list.length, 'the schedule does not fork').toBe(known);
  if (choice.takenBy.length > 0) expect(branches.list.length, 'a known way is not made anew').toBe(known);
  if (choice.takenBy.includes(line)) expect(branches.current, 'who goes on as before stays on the branch').toBe(shown);
  if (branches.list.length === known && head === step) expect(simulator.head).toBe(step + 1);
}

/** Questions change nothing. */
function look(simulator: Simulator, { which, at, how }: Deed, path: string): void {
  const { branches, head } = simulator;
  const before = photograph(simulator);
  const { clockMs, isOver } = simulator;
  const step = 1 + Math.floor(which * head);
  const questions = [
    () => detailOf(simulator, step),
    () => causesOf(simulator, step),
    () => inspectActor(simulator, path),
    () => compareBranches(simulator, 0, Math.floor(at * branches.list.length)),
    () => choicesOf(simulator),
    () => stepsOf(simulator, step, step + 100),
    () => timelineOf(simulator, 1 + how * 50),
  ];
  pick(questions, how)?.();
  expect({ clockMs: simulator.clockMs, isOver: simulator.isOver, head: simulator.head }).toEqual({
    clockMs,
    isOver,
    head,
  });
  expect(photograph(simulator)).toEqual(before);
}

function checkBranches({ branches, step }: Simulator): void {
  const trunk = branches.list[0];
  expect([trunk?.parent, trunk?.forkStep]).toEqual([-1, 1]);
  expect(step).toBeLessThanOrEqual(branches.head);
  for (const [number, branch] of branches.list.entries()) {
    expect(branch.parent).toBeLessThan(Math.max(number, 0) || 0);
    const parent = branches.list[branch.parent];
    if (parent !== undefined) expect(branch.forkStep).toBeGreaterThanOrEqual(parent.forkStep);
    for (const at of branch.interventions.keys()) expect(at).toBeGreaterThanOrEqual(branch.forkStep);
    // Nothing is told twice: siblings part by what they do first.
    for (const sibling of branches.list.slice(0, number)) {
      if (sibling.parent !== branch.parent || sibling.forkStep !== branch.forkStep) continue;
      const first = JSON.stringify(branch.interventions.get(branch.forkStep));
      expect(JSON.stringify(sibling.interventions.get(branch.forkStep))).not.toBe(first);
    }
  }
}

const WORKERS = 3;
/** Steps of which the records are compared. */
const RECORDS = 60;

/** After every deed the run is where its plan leads, and all of it is alike. */
export function walk(system: MixerSystem, seed: number, todo: readonly Deed[]): void {
  const options: SimulatorOptions = {
    scenario: mixerScenario(system),
    parameters: {},
    workers: WORKERS,
    seed,
    actorRows: 4_096,
  };
  const simulator = new Simulator(options);
  for (const [number, deed] of todo.entries()) {
    const doing = `deed ${number}, ${deed.do}`;
    perform(simulator, deed);
    checkBranches(simulator);
    const other = fresh(options, simulator.plan(), simulator);
    expect(photograph(simulator), doing).toEqual(photograph(other));
    const from = Math.max(1, simulator.step - RECORDS);
    expect(stepsOf(simulator, from, simulator.step + 1), doing).toEqual(stepsOf(other, from, simulator.step + 1));
    for (const { step, cause, sentMs, arrivedMs, atMs } of stepsOf(simulator, from, simulator.step + 1)) {
      expect(cause).toBeLessThan(step);
      expect(arrivedMs).toBeGreaterThanOrEqual(sentMs);
      expect(atMs).toBeGreaterThanOrEqual(arrivedMs);
    }
    if (number % 4 !== 3) continue;
    // All that is known of this line of time, ahead of it too.
    other.seek(simulator.head);
    const end = simulator.head + 1;
    const all = (one: Simulator): string[] => stepsOf(one, 1, end).map((record) => JSON.stringify(record));
    expect(all(simulator), doing).toEqual(all(other));
    const step = 1 + Math.floor(deed.which * simulator.head);
    expect(detailOf(simulator, step), doing).toEqual(detailOf(other, step));
    expect(causesOf(simulator, step), doing).toEqual(causesOf(other, step));
  }
}
