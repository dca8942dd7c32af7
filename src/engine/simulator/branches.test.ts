/** Branches: what forks and what does not, whose the steps are, and that no future is lost. */
import { describe, expect, it } from 'vitest';
import { RUN_LIMITS } from '../../kernel/intervention.ts';
import { checkout } from '../../scenarios/checkout/scenario.ts';
import { decodeRun, encodeRun } from '../../share/link.ts';
import { DEFAULT_VIEW } from '../../share/shared-run.ts';
import { choicesOf } from './choices.ts';
import { compareBranches } from './comparison.ts';
import { Simulator, type SimulatorOptions } from './simulator.ts';
import { stepsOf, timelineOf } from './steps.ts';
import { photograph } from './testdata/photograph.ts';

const options: SimulatorOptions = { scenario: checkout, parameters: {}, workers: 4, seed: 4 };
const crash = { kind: 'crash', path: '/shop/gateway' } as const;
const slow = { kind: 'slow', path: '/shop/gateway', delayMs: 1 } as const;

function at(step: number, plan?: SimulatorOptions['plan']): Simulator {
  const simulator = new Simulator(plan === undefined ? options : { ...options, plan });
  simulator.seek(step);
  return simulator;
}

const tree = ({ branches }: Simulator) => branches.list.map(({ parent, forkStep }) => [parent, forkStep]);
const hashAt = (simulator: Simulator, step: number) => {
  simulator.seek(step);
  return photograph(simulator).hash;
};

/** Where more than one thing can be next. */
function fork(simulator: Simulator): { scheduled: string; other: string } {
  for (;;) {
    const choices = choicesOf(simulator);
    const [scheduled, other] = [choices.find((one) => one.isScheduled), choices.find((one) => !one.isScheduled)];
    if (scheduled !== undefined && other !== undefined) return { scheduled: scheduled.key, other: other.key };
    simulator.seek(simulator.step + 1);
  }
}

describe('a fault', () => {
  it('at the end of what is known is a part of it; in the past it makes a branch, and the old future stays', () => {
    const simulator = at(500);
    simulator.inject(crash);
    expect(tree(simulator)).toEqual([[-1, 1]]);
    const future = hashAt(simulator, 900);
    simulator.seek(300);
    simulator.inject(slow);
    expect(tree(simulator)).toEqual([
      [-1, 1],
      [0, 301],
    ]);
    expect(simulator.branches.current).toBe(1);
    expect(simulator.head).toBe(301);
    simulator.seek(800);
    // Somewhere that both branches share.
    simulator.show(0);
    expect([simulator.branches.current, simulator.step <= 300]).toEqual([0, true]);
    simulator.seek(300);
    expect(simulator.step).toBe(300);
    expect(hashAt(simulator, 900)).toBe(future);
  });

  it('that a branch has at that step already leads into the branch', () => {
    const simulator = at(500);
    simulator.seek(300);
    simulator.inject(slow);
    simulator.show(0);
    simulator.seek(300);
    simulator.inject(slow);
    expect(simulator.branches.current).toBe(1);
    expect(tree(simulator)).toHaveLength(2);
    simulator.seek(300);
    simulator.inject(slow);
    expect(simulator.branches.current).toBe(1);
    // Another one at the same step is a sister, and no child.
    simulator.seek(300);
    simulator.inject(crash);
    expect(tree(simulator)).toEqual([
      [-1, 1],
      [0, 301],
      [0, 301],
    ]);
  });

  it('that an ancestor has does not lead away from the branch that is shown', () => {
    const simulator = at(300);
    simulator.inject(slow);
    simulator.seek(700);
    simulator.seek(600);
    simulator.inject(crash);
    expect(tree(simulator)).toEqual([
      [-1, 1],
      [0, 601],
    ]);
    simulator.seek(300);
    simulator.inject(slow);
    expect(simulator.branches.current).toBe(1);
    expect(simulator.head).toBe(601);
    simulator.seek(400);
    simulator.choose(choicesOf(simulator)[0]?.key ?? '');
    expect(simulator.branches.current).toBe(1);
    expect(tree(simulator)).toHaveLength(2);
  });
});

describe('a choice', () => {
  it('of what the schedule takes is a step like any other', () => {
    const simulator = at(200);
    const { scheduled } = fork(simulator);
    const { step } = simulator;
    simulator.choose(scheduled);
    expect(simulator.step).toBe(step + 1);
    expect(tree(simulator)).toHaveLength(1);
    expect(simulator.plan().branches[0]?.interventions).toEqual([]);
    simulator.seek(step);
    simulator.choose(scheduled);
    expect(tree(simulator)).toHaveLength(1);
  });

  it('of something else is a deviation: on the trunk at its end, on a branch in the past', () => {
    const simulator = at(200);
    const { other, scheduled } = fork(simulator);
    const { step } = simulator;
    simulator.choose(other);
    expect(tree(simulator)).toHaveLength(1);
    expect(stepsOf(simulator, step + 1, step + 2)).toMatchObject([{ isDeviation: true }]);
    // The schedule's own way is a branch now.
    simulator.seek(step);
    expect(choicesOf(simulator).find(({ key }) => key === other)?.takenBy).toEqual([0]);
    simulator.choose(scheduled);
    expect(tree(simulator)).toEqual([
      [-1, 1],
      [0, step + 1],
    ]);
    simulator.seek(step);
    simulator.choose(other);
    expect(simulator.branches.current).toBe(0);
    expect(tree(simulator)).toHaveLength(2);
  });

  it('that is not there is refused', () => {
    expect(() => at(200).choose('t12345')).toThrow(
      expect.objectContaining({ code: 'invalid-configuration', field: 'choice' }),
    );
  });

  it('that a link made up is told, and the run goes on as the schedule has it', () => {
    const plan = {
      branches: [
        { name: 'trunk', parent: -1, forkStep: 1, interventions: [{ type: 'choice', step: 50, choice: 't999' }] },
      ],
      branch: 0,
      step: 0,
    } as const;
    const simulator = at(100, plan);
    expect(simulator.step).toBe(100);
    expect(simulator.diverged).toMatchObject({ because: 'diverged', step: 49 });
    expect(photograph(simulator).hash).toBe(hashAt(at(0), 100));
  });
});

