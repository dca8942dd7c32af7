/**
 * Plays what interleaving-plan.ts describes: turn by turn and mail by mail as the steps say, then with every hindrance taken
 * away until all is at rest, and at last to the end.
 */
import { unreachable } from '../../base/assert.ts';
import type { Cell } from '../cell.ts';
import { IDS_PER_BLOCK } from '../host.ts';
import { injectFault } from '../inject.ts';
import type { Kernel } from '../kernel.ts';
import { cancelTimer } from '../timers.ts';
import { castOf } from './interleaving-actors.ts';
import { keyOf, Ledger } from './interleaving-ledger.ts';
import type { Play, Step } from './interleaving-plan.ts';
import { checkAtEnd, checkAtRest } from './interleaving-rules.ts';
import { TestSystem } from './test-system.ts';

/** Backoffs, passivations, time-outs and shutdowns of all generations are over after that. */
const REST_MS = 6_000;
/** Enough for all of a tree to be killed, one level after another. */
const END_MS = 10_000;

export interface Stage {
  readonly system: TestSystem;
  readonly ledger: Ledger;
}

/** Plays it and returns what was wrong; nothing, as it should be. */
export function play({ steps, ...setting }: Play): readonly string[] {
  const stage = open(setting);
  for (const step of steps) take(stage, step);
  finish(stage);
  return stage.ledger.problems;
}

/** Everything before the first step. */
export function open({ forest, workers }: Omit<Play, 'steps'>): Stage {
  const ledger = new Ledger();
  const system: TestSystem = new TestSystem(
    castOf(ledger, (ref) => system.cells().some((cell) => keyOf(cell.ref) === keyOf(ref))),
    { workers, rows: workers * IDS_PER_BLOCK * 8 },
  );
  for (const { deadLetters } of system.kernels) {
    const { add } = deadLetters;
    deadLetters.add = function (to, message, reason) {
      ledger.died(message);
      add.call(this, to, message, reason);
    };
  }
  system.start('Top', { forest });
  return { system, ledger };
}

/** Everything after the last step. */
export function finish({ system, ledger }: Stage): void {
  rest(system);
  checkAtRest(system, ledger);
  stop(system);
  checkAtEnd(system, ledger);
}

export function take({ system, ledger }: Stage, step: Step): void {
  const { kernels } = system;
  switch (step.kind) {
    case 'settle':
      return system.settle();
    case 'run':
      kernels[step.worker % kernels.length]?.run(step.turns, step.batch);
      return;
    case 'mail':
      for (let n = 0; n < step.count; n++) {
        system.deliverOneBetween(step.from % kernels.length, step.to % kernels.length);
      }
      return;
    case 'time':
      system.nowMs += step.ms;
      for (const [worker, kernel] of kernels.entries()) {
        if (step.worker < 0 || step.worker % kernels.length === worker) kernel.advance(system.nowMs);
      }
      return;
    default:
      return actOn(system, ledger, step);
  }
}

type StepWithActor = Extract<Step, { readonly who: number }>;

function actOn(system: TestSystem, ledger: Ledger, step: StepWithActor): void {
  const cells = system.cells().filter(({ parent }) => parent !== null);
  const cell = cells[step.who % Math.max(1, cells.length)];
  if (cell === undefined) return;
  const kernel = kernelOf(system, cell);
  const send = (message: { readonly kind: string; readonly n: number }): void =>
    kernel.receiveMessage(cell.ref, message);
  const { path } = cell;
  switch (step.kind) {
    case 'work':
      for (let i = 0; i < step.count; i++) send({ kind: 'Work', n: ledger.sent++ });
      return;
    case 'pile':
      for (let i = 0; i < step.count; i++) send({ kind: 'Pile', n: ledger.sent++ });
      return;
    case 'do': {
      const { command, to, count } = step;
      const message = { kind: 'Do', n: ledger.sent++, command, to, count };
      return send(message);
    }
    case 'crash':
      return injectFault(kernel, cell, { kind: 'crash', path });
    case 'slow':
      return injectFault(kernel, cell, { kind: 'slow', path, delayMs: step.delayMs });
    default:
      return unreachable(step, 'step');
  }
}

/** By the cell, not by its path: one that is being killed may still be there when another has its name. */
function kernelOf(system: TestSystem, cell: Cell): Kernel {
  const kernel = system.kernels.find(({ cells }) => cells[cell.ref.id] === cell);
  if (kernel === undefined) throw new Error(`${cell.path} has no kernel`);
  return kernel;
}

/** Takes every hindrance away, and lets time pass. */
function rest(system: TestSystem): void {
  for (const cell of system.cells()) {
    injectFault(kernelOf(system, cell), cell, { kind: 'slow', path: cell.path, delayMs: 0 });
  }
  system.advance(200);
  for (const cell of system.cells()) {
    for (const key of [...(cell.timers?.keys() ?? [])]) cancelTimer(kernelOf(system, cell), cell, key);
  }
  system.advance(REST_MS);
}

function stop(system: TestSystem): void {
  const root = system.cells().find(({ parent }) => parent === null);
  if (root === undefined) return;
  kernelOf(system, root).enqueueSignal(root, { type: 'stop', reason: 'normal', forced: false });
  system.advance(END_MS);
}
