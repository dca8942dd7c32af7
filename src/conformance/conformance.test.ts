/** The conformance cases under a virtual clock. e2e/conformance.spec.ts runs them on real threads. */
import { expect, it } from 'vitest';
import { CASES } from './cases.ts';
import { startVirtual } from './virtual-driver.ts';

it('every case has a name of its own', () => {
  expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
});

for (const one of CASES) it(`${one.id} ${one.title}`, () => one.run(startVirtual(one)));
