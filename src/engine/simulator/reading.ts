/** What an observer sees of a simulated system: the same shapes as of a live one. */
import { viewOf } from '../../kernel/actor-table.ts';
import { namesOf } from '../../kernel/cell.ts';
import type { ActorView } from '../../kernel/view.ts';
import type { FlowReading, Reading, StealCounts, SystemStatus, WorkerReading } from '../engine.ts';
import type { InFlight, SimulationReading, Speed, StepRecord, StopReport } from '../simulation.ts';
import { SIMULATION_LIMITS } from '../simulation.ts';
import { ensureLogged, recordOf } from './records.ts';
import { textOf } from './run-hash.ts';
import type { Simulator } from './simulator.ts';
import type { SimulatedSystem } from './system.ts';
import { contentOfMail } from './virtual-mail.ts';

/** Actors that a reading lists. */
const ACTORS_MAX = 2_000;
const NO_STEALS: StealCounts = { asked: 0, taken: 0, refused: 0, given: 0, answeredLate: 0 };

export function readSystem(simulator: Simulator, status: SystemStatus): Reading {
  const { system } = simulator;
  const { observations } = system;
  const cells = [...system.directory().values()];
  const actors: ActorView[] = cells
    .slice(0, ACTORS_MAX)
    .map(({ cell }) => viewOf(system.table, namesOf(cell), observations.lastErrors.get(cell.path)));
  return {
    atMs: simulator.clockMs,
    status: system.stopCause === undefined ? status : 'stopped',
    stopCause: system.stopCause ?? '',
    workers: system.kernels.map((_, worker) => readWorker(simulator, worker)),
    actors,
    unlistedActors: cells.length - actors.length,
    flows: readFlows(system),
    sampledEvery: 1,
    latencyCounts: observations.latencyCounts,
    latencyMaxMs: observations.latencyMaxMs,
    times: {
      queueCounts: observations.queueCounts,
      serviceCounts: observations.serviceCounts,
      samples: observations.turns,
    },
    rings: [],
    requestsFailed: observations.failed,
    restarts: observations.restarts,
    deadLetters: system.kernels.reduce((sum, kernel) => sum + kernel.deadLetters.count, 0),
    rejected: system.kernels.reduce((sum, kernel) => sum + kernel.rejected, 0),
  };
}

function readWorker({ system, clockMs }: Simulator, worker: number): WorkerReading {
  const kernel = system.kernels[worker];
  const host = system.hosts[worker];
  const isBusy = (host?.freeAtMs ?? 0) > clockMs;
  return {
    worker,
    actors: kernel?.living ?? 0,
    processed: kernel?.turns ?? 0,
    sent: host?.sent ?? 0,
    received: host?.received ?? 0,
    // A virtual worker that has no turn does nothing at all.
    busyMs: Math.min(clockMs, host?.workedMs ?? 0),
    spinMs: 0,
    parkedMs: Math.max(0, clockMs - (host?.workedMs ?? 0)),
    state: isBusy ? 'busy' : 'parked',
    parked: !isBusy,
    spins: 0,
    parks: 0,
    wakeUps: 0,
    outboxWaiting: 0,
    steals: NO_STEALS,
    sampledEvery: 1,
    measuredEvery: 1,
    measured: kernel?.turns ?? 0,
    observeMs: 0,
    lostEvents: 0,
  };
}

function readFlows(system: SimulatedSystem): readonly FlowReading[] {
  const merged = new Map<string, { from: string; to: string; count: number }>();
  for (const { from, to, count } of system.observations.listFlows()) {
    const [sender, receiver] = [system.pathOf(from), system.pathOf(to)];
    if (sender === undefined || receiver === undefined) continue;
    const key = `${sender} ${receiver}`;
    const known = merged.get(key);
    if (known === undefined) merged.set(key, { from: sender, to: receiver, count });
    else known.count += count;
  }
  return [...merged.values()];
}

export interface Driving {
  readonly isPlaying: boolean;
  readonly speed: Speed;
  readonly stopped: StopReport | undefined;
  readonly progress: SimulationReading['progress'];
}

export function readSimulation(simulator: Simulator, driving: Driving): SimulationReading {
  const { system, branches } = simulator;
  // Where one has jumped to it, or has looked at another branch, it is made again.
  ensureLogged(simulator, simulator.step, simulator.step + 1);
  const current: StepRecord | undefined = recordOf(simulator, simulator.step);
  return {
    step: simulator.step,
    atMs: simulator.clockMs,
    head: simulator.head,
    branch: branches.current,
    branches: branches.views(),
    ...driving,
    isOver: simulator.isOver,
    plannedFaultNext: isPlannedNext(simulator, driving.isPlaying),
    inFlight: inFlightOf(system),
    inFlightTotal: system.network.size,
    reports: system.reports(),
    properties: system.properties.views(),
    current,
    replay: system.replay?.read(),
    hash: system.recorder === undefined ? '' : textOf(system.recorder.hash),
  };
}

function isPlannedNext(simulator: Simulator, isPlaying: boolean): boolean {
  const { system, branches } = simulator;
  const plannedMs = system.nextPlannedMs();
  if (plannedMs === Number.POSITIVE_INFINITY) return false;
  const next = simulator.step + 1;
  // What a person has done comes first.
  if (branches.at(branches.ownerOf(next)).interventions.has(next)) return false;
  const nextMs = system.nextStepMs();
  if (plannedMs <= nextMs) return true;
  // Something arrives before it, but perhaps nobody is moved by that: then only looking helps.
  if (isPlaying || system.network.nextArrivalMs() > nextMs) return false;
  return simulator.lookAhead(() => system.plannedNow !== undefined);
}

function inFlightOf(system: SimulatedSystem): readonly InFlight[] {
  return system.network.list(SIMULATION_LIMITS.inFlightMax).map((mail) => {
    const { id, load, sentMs, dueMs: arrivesMs, author } = mail;
    const to = load.type === 'spawn' ? load.request.path : (system.pathOf(load.to) ?? `#${load.to.id}`);
    return {
      id,
      from: system.recorder?.lifelines.path(author.lifeline) ?? '',
      to,
      ...contentOfMail(mail),
      sentMs,
      arrivesMs,
    };
  });
}
