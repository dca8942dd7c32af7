/** What faults and messages from outside do to a simulated system. Each is a step of its own. */
import { unreachable } from '../../base/assert.ts';
import { PlayhouseError } from '../../kernel/errors.ts';
import { type ActorFault, type Fault, isActorFault } from '../../kernel/fault.ts';
import { checkParameter } from '../../kernel/from-outside.ts';
import { checkFits, injectFault } from '../../kernel/inject.ts';
import type { AnyMessage } from '../../kernel/ref.ts';
import { killWorker } from './kill-worker.ts';
import type { InFlightFault } from './network.ts';
import { NOBODY, type SimulatedSystem } from './system.ts';
import { contentOfMail } from './virtual-mail.ts';

/**
 * Whether a fault can be done now, so that a person hears of a mistake before it becomes a part of the run.
 * @throws PlayhouseError `actor-not-found`, `not-a-breaker`, `unknown-parameter`, `invalid-configuration`, naming the field
 */
export function checkFaultApplies(system: SimulatedSystem, fault: Fault): void {
  switch (fault.kind) {
    case 'set-parameter':
      return checkParameter(system.scenario, fault.name, fault.value);
    case 'kill-worker':
      if (fault.worker < system.workers) return;
      throw new PlayhouseError(
        'invalid-configuration',
        `There are the workers 0 to ${system.workers - 1}, and no worker ${fault.worker}.`,
        'worker',
      );
    case 'drop':
    case 'duplicate':
    case 'delay':
    case 'reorder':
      actorAt(system, fault.to, 'to');
      if (fault.from !== undefined) actorAt(system, fault.from, 'from');
      return;
    case 'in-flight':
      return checkInFlight(system, fault);
    default:
      return checkFits(actorAt(system, fault.path, 'path').cell, fault);
  }
}

function checkInFlight({ network }: SimulatedSystem, { message, action }: InFlightFault): void {
  const mail = network.find(message);
  if (mail === undefined) {
    throw new PlayhouseError('invalid-configuration', `No message ${message} is on its way any more.`, 'message');
  }
  if (action === 'delay' || mail.load.type === 'message') return;
  const { kind } = contentOfMail(mail);
  throw new PlayhouseError(
    'invalid-configuration',
    `Number ${message} is the system's own word (${kind}): it can be late, but never lost or doubled.`,
    'action',
  );
}

export function actorAt(system: SimulatedSystem, path: string, field: string) {
  const found = system.find(path);
  if (found !== undefined) return found;
  throw new PlayhouseError('actor-not-found', `There is no actor ${path}.`, field);
}

/** A fault as the present step. One that cannot be done (its actor is gone) is a step that does nothing but say so. */
export function applyFault(system: SimulatedSystem, fault: Fault): void {
  const actor = isActorFault(fault) ? system.find(fault.path) : undefined;
  system.takeFault(fault.kind, actor?.cell, () => {
    try {
      checkFaultApplies(system, fault);
    } catch {
      return system.emit(NOBODY, { type: 'fault', fault });
    }
    if (isActorFault(fault)) return hurtActor(system, fault);
    system.emit(NOBODY, { type: 'fault', fault });
    switch (fault.kind) {
      case 'set-parameter':
        system.parameters.set(fault.name, fault.value);
        return;
      case 'kill-worker':
        return killWorker(system, fault.worker);
      case 'drop':
      case 'duplicate':
      case 'delay':
      case 'reorder':
        return system.network.setRule(fault);
      case 'in-flight':
        return interfere(system, fault);
      default:
        return unreachable(fault, 'fault');
    }
  });
}

function hurtActor(system: SimulatedSystem, fault: ActorFault): void {
  const { kernel, cell } = actorAt(system, fault.path, 'path');
  if (fault.kind === 'hang' && fault.forMs === 0) {
    const host = system.hosts[kernel.host.worker];
    const isItsTurn = host?.occupant === cell.ref.id && host.freeAtMs > system.nowMs;
    if (isItsTurn) host.freeAtMs = system.nowMs;
    // One that still waits for its turn is over before it has begun.
    for (let left = cell.signals.length; left > 0; left--) {
      const signal = cell.signals.shift();
      if (signal !== undefined) cell.signals.push(signal.type === 'hang' ? { type: 'hang', forMs: 0 } : signal);
    }
  }
  injectFault(kernel, cell, fault);
}

function interfere(system: SimulatedSystem, fault: InFlightFault): void {
  const { network } = system;
  const mail = network.find(fault.message);
  if (mail === undefined) return;
  switch (fault.action) {
    case 'drop': {
      if (mail.load.type !== 'message') return;
      network.take(mail);
      const { to, message } = mail.load;
      system.kernels[mail.to]?.deadLetters.add(to, message, 'lost');
      return;
    }
    case 'duplicate':
      if (mail.load.type === 'message') network.duplicate(mail);
      return;
    case 'delay':
      return network.postpone(mail, fault.delayMs ?? 0);
    default:
      return unreachable(fault.action, 'action');
  }
}

/** @throws PlayhouseError `actor-not-found`, `invalid-message` */
export function checkSendApplies(system: SimulatedSystem, path: string, message: AnyMessage): void {
  const { kernel, cell } = actorAt(system, path, 'path');
  kernel.registry.checkedStrictly(cell.entry, message);
}

/** A message from outside as the present step. */
export function applySend(system: SimulatedSystem, path: string, message: AnyMessage): void {
  const actor = system.find(path);
  system.takeFault('send', actor?.cell, () => {
    if (actor === undefined) return;
    try {
      actor.kernel.registry.checkedStrictly(actor.cell.entry, message);
    } catch {
      return;
    }
    // A copy: what came with a link or from a script is nobody else's.
    const copy = structuredClone(message);
    actor.kernel.receiveMessage(actor.cell.ref, copy);
    system.recorder?.freeze(copy);
  });
}
