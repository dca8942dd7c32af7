/** Faults from outside: what fits is copied without what does not belong to it, and what does not fit names its field. */
import { describe, expect, it } from 'vitest';
import { PlayhouseError } from './errors.ts';
import { checkFault, FAULT_LIMITS, type Fault, isActorFault } from './fault.ts';
import { LIMITS } from './limits.ts';

const path = '/shop/pay';
const to = path;

const VALID: readonly Fault[] = [
  { kind: 'crash', path },
  { kind: 'crash', path, error: 'no money', errorKind: 'Declined' },
  { kind: 'hang', path },
  { kind: 'hang', path, forMs: 0 },
  { kind: 'hang', path, forMs: FAULT_LIMITS.hangMsMax },
  { kind: 'slow', path, delayMs: 20 },
  { kind: 'slow', path, delayMs: 0, factor: 2.5 },
  { kind: 'pause', path },
  { kind: 'resume', path },
  { kind: 'poison', path },
  { kind: 'flood', path, count: FAULT_LIMITS.floodMax },
  { kind: 'trip-breaker', path },
  { kind: 'reset-breaker', path },
  { kind: 'force-breaker', path, to: 'open' },
  { kind: 'force-breaker', path, to: 'closed' },
  { kind: 'set-parameter', name: 'rate', value: 3 },
  { kind: 'kill-worker', worker: 0 },
  { kind: 'drop', to, probability: 1 },
  { kind: 'duplicate', to, from: '/shop', probability: 0.5 },
  { kind: 'delay', to, probability: 0, delayMs: 10 },
  { kind: 'reorder', to, from: '/shop', probability: 0.1, delayMs: 10 },
  { kind: 'in-flight', message: 1, action: 'drop' },
  { kind: 'in-flight', message: 7, action: 'delay', delayMs: 10 },
];

describe('a fault', () => {
  it.each(VALID.map((fault) => [JSON.stringify(fault), fault] as const))('%s fits', (_, fault) => {
    expect(checkFault({ ...fault, more: 1 })).toEqual(fault);
    expect(isActorFault(fault)).toBe('path' in fault);
  });

  it('that drops one message has no delay', () => {
    const fault = { kind: 'in-flight', message: 1, action: 'drop' };
    expect(checkFault({ ...fault, delayMs: 10 })).toEqual(fault);
  });

  it.each([
    ['kind', undefined],
    ['kind', { kind: 'explode', path }],
    ['path', { kind: 'pause' }],
    ['error', { kind: 'crash', path, error: 7 }],
    ['errorKind', { kind: 'crash', path, errorKind: null }],
    ['forMs', { kind: 'hang', path, forMs: FAULT_LIMITS.hangMsMax + 1 }],
    ['forMs', { kind: 'hang', path, forMs: 1.5 }],
    ['delayMs', { kind: 'slow', path }],
    ['delayMs', { kind: 'slow', path, delayMs: FAULT_LIMITS.delayMsMax + 1 }],
    ['factor', { kind: 'slow', path, delayMs: 0, factor: 0 }],
    ['factor', { kind: 'slow', path, delayMs: 0, factor: FAULT_LIMITS.slowFactorMax * 2 }],
    ['factor', { kind: 'slow', path, delayMs: 0, factor: Number.NaN }],
    ['count', { kind: 'flood', path, count: 0 }],
    ['count', { kind: 'flood', path, count: FAULT_LIMITS.floodMax + 1 }],
    ['to', { kind: 'force-breaker', path, to: 'half-open' }],
    ['name', { kind: 'set-parameter', value: 1 }],
    ['value', { kind: 'set-parameter', name: 'rate', value: '1' }],
    ['worker', { kind: 'kill-worker', worker: LIMITS.workersMax }],
    ['worker', { kind: 'kill-worker', worker: -1 }],
    ['to', { kind: 'drop', probability: 1 }],
    ['from', { kind: 'drop', to, from: 3, probability: 1 }],
    ['probability', { kind: 'drop', to }],
    ['probability', { kind: 'duplicate', to, probability: 1.01 }],
    ['probability', { kind: 'delay', to, probability: -0.1, delayMs: 1 }],
    ['delayMs', { kind: 'reorder', to, probability: 1 }],
    ['message', { kind: 'in-flight', message: 0, action: 'drop' }],
    ['action', { kind: 'in-flight', message: 1, action: 'reorder' }],
    ['delayMs', { kind: 'in-flight', message: 1, action: 'delay' }],
  ])('with a wrong %s is refused: %j', (field, fault) => {
    const error = thrownBy(() => checkFault(fault));
    expect([error.code, error.field]).toEqual(['invalid-configuration', field]);
  });
});

function thrownBy(call: () => unknown): PlayhouseError {
  try {
    call();
  } catch (thrown) {
    if (thrown instanceof PlayhouseError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}
