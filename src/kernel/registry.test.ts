import { describe, expect, it } from 'vitest';
import { actor } from './definition.ts';
import { Registry } from './registry.ts';

describe('registry', () => {
  const Silent = actor('Silent', { protocol: {}, state: () => ({}), on: {} });
  const Loud = actor('Loud', { protocol: {}, state: () => ({}), on: {}, mailbox: { capacity: 1_000 } });

  function capacities(registry: Registry): readonly number[] {
    return registry.behaviors.map(({ definition }) => definition.mailbox.capacity);
  }

  it('a run has a default of its own for the mailboxes of behaviors that do not say, and of no others', () => {
    expect(capacities(new Registry([Silent, Loud]))).toEqual([1_000, 1_000]);
    expect(capacities(new Registry([Silent, Loud], 5))).toEqual([5, 1_000]);
    expect(capacities(new Registry([Silent, Loud]))).toEqual([1_000, 1_000]);
  });
});
