/** What was: steps one after another, one step in full, and all branches at a glance. */
import type { StepDetail, StepRecord, Timeline } from '../simulation.ts';
import { SIMULATION_LIMITS } from '../simulation.ts';
import { changesBetween } from './changes.ts';
import { copied } from './copied.ts';
import { ensureLogged, recordOf } from './records.ts';
import type { Simulator } from './simulator.ts';

export function stepsOf(simulator: Simulator, from: number, to: number): readonly StepRecord[] {
  const first = Math.max(1, from);
  const end = Math.min(to, first + SIMULATION_LIMITS.windowMax);
  ensureLogged(simulator, first, end);
  const records: StepRecord[] = [];
  for (let step = first; step < end; step++) {
    const record = recordOf(simulator, step);
    if (record !== undefined) records.push(record);
  }
  return records;
}

/** Undefined for a step that was never taken. */
export function detailOf(simulator: Simulator, step: number): StepDetail | undefined {
  ensureLogged(simulator, step, step + 1);
  const record = recordOf(simulator, step);
  const { system } = simulator;
  const { recorder } = system;
  if (record === undefined || recorder === undefined) return undefined;
  return simulator.excursion(() => {
    simulator.seek(step - 1);
    const before = copied(system.find(record.path)?.cell.state);
    recorder.capture = { message: null, sent: [], events: [] };
    try {
      simulator.forward();
      const { message, sent, events } = recorder.capture;
      const after = system.find(record.path)?.cell.state;
      const changes = record.path === '' ? [] : changesBetween(before, copied(after));
      return copied({ record, message, changes, sent, events });
    } finally {
      recorder.capture = undefined;
    }
  });
}

export function timelineOf({ branches }: Simulator, parts: number): Timeline {
  const furthest = Math.max(1, ...branches.list.map(({ end }) => end));
  const stepsPerPart = Math.max(1, Math.ceil(furthest / Math.max(1, Math.floor(parts))));
  return {
    stepsPerPart,
    rows: branches.list.map((_, branch) => ({ branch, parts: branches.partsOf(branch, stepsPerPart) })),
  };
}
