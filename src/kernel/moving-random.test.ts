/**
 * What must hold whatever moves, and whatever is lost meanwhile: the random trees and the random traffic of
 * worker-lost-random.test.ts, whose actors are handed over from worker to worker in the midst of it.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COLUMN, FIELD, STATUS } from './actor-table.ts';
import type { RestartType } from './behavior.ts';
import { canMove, handOver } from './moving.ts';
import type { NodeState } from './testdata/interleaving-ledger.ts';
import { COMMANDS, type Command, NAMES, type Plan, RESTARTS, type Step } from './testdata/interleaving-plan.ts';
import { finish, open, type Stage, take } from './testdata/interleaving-player.ts';
import { straysOf } from './testdata/lost-worker.ts';

const WORKERS = 3;

type Action =
  | Step
  | { readonly kind: 'move'; readonly who: number; readonly worker: number }
  | { readonly kind: 'kill'; readonly worker: number };

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
      { maxDepth: 3 },
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
  'watch',
  'tick',
];

const actions = (kills: boolean): fc.Arbitrary<Action> =>
  fc.oneof(
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
    { weight: 12, arbitrary: fc.record({ kind: kind('run'), worker, turns: count(1, 6), batch: count(1, 3) }) },
    { weight: 16, arbitrary: fc.record({ kind: kind('mail'), from: worker, to: worker, count: count(1, 4) }) },
    { weight: 3, arbitrary: fc.record({ kind: kind('time'), ms: count(1, 30), worker: count(-1, WORKERS - 1) }) },
    { weight: 1, arbitrary: fc.record({ kind: kind('settle') }) },
    { weight: 14, arbitrary: fc.record({ kind: kind('move'), who, worker }) },
    ...(kills
      ? [{ weight: 2, arbitrary: fc.record({ kind: kind('kill'), worker: fc.constantFrom(1, 2, 1, 2, 1, 2, 0) }) }]
      : []),
  );

/** What a lost worker has is a dead letter, and the lives of its actors are over. */
function kill({ system, ledger }: Stage, lost: number): void {
  system.arrive(lost);
  for (const cell of system.kernels[lost]?.cells ?? []) {
    // The root keeps no book.
    if (cell?.state !== undefined && cell.parent !== null) ledger.ended(cell.state as NodeState, cell.path);
  }
  system.killWorker(lost);
}

/** Most of the actors may move, though all of them were placed by number. */
function move({ system }: Stage, index: number, to: number): boolean {
  const leaves = system.kernels.flatMap((kernel) => {
    if (kernel.host.worker === to) return [];
    const cells = kernel.cells.filter((cell) => cell !== undefined && cell.ref.id % 4 !== 0);
    for (const cell of cells) if (cell !== undefined) system.table.setField(cell.ref.id, FIELD.pinned, 0);
    return cells.flatMap((cell) => (cell !== undefined && canMove(kernel, cell) ? [{ kernel, cell }] : []));
  });
  const leaf = leaves[index % Math.max(1, leaves.length)];
  return leaf !== undefined && handOver(leaf.kernel, leaf.cell, to);
}

let moves = 0;

function play(forest: readonly Plan[], steps: readonly Action[]): readonly string[] {
  const stage = open({ forest, workers: WORKERS });
  const { system, ledger } = stage;
  for (const { deadLetters } of system.kernels) {
    const { add, record } = deadLetters;
    let isNoted = false;
    deadLetters.add = function (...letter) {
      isNoted = true;
      add.apply(this, letter);
      isNoted = false;
    };
    deadLetters.record = function (path, message, reason) {
      // All others have been noted when they were added.
      if (!isNoted) ledger.died(message);
      record.call(this, path, message, reason);
    };
  }
  for (const one of steps) {
    if (one.kind === 'kill') kill(stage, one.worker);
    else if (one.kind === 'move') moves += Number(move(stage, one.who, one.worker));
    else take(stage, one);
    checkRowsOfCells(stage);
  }
  finish(stage);
  for (const id of straysOf(system)) ledger.problem(`row ${id} has gone astray`);
  if (!system.kernels.every(({ whereabouts }) => whereabouts.isAtRest)) ledger.problem('a move never ends');
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

const numRuns = Number(process.env['RUNS'] ?? 300);
const timeout = 60_000 + numRuns * 200;

describe.each([
  { title: 'while actors move', kills: false },
  { title: 'while actors move and workers are lost', kills: true },
])('everything comes to rest and to an end as it should, $title', ({ kills }) => {
  it.each([1, 2, 3])('seed %i', { timeout }, (seed) => {
    const forest = fc.array(plan, { minLength: 1, maxLength: 3, size: 'max' });
    const before = moves;
    fc.assert(
      fc.property(forest, fc.array(actions(kills), { maxLength: 140, size: 'max' }), (trees, steps) => {
        expect(play(trees, steps)).toEqual([]);
      }),
      { seed, numRuns },
    );
    expect(moves - before).toBeGreaterThan(numRuns / 2);
  });
});
