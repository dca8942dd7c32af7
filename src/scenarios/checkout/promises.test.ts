/** The promises of the shop, held against what they should allow and what they should not. */
import { describe, expect, it } from 'vitest';
import { properties } from './promises.ts';
import { checkout } from './scenario.ts';

type Property = (typeof properties)[number];
type World = Parameters<Property['holds']>[0];

const HEALTHY = {
  '/shop/load': { sent: 10, confirmed: 7, failed: 1 },
  '/shop/payments/service': { charged: 7, failed: 1, pending: [{ order: 9 }, { order: 10 }] },
};

function world(states: Readonly<Record<string, unknown>>, deadLetters = 0, breaker = 'closed'): World {
  return {
    nowMs: 0,
    state: (path) => states[path] as never,
    actor: (path) => (path === '/shop/payments/breaker' ? ({ breaker } as never) : undefined),
    deadLetters,
    answered: 0,
    failed: 0,
  };
}

function isKept(property: Property | undefined, given: World): boolean {
  if (property === undefined) throw new Error('no such property');
  return property.holds(given) === (property.type !== 'never');
}

describe('the promises of the shop', () => {
  const [outcomes, charges, letters, breaker] = properties;

  it('are part of the scenario, and their names are sentences of their own', () => {
    expect(checkout.properties).toBe(properties);
    expect(new Set(properties.map(({ name }) => name)).size).toBe(properties.length);
  });

  it('hold in a healthy shop, and where an actor has no state just now', () => {
    for (const property of properties) {
      expect(isKept(property, world(HEALTHY)), property.name).toBe(true);
      expect(isKept(property, world({})), property.name).toBe(true);
    }
  });

  it('are broken by what they speak of', () => {
    const twice = { '/shop/load': { sent: 10, confirmed: 10, failed: 1 } };
    expect(isKept(outcomes, world(twice))).toBe(false);
    const again = { '/shop/payments/service': { pending: [{ order: 9 }, { order: 10 }, { order: 9 }] } };
    expect(isKept(charges, world(again))).toBe(false);
    expect(isKept(letters, world(HEALTHY, 1))).toBe(false);
    expect(isKept(breaker, world(HEALTHY, 0, 'open'))).toBe(false);
    expect(isKept(breaker, world(HEALTHY, 0, 'half-open'))).toBe(true);
  });
});
