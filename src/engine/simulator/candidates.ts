/** What is enabled at one moment: turns and timers, each with a key that is the same in every replay. */
import { nextUint32 } from '../../base/random.ts';
import type { Cell, Deadline } from '../../kernel/cell.ts';
import type { ChoiceKey } from '../../kernel/intervention.ts';
import type { SimulatedHost } from './simulated-host.ts';
import type { SimulatedKernel } from './simulated-kernel.ts';
import type { SimulatedSystem } from './system.ts';

export type Candidate = {
  readonly key: ChoiceKey;
  readonly worker: number;
  readonly cell: Cell;
} & ({ readonly kind: 'turn'; readonly place: number } | { readonly kind: 'timer'; readonly deadline: Deadline });

/** Timers that are listed for one worker. */
const TIMERS_MAX = 200;

function turnKey(cell: Cell): ChoiceKey {
  return `t${cell.ref.id}`;
}

function timerKey(worker: number, deadline: Deadline): ChoiceKey {
  return `m${worker}.${deadline.order}`;
}

/** All of them, after `prepare`. */
export function candidatesOf(system: SimulatedSystem): readonly Candidate[] {
  const { nowMs } = system;
  const candidates: Candidate[] = [];
  for (const [worker, kernel] of system.kernels.entries()) {
    if ((system.hosts[worker] as SimulatedHost).freeAtMs <= nowMs) {
      for (let place = 0; place < kernel.readyCount; place++) {
        const cell = kernel.readyAt(place);
        candidates.push({ key: turnKey(cell), kind: 'turn', worker, cell, place });
      }
    }
    for (const deadline of dueOf(kernel, nowMs)) {
      candidates.push({ key: timerKey(worker, deadline), kind: 'timer', worker, cell: deadline.cell, deadline });
    }
  }
  return candidates;
}

function dueOf(kernel: SimulatedKernel, nowMs: number): readonly Deadline[] {
  if (kernel.nextDueMs() > nowMs) return [];
  return kernel.deadlines.toSorted(TIMERS_MAX).filter(({ dueMs }) => dueMs <= nowMs);
}

export function candidateFor(system: SimulatedSystem, key: ChoiceKey): Candidate | undefined {
  return candidatesOf(system).find((candidate) => candidate.key === key);
}

/** What the schedule would take now; undefined where nothing is enabled. Asks a copy of chance, so nothing changes. */
export function scheduledKey(system: SimulatedSystem): ChoiceKey | undefined {
  // As the schedule sees it: of the timers of a worker only the first.
  const seen = new Set<number>();
  const schedulable = candidatesOf(system).filter(({ kind, worker }) => {
    if (kind === 'turn') return true;
    if (seen.has(worker)) return false;
    seen.add(worker);
    return true;
  });
  const choice = schedulable.length > 1 ? nextUint32({ ...system.schedule }) % schedulable.length : 0;
  return schedulable[choice]?.key;
}

export function takeCandidate(system: SimulatedSystem, candidate: Candidate): void {
  if (candidate.kind === 'turn') system.takeTurn(candidate.worker, candidate.place);
  else system.takeTimer(candidate.worker, candidate.deadline);
}
