/** Everything that decides about the future of a simulated system, as it is between two steps. */
import type { RandomState } from '../../base/random.ts';
import { IDS_PER_BLOCK } from '../../kernel/host.ts';
import { waitingIn } from '../../kernel/mailbox.ts';
import type { AnyMessage } from '../../kernel/ref.ts';
import { type KernelSnapshot, restoreKernel, restoreTable, saveKernel, saveTable } from '../../kernel/snapshot.ts';
import { SnapshotCopier } from '../../kernel/snapshot-copier.ts';
import type { NetworkSnapshot } from './network.ts';
import type { ObservationsSnapshot } from './observations.ts';
import type { PropertiesSnapshot } from './properties.ts';
import type { Provenance } from './provenance.ts';
import type { RecorderSnapshot } from './recorder.ts';
import type { ReplaySnapshot } from './replay.ts';
import type { SimulatedHost } from './simulated-host.ts';
import type { SimulatedKernel } from './simulated-kernel.ts';
import type { SimulatedSystem } from './system.ts';

export interface SystemSnapshot {
  readonly step: number;
  readonly stepMs: number;
  readonly nowMs: number;
  readonly blocks: number;
  readonly isWaiting: boolean;
  readonly nextPlanned: number;
  readonly stopCause: string | undefined;
  readonly schedule: RandomState;
  readonly parameters: readonly (readonly [string, number])[];
  readonly table: Int32Array;
  readonly kernels: readonly KernelSnapshot[];
  readonly hosts: readonly {
    readonly freeAtMs: number;
    readonly occupant: number;
    readonly workedMs: number;
    readonly sent: number;
    readonly received: number;
    readonly random32: RandomState;
  }[];
  readonly network: NetworkSnapshot;
  /** When what waits had arrived: messages are shared by all times in which they are, and arrive later in some. */
  readonly arrivals: readonly (readonly [Provenance, number])[];
  readonly observations: ObservationsSnapshot;
  readonly properties: PropertiesSnapshot;
  readonly recorder: RecorderSnapshot | undefined;
  /** Of a recorded run: where in the recording it is. */
  readonly replay: ReplaySnapshot | undefined;
  /** How many objects were copied: what it cost, and roughly what it weighs. */
  readonly objects: number;
}

function copierFor({ recorder }: SimulatedSystem): SnapshotCopier {
  const provenances = recorder?.provenances;
  return new SnapshotCopier({
    onCopied: provenances === undefined ? undefined : (original, copy) => provenances.copied(original, copy),
  });
}

export function saveSystem(system: SimulatedSystem): SystemSnapshot {
  const copier = copierFor(system);
  const kernels = system.kernels.map((kernel) => saveKernel(kernel, copier));
  return {
    step: system.step,
    stepMs: system.stepMs,
    nowMs: system.nowMs,
    blocks: system.blocks,
    isWaiting: system.isWaiting,
    nextPlanned: system.nextPlanned,
    stopCause: system.stopCause,
    schedule: { ...system.schedule },
    parameters: [...system.parameters],
    table: saveTable(system.table, system.blocks * IDS_PER_BLOCK),
    kernels,
    hosts: system.hosts.map(({ freeAtMs, occupant, workedMs, sent, received, random32 }) => {
      return { freeAtMs, occupant, workedMs, sent, received, random32: { ...random32 } };
    }),
    network: system.network.save(copier),
    arrivals: arrivalsOf(system),
    observations: system.observations.save(),
    properties: system.properties.save(),
    recorder: system.recorder?.save(),
    replay: system.replay?.save(),
    objects: copier.objects,
  };
}

function arrivalsOf({ kernels, recorder }: SimulatedSystem): SystemSnapshot['arrivals'] {
  const arrivals: (readonly [Provenance, number])[] = [];
  if (recorder === undefined) return arrivals;
  const add = (message: AnyMessage): void => {
    const provenance = recorder.provenances.of(message);
    if (provenance !== undefined) arrivals.push([provenance, provenance.arrivedMs]);
  };
  for (const { cells } of kernels) {
    for (const cell of cells) {
      if (cell === undefined) continue;
      if (cell.mailbox.length > 0) for (const message of waitingIn(cell.mailbox, cell.mailbox.length)) add(message);
      cell.stashed?.forEach(add);
    }
  }
  return arrivals;
}

export function restoreSystem(system: SimulatedSystem, snapshot: SystemSnapshot): void {
  const copier = copierFor(system);
  system.step = snapshot.step;
  system.stepMs = snapshot.stepMs;
  system.nowMs = snapshot.nowMs;
  system.blocks = snapshot.blocks;
  system.isWaiting = snapshot.isWaiting;
  system.nextPlanned = snapshot.nextPlanned;
  system.stopCause = snapshot.stopCause;
  system.schedule = { ...snapshot.schedule };
  system.parameters.clear();
  for (const [name, value] of snapshot.parameters) system.parameters.set(name, value);
  restoreTable(system.table, snapshot.table);
  for (const [worker, saved] of snapshot.kernels.entries()) {
    // A worker that was killed later had another kernel then.
    const kernel = saved.kernel as SimulatedKernel;
    system.kernels[worker] = kernel;
    restoreKernel(kernel, saved, copier);
    const host = system.hosts[worker] as SimulatedHost;
    const kept = snapshot.hosts[worker] as SystemSnapshot['hosts'][number];
    host.busyMs = 0;
    host.freeAtMs = kept.freeAtMs;
    host.occupant = kept.occupant;
    host.workedMs = kept.workedMs;
    host.sent = kept.sent;
    host.received = kept.received;
    host.random32 = { ...kept.random32 };
  }
  system.network.restore(snapshot.network, copier);
  for (const [provenance, arrivedMs] of snapshot.arrivals) provenance.arrivedMs = arrivedMs;
  system.observations.restore(snapshot.observations);
  system.properties.restore(snapshot.properties);
  if (snapshot.recorder !== undefined) system.recorder?.restore(snapshot.recorder);
  if (snapshot.replay !== undefined) system.replay?.restore(snapshot.replay);
  system.directoryChanged();
}
