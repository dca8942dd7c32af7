/** Everything that there is at one position of a run, as plain data: two positions that look alike are alike. */
import { ROW_WORDS } from '../../../kernel/actor-table.ts';
import { IDS_PER_BLOCK } from '../../../kernel/host.ts';
import { waitingIn } from '../../../kernel/mailbox.ts';
import { PlainCopier } from '../../../kernel/plain-copier.ts';
import { textOf } from '../run-hash.ts';
import type { Simulator } from '../simulator.ts';
import { contentOfMail } from '../virtual-mail.ts';

/** Of the trace the latest ones are compared: how far back it reaches depends on where one has been. */
const EVENTS = 20;

export function photograph({ system }: Simulator) {
  const { observations, network, recorder } = system;
  const copy = <T>(value: T): T => new PlainCopier().value(value);
  const provenanceOf = (thing: object) => {
    const { step, sender, sentMs, arrivedMs } = recorder?.provenances.of(thing) ?? {};
    return { step, sender, sentMs, arrivedMs };
  };
  return {
    step: system.step,
    stepMs: system.stepMs,
    nowMs: system.nowMs,
    hash: recorder && textOf(recorder.hash),
    reports: copy(system.reports()),
    properties: system.properties.views(),
    schedule: { ...system.schedule },
    parameters: [...system.parameters],
    stopCause: system.stopCause,
    table: [...system.table.words.subarray(0, system.blocks * IDS_PER_BLOCK * ROW_WORDS)].join(' '),
    actors: [...system.directory()].map(([path, { kernel, cell }]) => ({
      path,
      worker: kernel.host.worker,
      incarnation: cell.incarnation,
      state: copy(cell.state),
      scheduled: cell.scheduled,
      receptive: cell.receptive,
      processed: cell.processed,
      mailbox: waitingIn(cell.mailbox, 100).map((message) => ({ ...copy(message), from: provenanceOf(message) })),
      signals: Array.from({ length: cell.signals.length }, (_, index) => ({
        type: cell.signals.at(index).type,
        from: provenanceOf(cell.signals.at(index)),
      })),
      stashed: copy(cell.stashed),
      asks: [...(cell.asks?.keys() ?? [])],
    })),
    workers: system.kernels.map((kernel, worker) => ({
      turns: kernel.turns,
      living: kernel.living,
      deadLetters: kernel.deadLetters.count,
      ready: Array.from({ length: kernel.readyCount }, (_, place) => kernel.readyAt(place).path),
      timers: kernel.deadlines.toSorted().map(({ cell, dueMs, order }) => `${cell.path} ${order} ${dueMs}`),
      freeAtMs: system.hosts[worker]?.freeAtMs,
      workedMs: system.hosts[worker]?.workedMs,
      sent: system.hosts[worker]?.sent,
      received: system.hosts[worker]?.received,
      chance: { ...system.hosts[worker]?.random32 },
    })),
    inFlight: network.list(Number.POSITIVE_INFINITY).map((mail) => ({
      ...copy(contentOfMail(mail)),
      id: mail.id,
      from: mail.from,
      to: mail.to,
      sentMs: mail.sentMs,
      dueMs: mail.dueMs,
      sender: mail.author.sender,
      step: mail.author.step,
    })),
    observations: {
      answered: observations.answered,
      failed: observations.failed,
      latencies: [...observations.latencyCounts].join(' '),
      flows: observations.listFlows().map((flow) => ({ ...flow })),
      errors: [...observations.lastErrors],
      sequence: observations.sequence,
      events: copy(observations.slice().slice(-EVENTS)),
    },
  };
}
