/**
 * What must hold whenever workers are lost: random trees over three workers, random traffic, turns and mail in random order,
 * and workers that die in the midst of it. The rules are those of interleaving.test.ts, and a few of rows and paths.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COLUMN, STATUS } from './actor-table.ts';
import type { RestartType } from './behavior.ts';
import type { NodeState } from './testdata/interleaving-ledger.ts';
import { COMMANDS, type Command, NAMES, type Plan, RESTARTS, type Step } from './testdata/interleaving-plan.ts';
import { finish, open, type Stage, take } from './testdata/interleaving-player.ts';
import { straysOf } from './testdata/lost-worker.ts';

const WORKERS = 3;

type Action = Step | { readonly kind: 'kill'; readonly worker: number };

const worker = fc.nat({ max: WORKERS - 1 });
const who = fc.nat({ max: 40 });
const count = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const kind = <K extends Action['kind']>(...kinds: readonly K[]): fc.Arbitrary<K> => fc.constantFrom(...kinds);

const plan: fc.Arbitrary<Plan> = fc.letrec<{ readonly plan: Plan }>((tie) => ({
  plan: fc.record({
    behavior: fc.constantFrom(...NAMES),
    worker,
    restart: fc.constantFrom<RestartType | undefined>(...RESTARTS),
    lazy: fc.constantFrom(false, false, false, true),
    shutdownMs: fc.constantFrom(3, 50, 50),
    badStarts: fc.constantFrom(0, 0, 0, 0, 1, 2),
    children: fc.oneof(
      { maxDepth: 4 },
      fc.constant([]),
      fc.array(tie('plan'), { minLength: 1, maxLength: 3, size: 'max' }),
    ),
  }),
})).plan;

const BUSY: readonly Command[] = [
  'pass',
  'pass',
  'pass',
  ...new Array<Command>(8).fill('ask'),
  'throw',
  'Escalate',
  'watch',
  'watch-children',
];

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: kind('work', 'pile'), who, count: count(1, 6) }) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: kind('do'),
      who,
      command: fc.constantFrom<Command>(...COMMANDS, ...BUSY),
      to: who,
      count: count(0, 9),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('crash'), who }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('slow'), who, delayMs: fc.constantFrom(0, 7) }) },
  { weight: 12, arbitrary: fc.record({ kind: kind('run'), worker, turns: count(1, 6), batch: count(1, 3) }) },
  { weight: 10, arbitrary: fc.record({ kind: kind('mail'), from: worker, to: worker, count: count(1, 4) }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('time'), ms: count(1, 30), worker: count(-1, WORKERS - 1) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('settle') }) },
  // The root is on worker 0: with it everything starts anew.
  { weight: 2, arbitrary: fc.record({ kind: kind('kill'), worker: fc.constantFrom(1, 2, 1, 2, 1, 2, 1, 2, 0) }) },
);

/** What a lost worker has is a dead letter, and the lives of its actors are over. */
function kill({ system, ledger }: Stage, lost: number): void {
  for (const cell of system.kernels[lost]?.cells ?? []) {
    // The root keeps no book.
    if (cell?.state !== undefined && cell.parent !== null) ledger.ended(cell.state as NodeState, cell.path);
  }
  system.killWorker(lost);
}

function play(forest: readonly Plan[], actions: readonly Action[]): readonly string[] {
  const stage = open({ forest, workers: WORKERS });
  const { system, ledger } = stage;
  for (const { deadLetters } of system.kernels) {
    const { record } = deadLetters;
    deadLetters.record = function (path, message, reason) {
      // All others have been noted when they were added.
      if (reason === 'worker-lost') ledger.died(message);
      record.call(this, path, message, reason);
    };
  }
  for (const one of actions) {
    if (one.kind === 'kill') kill(stage, one.worker);
    else take(stage, one);
    checkRowsOfCells(stage);
  }
  finish(stage);
  for (const id of straysOf(system)) ledger.problem(`row ${id} has gone astray`);
  return ledger.problems;
}

/** Whoever lives has a row that says so, and says where. */
function checkRowsOfCells({ system, ledger }: Stage): void {
  const { table, kernels } = system;
  for (const [index, { cells }] of kernels.entries()) {
    for (const cell of cells) {
      if (cell === undefined) continue;
      const { id, generation } = cell.ref;
      const isRight =
        table.get(id, COLUMN.worker) === index &&
        table.get(id, COLUMN.generation) === generation &&
        table.get(id, COLUMN.status) !== STATUS.free;
      if (!isRight) ledger.problem(`the row of ${cell.path} is not its own`);
    }
  }
}

const numRuns = Number(process.env['RUNS'] ?? 500);
const timeout = 60_000 + numRuns * 100;

describe('whenever workers are lost, everything comes to rest and to an end as it should', () => {
  it.each([1, 2, 3])('seed %i', { timeout }, (seed) => {
    const forest = fc.array(plan, { minLength: 1, maxLength: 3, size: 'max' });
    fc.assert(
      fc.property(forest, fc.array(action, { maxLength: 120, size: 'max' }), (trees, actions) => {
        expect(play(trees, actions)).toEqual([]);
      }),
      { seed, numRuns },
    );
  });
});
