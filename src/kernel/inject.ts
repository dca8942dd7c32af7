/** What a fault does to an actor. */
import { unreachable } from '../base/assert.ts';
import type { Cell } from './cell.ts';
import { PlayhouseError } from './errors.ts';
import type { Fault } from './fault.ts';
import type { Kernel } from './kernel.ts';
import { LIMITS } from './limits.ts';
import { setSlow } from './slow.ts';

/** @throws PlayhouseError `not-a-breaker` */
export function injectFault(
  kernel: Kernel,
  cell: Cell,
  fault: Exclude<Fault, { readonly kind: 'set-parameter' }>,
): void {
  const isForBreakers = fault.kind === 'trip-breaker' || fault.kind === 'reset-breaker';
  if (isForBreakers && !cell.entry.definition.breaker) {
    throw new PlayhouseError('not-a-breaker', `${cell.path} is not a circuit breaker.`, 'path');
  }
  kernel.host.emit({ type: 'fault', fault });
  switch (fault.kind) {
    case 'crash':
      return kernel.enqueueSignal(cell, {
        type: 'crash',
        kind: (fault.errorKind ?? 'Crash').slice(0, LIMITS.errorKindMax),
        error: (fault.error ?? 'crashed by hand').slice(0, LIMITS.errorTextMax),
      });
    case 'slow':
      return setSlow(kernel, cell, fault.delayMs);
    case 'trip-breaker':
      return kernel.enqueueSignal(cell, { type: 'command', message: { kind: 'Trip' } });
    case 'reset-breaker':
      return kernel.enqueueSignal(cell, { type: 'command', message: { kind: 'Reset' } });
    default:
      return unreachable(fault, 'fault');
  }
}
