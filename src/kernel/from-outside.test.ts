/** What comes from outside is refused with the field that is wrong. */
import { describe, expect, it } from 'vitest';
import { checkOutsideMessage, checkParameter } from './from-outside.ts';
import type { Scenario } from './scenario.ts';

describe('a message from outside', () => {
  it.each([{ kind: 'Go' }, { kind: 'Go', n: 1n, map: new Map([[1n, [null]]]) }])('is plain data: %o', (message) => {
    expect(() => checkOutsideMessage(message)).not.toThrow();
  });

  const ring: { kind: string; self?: object } = { kind: 'Go' };
  ring.self = ring;

  it.each<[field: unknown, message: unknown]>([
    ['kind', 'Go'],
    ['kind', null],
    ['kind', ['Go']],
    ['kind', {}],
    ['kind', { kind: 1 }],
    ['list[1]', { kind: 'Go', list: [1, () => 1] }],
    ['at', { kind: 'Go', at: new Date(0) }],
    [expect.stringContaining('self.self'), ring],
  ])('is refused with its field %s', (field, message) => {
    expect(() => checkOutsideMessage(message)).toThrow(expect.objectContaining({ code: 'invalid-message', field }));
  });
});

describe('a parameter', () => {
  const definition = { label: '', unit: '', default: 2, min: 1, max: 3, step: 1, hint: '' };
  const scenario = { parameters: { rate: definition } } as unknown as Scenario;

  it('is a number between its bounds', () => {
    for (const value of [1, 2.5, 3]) expect(() => checkParameter(scenario, 'rate', value)).not.toThrow();
    for (const value of [0.5, 3.5, Number.NaN]) {
      const error = expect.objectContaining({ code: 'invalid-configuration', field: 'rate' });
      expect(() => checkParameter(scenario, 'rate', value)).toThrow(error);
    }
  });

  it.each(['speed', 'toString'])('is one of the scenario, and not %s', (name) => {
    const error = expect.objectContaining({ code: 'unknown-parameter', field: 'name' });
    expect(() => checkParameter(scenario, name, 1)).toThrow(error);
  });
});
