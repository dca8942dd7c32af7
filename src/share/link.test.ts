/** Links: every valid run survives the round trip, and no text whatsoever makes the decoder throw. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CATALOG, findScenario } from '../scenarios/catalog.ts';
import { decodeRun, encodeRun, isActorPath } from './link.ts';
import { GRAPH_KINDS, LINK_LIMITS, PANEL_NAMES, type SharedRun, type SharedView } from './shared-run.ts';

const SEED = 20_261_121;

const paths = fc
  .array(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).map((name) => name.replaceAll('/', '-')),
    { minLength: 1, maxLength: 6 },
  )
  .map((names) => `/${names.join('/')}`)
  .filter(isActorPath);

const views: fc.Arbitrary<SharedView> = fc
  .record({
    graph: fc.constantFrom(...GRAPH_KINDS),
    panel: fc.constantFrom(...PANEL_NAMES),
    selected: fc.option(paths, { nil: undefined }),
  })
  .map(({ graph, panel, selected }) => (selected === undefined ? { graph, panel } : { graph, panel, selected }));

const runs: fc.Arbitrary<SharedRun> = fc.constantFrom(...CATALOG).chain((scenario) => {
  const values = Object.entries(scenario.parameters).map(([name, { min, max, step, default: usual }]) =>
    fc
      .option(fc.integer({ min: 0, max: Math.floor((max - min) / step) }), { nil: undefined })
      .map((steps) => [name, steps === undefined ? usual : Math.min(max, min + steps * step)] as const),
  );
  return fc
    .record({
      values: fc.tuple(...values),
      workers: fc.option(fc.integer({ min: 1, max: 16 }), { nil: undefined }),
      view: views,
    })
    .map(({ values: chosen, workers, view }) => {
      const parameters = Object.fromEntries(
        chosen.filter(([name, value]) => value !== scenario.parameters[name]?.default),
      );
      const run: SharedRun = { version: 1, scenario: scenario.id, parameters, view };
      return workers === undefined ? run : { ...run, workers };
    });
});

describe('round trip', () => {
  test(`every valid run comes back as it was (seed ${SEED})`, () => {
    fc.assert(
      fc.property(runs, (run) => {
        const decoded = decodeRun(encodeRun(run));
        expect(decoded).toEqual({ ok: true, value: run });
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  test('the text stays readable and leaves defaults out', () => {
    const run: SharedRun = {
      version: 1,
      scenario: 'checkout',
      parameters: { rate: 3_000, failureRate: findScenario('checkout')?.parameters['failureRate']?.default ?? 0 },
      workers: 2,
      view: { graph: 'tree', panel: 'graph', selected: '/shop/gateway' },
    };
    expect(encodeRun(run)).toBe('v=1&s=checkout&p.rate=3000&w=2&g=tree&a=/shop/gateway');
  });

  test('a leading # makes no difference', () => {
    expect(decodeRun('#v=1&s=checkout')).toEqual(decodeRun('v=1&s=checkout'));
  });
});

describe('refusals name the code and the field', () => {
  const cases: readonly (readonly [fragment: string, code: string, field: string | undefined])[] = [
    ['', 'link-invalid', ''],
    ['hello', 'link-invalid', 'hello'],
    ['s=checkout', 'link-invalid', 'v'],
    ['v=0&s=checkout', 'link-invalid', 'v'],
    ['v=one&s=checkout', 'link-invalid', 'v'],
    ['v=2&zzz=from-the-future', 'link-newer', 'v'],
    ['v=1', 'link-invalid', 's'],
    ['v=1&s=nonsense', 'link-unknown-scenario', 's'],
    ['v=1&s=checkout&p.rate=fast', 'link-invalid', 'p.rate'],
    ['v=1&s=checkout&p.rate=', 'link-invalid', 'p.rate'],
    ['v=1&s=checkout&p.rate=NaN', 'link-invalid', 'p.rate'],
    ['v=1&s=checkout&p.rate=Infinity', 'link-invalid', 'p.rate'],
    ['v=1&s=checkout&p.rate=0x10', 'link-invalid', 'p.rate'],
    ['v=1&s=checkout&p.rate=-1', 'link-invalid', 'p.rate'],
    ['v=1&s=checkout&p.rate=1e300', 'link-invalid', 'p.rate'],
    ['v=1&s=checkout&p.speed=1', 'link-invalid', 'p.speed'],
    ['v=1&s=checkout&p.__proto__=1', 'link-invalid', 'p.__proto__'],
    ['v=1&s=checkout&p.constructor=1', 'link-invalid', 'p.constructor'],
    ['v=1&s=checkout&w=0', 'link-invalid', 'w'],
    ['v=1&s=checkout&w=17', 'link-invalid', 'w'],
    ['v=1&s=checkout&w=2.5', 'link-invalid', 'w'],
    ['v=1&s=checkout&g=pie', 'link-invalid', 'g'],
    ['v=1&s=checkout&t=pie', 'link-invalid', 't'],
    ['v=1&s=checkout&a=shop', 'link-invalid', 'a'],
    ['v=1&s=checkout&a=//', 'link-invalid', 'a'],
    ['v=1&s=checkout&a=/shop%00', 'link-invalid', 'a'],
    ['v=1&s=checkout&a=%E0%A4%A', 'link-invalid', 'a'],
    ['v=1&s=checkout&q=1', 'link-invalid', 'q'],
    ['v=1&s=checkout&p.rate=1&p.rate=1', 'link-invalid', 'p.rate'],
    ['v=1&v=1&s=checkout', 'link-invalid', 'v'],
  ];
  test.each(cases)('%s → %s, %s', (fragment, code, field) => {
    const decoded = decodeRun(fragment);
    if (decoded.ok) throw new Error('accepted');
    expect(decoded.error.code).toBe(code);
    if (field !== '') expect(decoded.error.field?.replace('…', '')).toBe(field);
  });

  test('length is checked before anything else', () => {
    const decoded = decodeRun(`v=1&s=checkout&a=/${'x'.repeat(LINK_LIMITS.fragmentLengthMax)}`);
    expect(decoded).toMatchObject({ ok: false, error: { code: 'link-too-long' } });
  });
});

describe('hostile text', () => {
  const valid = runs.map(encodeRun);
  const mutated = fc
    .tuple(
      valid,
      fc.array(fc.tuple(fc.nat(200), fc.nat(4), fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 4 }),
    )
    .map(([text, edits]) => {
      for (const [at, removed, inserted] of edits) text = text.slice(0, at) + inserted + text.slice(at + removed);
      return text;
    });
  const shaped = fc
    .array(
      fc.tuple(
        fc.constantFrom('v', 's', 'w', 'g', 't', 'a', 'p.rate', 'p.', 'p.toString', '__proto__', '%70', ''),
        fc.oneof(fc.constantFrom('1', 'checkout', 'tree', '/shop', '1e5', '%', '%ff'), fc.string({ unit: 'binary' })),
      ),
      { maxLength: 12 },
    )
    .map((fields) => fields.map(([key, value]) => `${key}=${value}`).join('&'));
  const fragments = fc.oneof(
    mutated,
    shaped,
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ maxLength: 9_000 }),
  );

  test(`10,000 random and mutated fragments never throw (seed ${SEED})`, () => {
    fc.assert(
      fc.property(fragments, (fragment) => {
        const decoded = decodeRun(fragment);
        // What is accepted must be a run that can be written again.
        if (decoded.ok) expect(decodeRun(encodeRun(decoded.value))).toEqual(decoded);
        else expect(decoded.error.message.length).toBeLessThan(300);
      }),
      { seed: SEED, numRuns: 10_000 },
    );
  });
});
