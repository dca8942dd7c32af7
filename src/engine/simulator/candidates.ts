/**
 * What could be the next step: turns and timers that are enabled, and turns with a message that is still on its way. How
 * long a message takes is nature's choice, and a person may choose for her: such a message arrives now, and is handled.
 * Each has a key that is the same in every replay.
 */
import { unreachable } from '../../base/assert.ts';
import { nextUint32 } from '../../base/random.ts';
import type { Cell, Deadline } from '../../kernel/cell.ts';
import type { ChoiceKey } from '../../kernel/intervention.ts';
import type { SimulatedHost } from './simulated-host.ts';
import type { SimulatedKernel } from './simulated-kernel.ts';
import type { SimulatedSystem } from './system.ts';
import type { Mail } from './virtual-mail.ts';

export type Candidate = { readonly key: ChoiceKey; readonly worker: number; readonly path: string } & (
  | { readonly kind: 'turn'; readonly cell: Cell; readonly place: number }
  | { readonly kind: 'timer'; readonly deadline: Deadline }
  | { readonly kind: 'arrival'; readonly mail: Mail }
);

/** Timers that are listed for one worker. */
const TIMERS_MAX = 200;
/** Messages on their way that are looked at. */
const ARRIVALS_MAX = 500;

function turnKey(cell: Cell): ChoiceKey {
  return `t${cell.ref.id}`;
}

function timerKey(worker: number, deadline: Deadline): ChoiceKey {
  return `m${worker}.${deadline.order}`;
}

/** All of them, after `prepare`. */
export function candidatesOf(system: SimulatedSystem): readonly Candidate[] {
  return [...enabledOf(system), ...arrivalsOf(system)];
}

/** What the schedule has to choose from. */
function enabledOf(system: SimulatedSystem): readonly Candidate[] {
  const { nowMs } = system;
  const candidates: Candidate[] = [];
  for (const [worker, kernel] of system.kernels.entries()) {
    if ((system.hosts[worker] as SimulatedHost).freeAtMs <= nowMs) {
      for (let place = 0; place < kernel.readyCount; place++) {
        const cell = kernel.readyAt(place);
        candidates.push({ key: turnKey(cell), kind: 'turn', worker, path: cell.path, cell, place });
      }
    }
    for (const deadline of dueOf(kernel, nowMs)) {
      const { path } = deadline.cell;
      candidates.push({ key: timerKey(worker, deadline), kind: 'timer', worker, path, deadline });
    }
  }
  return candidates;
}

/** Messages that could have been quicker: the first on each way between two workers, to an actor that waits for nothing else. */
function arrivalsOf(system: SimulatedSystem): readonly Candidate[] {
  const { nowMs, workers } = system;
  const seen = new Set<number>();
  return system.network.list(ARRIVALS_MAX).flatMap((mail): Candidate[] => {
    const way = mail.from * workers + mail.to;
    // Nothing overtakes what the same worker sent before.
    if (seen.has(way)) return [];
    seen.add(way);
    if (mail.sentMs > nowMs || (system.hosts[mail.to] as SimulatedHost).freeAtMs > nowMs) return [];
    const { load } = mail;
    const common = { key: `a${mail.id}`, kind: 'arrival', worker: mail.to, mail } as const;
    if (load.type === 'spawn') return [{ ...common, path: load.request.path }];
    const cell = system.kernels[mail.to]?.cells[load.to.id];
    if (cell === undefined || cell.ref.generation !== load.to.generation || cell.signals.length > 0) return [];
    const isHandledAtOnce =
      load.type === 'signal' || load.to.ask !== 0 || (cell.receptive && cell.mailbox.length === 0);
    return isHandledAtOnce && cell.slowMs === 0 ? [{ ...common, path: cell.path }] : [];
  });
}

function dueOf(kernel: SimulatedKernel, nowMs: number): readonly Deadline[] {
  if (kernel.nextDueMs() > nowMs) return [];
  return kernel.deadlines.toSorted(TIMERS_MAX).filter(({ dueMs }) => dueMs <= nowMs);
}

export function candidateFor(system: SimulatedSystem, key: ChoiceKey): Candidate | undefined {
  return candidatesOf(system).find((candidate) => candidate.key === key);
}

/**
 * What the schedule would take now; undefined where nothing is enabled, or a fault of the plan comes first. Asks a copy of
 * chance, so nothing changes.
 */
export function scheduledKey(system: SimulatedSystem): ChoiceKey | undefined {
  if (system.plannedNow !== undefined) return undefined;
  const recorded = system.replay?.nextKey;
  if (recorded !== undefined) return recorded;
  // As the schedule sees it: of the timers of a worker only the first.
  const seen = new Set<number>();
  const schedulable = enabledOf(system).filter(({ kind, worker }) => {
    if (kind === 'turn') return true;
    if (seen.has(worker)) return false;
    seen.add(worker);
    return true;
  });
  const choice = schedulable.length > 1 ? nextUint32({ ...system.schedule }) % schedulable.length : 0;
  return schedulable[choice]?.key;
}

/** False where it cannot be taken after all. */
export function takeCandidate(system: SimulatedSystem, candidate: Candidate): boolean {
  const { worker } = candidate;
  switch (candidate.kind) {
    case 'turn':
      system.takeTurn(worker, candidate.place);
      return true;
    case 'timer':
      system.takeTimer(worker, candidate.deadline);
      return true;
    case 'arrival': {
      system.network.take(candidate.mail);
      system.post.arrive(candidate.mail);
      const kernel = system.kernels[worker] as SimulatedKernel;
      for (let place = 0; place < kernel.readyCount; place++) {
        if (kernel.readyAt(place).path !== candidate.path) continue;
        system.takeTurn(worker, place);
        return true;
      }
      return false;
    }
    default:
      return unreachable(candidate, 'candidate');
  }
}
