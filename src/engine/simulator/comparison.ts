/** How the ends of two branches differ. */
import { quantile } from '../../base/histogram.ts';
import { COLUMN } from '../../kernel/actor-table.ts';
import { PlainCopier } from '../../kernel/plain-copier.ts';
import type { BranchEnd, Comparison } from '../simulation.ts';
import { changesBetween } from './changes.ts';
import type { Simulator } from './simulator.ts';

export function compareBranches(simulator: Simulator, left: number, right: number): Comparison {
  const { branches } = simulator;
  const ends = [left, right].map((number) =>
    simulator.excursion(() => {
      simulator.show(number);
      simulator.seek(branches.at(number).end);
      return { end: endOf(simulator, number), states: statesOf(simulator) };
    }),
  );
  const [a, b] = ends as [(typeof ends)[number], (typeof ends)[number]];
  const paths = new Set([...a.states.keys(), ...b.states.keys()]);
  const actors = [...paths].flatMap((path) => {
    const changes = changesBetween(a.states.get(path), b.states.get(path));
    return changes.length === 0 ? [] : [{ path, changes }];
  });
  return { commonStep: branches.commonStep(left, right), left: a.end, right: b.end, actors };
}

/** Actors whose states are compared. */
const COMPARED_MAX = 500;

function statesOf({ system }: Simulator): ReadonlyMap<string, unknown> {
  const copier = new PlainCopier();
  const entries = [...system.directory()].slice(0, COMPARED_MAX);
  return new Map(entries.map(([path, { cell }]) => [path, copier.value(cell.state)]));
}

function endOf(simulator: Simulator, branch: number): BranchEnd {
  const { system } = simulator;
  const { observations, kernels, table } = system;
  const cells = [...system.directory().values()].map(({ cell }) => cell);
  const sum = (column: number): number => cells.reduce((total, { ref }) => total + table.get(ref.id, column), 0);
  const inMs = (q: number): number | undefined => {
    const us = quantile(observations.latencyCounts, q);
    return us === undefined ? undefined : us / 1_000;
  };
  return {
    branch,
    step: system.step,
    atMs: system.stepMs,
    actors: cells.length,
    processed: kernels.reduce((total, { turns }) => total + turns, 0),
    failures: sum(COLUMN.failures),
    restarts: sum(COLUMN.restarts),
    deadLetters: kernels.reduce((total, { deadLetters }) => total + deadLetters.count, 0),
    answered: observations.answered,
    failed: observations.failed,
    p50Ms: inMs(0.5),
    p99Ms: inMs(0.99),
  };
}