describe('a tree of branches', () => {
  function grown(): Simulator {
    const simulator = at(2_000);
    for (const step of [1_500, 700, 1_200, 1_500, 100]) {
      simulator.seek(Math.min(step, simulator.head));
      simulator.inject(simulator.branches.list.length % 2 === 0 ? crash : slow);
      simulator.seek(simulator.step + 600);
      const { other } = fork(simulator);
      simulator.choose(other);
      simulator.seek(simulator.step + 50);
    }
    return simulator;
  }

  it('goes through a link and back, and each of its branches is the same there', () => {
    const simulator = grown();
    const { seed, ...plan } = simulator.plan();
    const run = { scenario: 'checkout', parameters: {}, workers: 4, simulation: { seed, ...plan }, view: DEFAULT_VIEW };
    const decoded = decodeRun(encodeRun(run));
    expect(decoded).toEqual({ ok: true, value: run });
    expect(tree(simulator).length).toBeGreaterThanOrEqual(5);
    const other = new Simulator({ ...options, plan });
    for (const number of simulator.branches.list.keys()) {
      simulator.show(number);
      other.show(number);
      const { head } = simulator;
      expect(hashAt(other, head)).toBe(hashAt(simulator, head));
      expect(simulator.step).toBe(head);
    }
  });

  it('loses a branch with its children and nothing else; the trunk and what is shown stay', () => {
    const simulator = grown();
    const numbers = simulator.branches.list;
    const victim = numbers.findIndex(
      (_, number) => number > 0 && !simulator.branches.lineOf(simulator.branches.current).includes(number),
    );
    const gone = [...numbers.keys()].filter((number) => simulator.branches.lineOf(number).includes(victim));
    const kept = numbers.filter((_, number) => !gone.includes(number)).map(({ name }) => name);
    const before = photograph(simulator);
    const shown = simulator.branches.shown.name;
    simulator.deleteBranch(victim);
    expect(simulator.branches.list.map(({ name }) => name)).toEqual(kept);
    expect(simulator.branches.shown.name).toBe(shown);
    expect(photograph(simulator)).toEqual(before);
    for (const protectedOne of [0, simulator.branches.current]) {
      expect(() => simulator.deleteBranch(protectedOne)).toThrow(expect.objectContaining({ code: 'request-rejected' }));
    }
    const plan = simulator.plan();
    expect(photograph(at(plan.step, plan))).toEqual(before);
  });

  it('is bounded', () => {
    const simulator = at(100);
    for (let number = 1; number < RUN_LIMITS.branchesMax; number++) {
      simulator.show(0);
      simulator.seek(number);
      simulator.inject({ kind: 'set-parameter', name: 'rate', value: number * 100 });
    }
    expect(tree(simulator)).toHaveLength(RUN_LIMITS.branchesMax);
    simulator.show(0);
    simulator.seek(50);
    const before = photograph(simulator);
    expect(() => simulator.inject(slow)).toThrow(
      expect.objectContaining({ code: 'request-rejected', field: 'branch' }),
    );
    expect(photograph(simulator)).toEqual(before);
    expect(tree(simulator)).toHaveLength(RUN_LIMITS.branchesMax);
    expect(new Set(simulator.branches.list.map(({ name }) => name)).size).toBe(RUN_LIMITS.branchesMax);
  });

  it('with many interventions is bounded too', () => {
    const simulator = at(10);
    for (let count = 0; count < RUN_LIMITS.interventionsMax; count++) {
      simulator.inject({ kind: 'set-parameter', name: 'rate', value: 100 });
    }
    expect(() => simulator.inject(slow)).toThrow(
      expect.objectContaining({ code: 'request-rejected', field: 'interventions' }),
    );
    expect(simulator.step).toBe(10 + RUN_LIMITS.interventionsMax);
  });

  it('is compared end by end, and shown in parts', () => {
    const simulator = at(1_000);
    simulator.seek(400);
    simulator.inject(crash);
    simulator.seek(900);
    const before = photograph(simulator);
    const { commonStep, left, right, actors } = compareBranches(simulator, 0, 1);
    expect([commonStep, left.step, right.step]).toEqual([400, 1_000, 900]);
    expect([left.failures, right.failures, left.restarts, right.restarts]).toEqual([0, 1, 0, 1]);
    expect(actors.map(({ path }) => path)).toContain('/shop/gateway');
    expect(photograph(simulator)).toEqual(before);
    expect(compareBranches(simulator, 1, 1).actors).toEqual([]);
    const { stepsPerPart, rows } = timelineOf(simulator, 10);
    expect(stepsPerPart).toBe(100);
    expect(rows[1]?.parts[0]).toMatchObject({ part: 4, marks: { fault: 1, failed: 1, restarted: 1 } });
    expect(rows[0]?.parts).toEqual([]);
  });
});
