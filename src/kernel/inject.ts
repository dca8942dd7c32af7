/** What a fault does to an actor. */
import { unreachable } from '../base/assert.ts';
import type { Cell } from './cell.ts';
import { PlayhouseError } from './errors.ts';
import type { ActorFault } from './fault.ts';
import { FILLER_KIND, POISON_KIND } from './fault-messages.ts';
import type { Kernel } from './kernel.ts';
import { LIMITS } from './limits.ts';
import { setPaused } from './pause-fault.ts';
import { setSlow } from './slow.ts';

/** Whether such an actor can have the fault. @throws PlayhouseError `not-a-breaker` */
export function checkFits({ entry, path }: Cell, fault: ActorFault): void {
  if (!isForBreakers(fault) || entry.definition.breaker) return;
  throw new PlayhouseError('not-a-breaker', `${path} is not a circuit breaker.`, 'path');
}

/** Between turns. @throws PlayhouseError `not-a-breaker` */
export function injectFault(kernel: Kernel, cell: Cell, fault: ActorFault): void {
  checkFits(cell, fault);
  kernel.host.emit({ type: 'fault', fault });
  switch (fault.kind) {
    case 'crash':
      return kernel.enqueueSignal(cell, {
        type: 'crash',
        kind: (fault.errorKind ?? 'Crash').slice(0, LIMITS.errorKindMax),
        error: (fault.error ?? 'crashed by hand').slice(0, LIMITS.errorTextMax),
      });
    case 'hang': {
      const { forMs = Number.POSITIVE_INFINITY } = fault;
      // 0 takes back a hang that is under way, and whoever keeps the time has done that already.
      return forMs === 0 ? undefined : kernel.enqueueSignal(cell, { type: 'hang', forMs });
    }
    case 'slow':
      return setSlow(kernel, cell, fault.delayMs, fault.factor);
    case 'pause':
      return setPaused(kernel, cell, true);
    case 'resume':
      return setPaused(kernel, cell, false);
    case 'poison':
      return kernel.enqueue(cell, { kind: POISON_KIND }, NOBODY);
    case 'flood':
      for (let count = 0; count < fault.count; count++) kernel.enqueue(cell, { kind: FILLER_KIND }, NOBODY);
      return;
    case 'trip-breaker':
      return command(kernel, cell, 'Trip');
    case 'reset-breaker':
      return command(kernel, cell, 'Reset');
    case 'force-breaker':
      return command(kernel, cell, fault.to === 'open' ? 'ForceOpen' : 'ForceClose');
    default:
      return unreachable(fault, 'fault');
  }
}

/** A sender that no full mailbox can suspend. */
const NOBODY = -1;

function isForBreakers({ kind }: ActorFault): boolean {
  return kind === 'trip-breaker' || kind === 'reset-breaker' || kind === 'force-breaker';
}

/** A person's hand on a circuit breaker does not wait behind calls. */
function command(kernel: Kernel, cell: Cell, kind: string): void {
  kernel.enqueueSignal(cell, { type: 'command', message: { kind } });
}
