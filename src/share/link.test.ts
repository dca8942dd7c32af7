/** Links and files: every valid run survives the round trip, and no text whatsoever makes a decoder throw. */

import fc from 'fast-check';
import { deflateSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../kernel/fault.ts';
import { type BranchPlan, type Intervention, RUN_LIMITS } from '../kernel/intervention.ts';
import type { AnyMessage } from '../kernel/ref.ts';
import type { Scenario } from '../kernel/scenario.ts';
import { CATALOG, findScenario } from '../scenarios/catalog.ts';
import { isActorPath } from './actor-path.ts';
import { decompress, SLICE_PRODUCED_MAX, toBase64Url } from './compression.ts';
import { decodeFile, encodeFile } from './file.ts';
import { decodeRun, encodeRun } from './link.ts';
import { writeQuery } from './run-query.ts';
import {
  DEFAULT_VIEW,
  GRAPH_KINDS,
  LINK_LIMITS,
  LOWER_NAMES,
  PANEL_NAMES,
  type SharedRun,
  type SharedSimulation,
  type SharedView,
  TRUNK_NAME,
} from './shared-run.ts';
import { deviations, simulated, trunk } from './testdata/simulated-run.ts';

const SEED = 20_261_121;

/** Text with everything in it that separates something in a link. */
const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: fc.constantFrom(...'~,&=%#/+ :;"{}[]\\\'()*!.'), maxLength: 12 }),
);

const paths = fc
  .oneof(
    fc.constantFrom('/shop', '/shop/orders/worker-1', '/shop/payments/service'),
    fc
      .array(
        texts.map((name) => name.replaceAll('/', '-')),
        { minLength: 1, maxLength: 6 },
      )
      .map((names) => `/${names.join('/')}`),
  )
  .filter(isActorPath);

const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

/** Without the members that are undefined. */
function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

const milliseconds = fc.oneof(
  fc.nat(1e7).map((thousandths) => thousandths / 1_000),
  fc.double({ min: 0, max: 1e12, noNaN: true }).map((value) => value + 0),
  fc.constantFrom(0, 0.1 + 0.2, 1e-7, 123_456_789.123_456_79, 1e21),
);
const probability = fc.oneof(
  fc.constantFrom(0, 1, 0.5),
  fc.nat(1_000).map((thousandths) => thousandths / 1_000),
);
const delayMs = fc.nat(60_000);
const toActor = { to: paths, from: optional(paths), probability };
const byPath = { path: paths };

function parametersOf(scenario: Scenario): fc.Arbitrary<readonly [name: string, value: number]> {
  return fc
    .constantFrom(...Object.entries(scenario.parameters))
    .chain(([name, { min, max, step }]) =>
      fc
        .nat(Math.floor((max - min) / step))
        .map((steps) => [name, Math.min(max, Number((min + steps * step).toPrecision(12)))] as const),
    );
}

/** By kind, so that a new kind is not forgotten. */
const faultsOf: { readonly [K in Fault['kind']]: (scenario: Scenario) => fc.Arbitrary<object> } = {
  crash: () => fc.record({ ...byPath, error: optional(texts), errorKind: optional(texts) }),
  hang: () => fc.record({ ...byPath, forMs: optional(delayMs) }),
  slow: () => fc.record({ ...byPath, delayMs, factor: optional(fc.constantFrom(0.01, 0.5, 2, 1_000)) }),
  pause: () => fc.record(byPath),
  resume: () => fc.record(byPath),
  poison: () => fc.record(byPath),
  flood: () => fc.record({ ...byPath, count: fc.integer({ min: 1, max: 65_536 }) }),
  'trip-breaker': () => fc.record(byPath),
  'reset-breaker': () => fc.record(byPath),
  'force-breaker': () => fc.record({ ...byPath, to: fc.constantFrom('open', 'closed') }),
  'set-parameter': (scenario) => parametersOf(scenario).map(([name, value]) => ({ name, value })),
  'kill-worker': () => fc.record({ worker: fc.nat(15) }),
  drop: () => fc.record(toActor),
  duplicate: () => fc.record(toActor),
  delay: () => fc.record({ ...toActor, delayMs }),
  reorder: () => fc.record({ ...toActor, delayMs }),
  'in-flight': () =>
    fc
      .record({ message: fc.integer({ min: 1 }), action: fc.constantFrom('drop', 'duplicate', 'delay'), delayMs })
      .map(({ message, action, delayMs: ms }) =>
        action === 'delay' ? { message, action, delayMs: ms } : { message, action },
      ),
};

const FAULT_KINDS = Object.keys(faultsOf) as Fault['kind'][];

function faults(scenario: Scenario): fc.Arbitrary<Fault> {
  return fc
    .constantFrom(...FAULT_KINDS)
    .chain((kind) => faultsOf[kind](scenario).map((members) => compact({ kind, ...members }) as Fault));
}

const messages: fc.Arbitrary<AnyMessage> = fc
  .tuple(
    fc.constantFrom('Order', 'Tick', '~,&'),
    fc.dictionary(
      texts.filter((name) => name !== '__proto__' && name !== 'kind'),
      fc.jsonValue({ maxDepth: 2 }),
      {
        maxKeys: 3,
        noNullPrototype: true,
      },
    ),
  )
  // There is no negative zero in JSON.
  .map(([kind, members]) => JSON.parse(JSON.stringify({ kind, ...members })) as AnyMessage);

const choices = fc.oneof(
  fc.nat(70_000).map((row) => `t${row}`),
  fc.tuple(fc.nat(15), fc.nat(1e6)).map(([worker, number]) => `m${worker}.${number}`),
  fc.integer({ min: 1, max: 1e9 }).map((number) => `a${number}`),
);

/** What can be done at a step, without the step. */
function actions(scenario: Scenario): fc.Arbitrary<DistributiveOmit<Intervention, 'step'>> {
  return fc.oneof(
    { weight: 3, arbitrary: choices.map((choice) => ({ type: 'choice' as const, choice })) },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant('fault' as const), atMs: milliseconds, fault: faults(scenario) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('send' as const), atMs: milliseconds, path: paths, message: messages }),
    },
  );
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

const names = fc.oneof(fc.constant(TRUNK_NAME), texts).filter((name) => !/[\p{Cc}\p{Cs}]/u.test(name));

function simulations(scenario: Scenario): fc.Arbitrary<SharedSimulation> {
  const steps = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 1e6 }));
  const done = fc.array(fc.tuple(steps, actions(scenario)), { maxLength: 8 });
  const grown = fc.array(fc.tuple(names, fc.nat(), fc.nat(10_000), done), { minLength: 1, maxLength: 5 });
  return fc
    .record({
      seed: fc.integer({ min: 0, max: RUN_LIMITS.seedMax }),
      grown,
      branch: fc.nat(),
      step: fc.nat(RUN_LIMITS.stepsMax),
    })
    .map(({ seed, grown: parts, branch, step }) => {
      const branches: BranchPlan[] = [];
      for (const [name, place, later, list] of parts) {
        const parent = branches.length === 0 ? -1 : place % branches.length;
        const forkStep = parent < 0 ? 1 : (branches[parent]?.forkStep ?? 1) + later;
        let at = forkStep - 1;
        const interventions = list.map(([gap, action]) => {
          at += gap;
          return { ...action, step: at } as Intervention;
        });
        branches.push({ name, parent, forkStep, interventions });
      }
      return { seed, branches, branch: branch % branches.length, step };
    });
}

const runs: fc.Arbitrary<SharedRun> = fc.constantFrom(...CATALOG).chain((scenario) =>
  fc
    .record({
      parameters: fc.array(parametersOf(scenario), { maxLength: 4 }),
      workers: fc.integer({ min: 1, max: 16 }),
      simulation: optional(simulations(scenario)),
      graph: fc.constantFrom(...GRAPH_KINDS),
      panel: fc.constantFrom(...PANEL_NAMES),
      lower: fc.constantFrom(...LOWER_NAMES),
      selected: optional(paths),
      isMachine: fc.boolean(),
    })
    .map(({ parameters, workers, simulation, graph, panel, lower, selected, isMachine }) => {
      const changed = parameters.filter(([name, value]) => value !== scenario.parameters[name]?.default);
      const isLive = simulation === undefined;
      const view: SharedView = { graph, panel, lower: isLive ? DEFAULT_VIEW.lower : lower };
      const run: SharedRun = {
        scenario: scenario.id,
        parameters: Object.fromEntries(changed),
        view: selected === undefined ? view : { ...view, selected },
      };
      if (!isLive) return { ...run, workers, simulation };
      return isMachine ? run : { ...run, workers };
    }),
);

describe('round trip', () => {
  test(`every valid run comes back as it was, as a link and as a file (seed ${SEED})`, () => {
    let compressed = 0;
    fc.assert(
      fc.property(runs, (run) => {
        const link = encodeRun(run);
        if (link.startsWith('v=2&z=')) compressed++;
        expect(decodeRun(link)).toEqual({ ok: true, value: run });
        expect(decodeRun(writeQuery(run))).toEqual({ ok: true, value: run });
        expect(decodeFile(encodeFile(run))).toEqual({ ok: true, value: run });
      }),
      { seed: SEED, numRuns: 500 },
    );
    expect(compressed).toBeGreaterThan(100);
  }, 30_000);

  test('the text stays readable and leaves defaults out', () => {
    const run: SharedRun = {
      scenario: 'checkout',
      parameters: { rate: 3_000, failureRate: findScenario('checkout')?.parameters['failureRate']?.default ?? 0 },
      workers: 2,
      view: { ...DEFAULT_VIEW, graph: 'tree', selected: '/shop/gateway' },
    };
    expect(encodeRun(run)).toBe('v=2&s=checkout&p.rate=3000&w=2&g=tree&a=/shop/gateway');
  });

  test('what was done reads like a list', () => {
    const fault: Fault = { kind: 'delay', to: '/shop/payments', from: '/shop/orders', probability: 0.5, delayMs: 200 };
    const run = simulated({
      branches: [
        trunk(
          { type: 'choice', step: 12, choice: 't17' },
          { type: 'fault', step: 20, atMs: 1.25, fault: { kind: 'crash', path: '/shop/load', errorKind: 'Declined' } },
        ),
        {
          name: 'What if',
          parent: 0,
          forkStep: 15,
          interventions: [
            { type: 'fault', step: 15, atMs: 2, fault },
            { type: 'send', step: 30, atMs: 3, path: '/shop/gateway', message: { kind: 'Tick' } },
          ],
        },
      ],
      branch: 1,
      step: 40,
    });
    expect(writeQuery(run).split('&').slice(2)).toEqual([
      'w=2',
      'm=sim',
      'c=40',
      'b=1',
      'x=12t17~20f1.25,crash,/shop/load,errorKind=Declined',
      'b1=0,15,What%20if',
      'x1=15f2,delay,/shop/payments,0.5,200,from=/shop/orders~30s3,/shop/gateway,%7B%22kind%22%3A%22Tick%22%7D',
    ]);
  });

  test('a usual simulated run stays under 200 characters', () => {
    for (const { id, parameters } of CATALOG) {
      const changed = Object.entries(parameters)
        .slice(0, 2)
        .map(([name, { max }]) => [name, max] as const);
      const run: SharedRun = {
        ...simulated({ seed: RUN_LIMITS.seedMax, step: 1_234_567 }),
        scenario: id,
        parameters: Object.fromEntries(changed),
        view: { ...DEFAULT_VIEW, lower: 'plots', selected: '/shop/orders/worker-1' },
      };
      expect(encodeRun(run).length).toBeLessThan(200);
    }
  });

  test('a leading # makes no difference', () => {
    expect(decodeRun('#v=2&s=checkout')).toEqual(decodeRun('v=2&s=checkout'));
  });

  test('a message that JSON would change is not written as another one', () => {
    const wrong = [
      { kind: 'A', value: Number.NaN },
      { kind: 'A', value: new Map() },
      { kind: 'A', value: 1n },
    ];
    for (const message of wrong) {
      const run = simulated({
        branches: [trunk({ type: 'send', step: 1, atMs: 0, path: '/shop', message })],
      });
      expect(decodeRun(encodeRun(run))).toMatchObject({ ok: false, error: { code: 'link-invalid', field: 'x' } });
      expect(decodeFile(encodeFile(run))).toMatchObject({ ok: false, error: { code: 'link-invalid' } });
    }
  });

  test('half of a character in a fault is refused, and never becomes another text', () => {
    for (const half of ['\uD83C', '\uDFAD', 'a\uDFAD\uD83C', '\uD83C\u{1F3AD}']) {
      for (const field of ['path', 'error', 'errorKind']) {
        const fault = { kind: 'crash', path: '/shop', [field]: `/${half}` } as Fault;
        const run = simulated({ branches: [trunk({ type: 'fault', step: 1, atMs: 0, fault })] });
        expect(decodeRun(encodeRun(run))).toMatchObject({ ok: false, error: { code: 'link-invalid', field: 'x' } });
        expect(decodeRun(writeQuery(run))).toMatchObject({ ok: false, error: { code: 'link-invalid', field: 'x' } });
        expect(decodeFile(encodeFile(run))).toMatchObject({
          ok: false,
          error: { code: 'link-invalid', field: 'simulation.branches[0].interventions[0].fault' },
        });
      }
    }
  });

  test('half of a character in a message comes back: JSON has an escape for it', () => {
    const message = { kind: 'A\uD83C', value: '\uDFAD\uD83C', '\uD83C': ['\u{1F3AD}', '\uDFAD'] };
    const run = simulated({ branches: [trunk({ type: 'send', step: 1, atMs: 0, path: '/shop', message })] });
    expect(decodeRun(encodeRun(run))).toEqual({ ok: true, value: run });
    expect(decodeRun(writeQuery(run))).toEqual({ ok: true, value: run });
    expect(decodeFile(encodeFile(run))).toEqual({ ok: true, value: run });
  });
});

describe('versions', () => {
  test('a link of version 1 is still the same run', () => {
    expect(decodeRun('v=1&s=checkout&p.rate=3000&w=2&g=tree&t=faults&a=/shop/gateway')).toEqual({
      ok: true,
      value: {
        scenario: 'checkout',
        parameters: { rate: 3_000 },
        workers: 2,
        view: { ...DEFAULT_VIEW, graph: 'tree', panel: 'faults', selected: '/shop/gateway' },
      },
    });
    expect(decodeRun('v=1&s=checkout')).toEqual(decodeRun('v=2&s=checkout'));
  });

  test('a newer link says so, whatever else is in it', () => {
    for (const fragment of ['v=3', 'v=3&zzz=from-the-future', 'v=3&no fields at all', 'q&v=17&%', 'v=3&z=AAAA']) {
      expect(decodeRun(fragment)).toMatchObject({ ok: false, error: { code: 'link-newer', field: 'v' } });
    }
  });

  test('a newer file says so', () => {
    const newer = encodeFile(simulated()).replace('"version": 2', '"version": 3');
    expect(decodeFile(newer)).toMatchObject({ ok: false, error: { code: 'link-newer', field: 'version' } });
  });
});

describe('refusals name the code and the field', () => {
  const many = deviations(RUN_LIMITS.interventionsMax + 1)
    .map((_, index) => `${index + 1}t0`)
    .join('~');
  const branchesOver = Array.from({ length: RUN_LIMITS.branchesMax }, (_, index) => `b${index + 1}=0,1,x`).join('&');
  const deep = encodeURIComponent(`{"kind":"A","a":${'['.repeat(40)}${']'.repeat(40)}}`);
  const sim = 'v=2&s=checkout&m=sim';
  const cases: readonly (readonly [fragment: string, code: string, field: string | undefined])[] = [
    ['', 'link-invalid', ''],
    ['hello', 'link-invalid', 'hello'],
    ['s=checkout', 'link-invalid', 'v'],
    ['v=0&s=checkout', 'link-invalid', 'v'],
    ['v=one&s=checkout', 'link-invalid', 'v'],
    ['v=1', 'link-invalid', 's'],
    ['v=1&s=nonsense', 'link-unknown-scenario', 's'],
    ['v=1&s=checkout&m=sim', 'link-invalid', 'm'],
    ['v=1&s=checkout&z=AAAA', 'link-invalid', 'z'],
    ['v=2&s=checkout&p.rate=fast', 'link-invalid', 'p.rate'],
    ['v=2&s=checkout&p.rate=', 'link-invalid', 'p.rate'],
    ['v=2&s=checkout&p.rate=NaN', 'link-invalid', 'p.rate'],
    ['v=2&s=checkout&p.rate=Infinity', 'link-invalid', 'p.rate'],
    ['v=2&s=checkout&p.rate=0x10', 'link-invalid', 'p.rate'],
    ['v=2&s=checkout&p.rate=-1', 'link-invalid', 'p.rate'],
    ['v=2&s=checkout&p.rate=1e300', 'link-invalid', 'p.rate'],
    ['v=2&s=checkout&p.rate=1e999', 'link-invalid', 'p.rate'],
    ['v=2&s=checkout&p.speed=1', 'link-invalid', 'p.speed'],
    ['v=2&s=checkout&p.__proto__=1', 'link-invalid', 'p.__proto__'],
    ['v=2&s=checkout&p.constructor=1', 'link-invalid', 'p.constructor'],
    ['v=2&s=checkout&w=0', 'link-invalid', 'w'],
    ['v=2&s=checkout&w=17', 'link-invalid', 'w'],
    ['v=2&s=checkout&w=2.5', 'link-invalid', 'w'],
    ['v=2&s=checkout&g=pie', 'link-invalid', 'g'],
    ['v=2&s=checkout&t=pie', 'link-invalid', 't'],
    ['v=2&s=checkout&a=shop', 'link-invalid', 'a'],
    ['v=2&s=checkout&a=//', 'link-invalid', 'a'],
    ['v=2&s=checkout&a=/shop%00', 'link-invalid', 'a'],
    ['v=2&s=checkout&a=%E0%A4%A', 'link-invalid', 'a'],
    ['v=2&s=checkout&q=1', 'link-invalid', 'q'],
    ['v=2&s=checkout&__proto__=1', 'link-invalid', '__proto__'],
    ['v=2&s=checkout&p.rate=1&p.rate=1', 'link-invalid', 'p.rate'],
    ['v=2&v=2&s=checkout', 'link-invalid', 'v'],
    // Only of simulated runs.
    ['v=2&s=checkout&m=live', 'link-invalid', 'm'],
    ['v=2&s=checkout&r=1', 'link-invalid', 'r'],
    ['v=2&s=checkout&c=1', 'link-invalid', 'c'],
    ['v=2&s=checkout&b=0', 'link-invalid', 'b'],
    ['v=2&s=checkout&x=1t0', 'link-invalid', 'x'],
    ['v=2&s=checkout&b1=0,1,x', 'link-invalid', 'b1'],
    ['v=2&s=checkout&l=nowhere', 'link-invalid', 'l'],
    [`${sim}&l=pie`, 'link-invalid', 'l'],
    [`${sim}&r=-1`, 'link-invalid', 'r'],
    [`${sim}&r=4294967296`, 'link-invalid', 'r'],
    [`${sim}&r=1.5`, 'link-invalid', 'r'],
    [`${sim}&c=-1`, 'link-invalid', 'c'],
    [`${sim}&c=2147483648`, 'link-invalid', 'c'],
    [`${sim}&b=1`, 'link-invalid', 'b'],
    [`${sim}&n=${'x'.repeat(61)}`, 'link-invalid', 'n'],
    [`${sim}&n=%0A`, 'link-invalid', 'n'],
    [`${sim}&b1=0`, 'link-invalid', 'b1'],
    [`${sim}&b1=0,1,x,y`, 'link-invalid', 'b1'],
    [`${sim}&b1=1,1,x`, 'link-invalid', 'b1'],
    [`${sim}&b1=-1,1,x`, 'link-invalid', 'b1'],
    [`${sim}&b1=0,0,x`, 'link-invalid', 'b1'],
    [`${sim}&b1=0,1,${'x'.repeat(61)}`, 'link-invalid', 'b1'],
    [`${sim}&b1=0,20,x&b2=1,19,y`, 'link-invalid', 'b2'],
    [`${sim}&b2=0,1,x`, 'link-invalid', 'b2'],
    [`${sim}&${branchesOver}`, 'link-invalid', 'b'],
    [`${sim}&x1=1t0`, 'link-invalid', 'x1'],
    [`${sim}&x=`, 'link-invalid', 'x'],
    [`${sim}&x=0t0`, 'link-invalid', 'x'],
    [`${sim}&x=2147483648t0`, 'link-invalid', 'x'],
    [`${sim}&x=1t`, 'link-invalid', 'x'],
    [`${sim}&x=1t01`, 'link-invalid', 'x'],
    [`${sim}&x=1m42`, 'link-invalid', 'x'],
    [`${sim}&x=1q1`, 'link-invalid', 'x'],
    [`${sim}&x=2t0~1t0`, 'link-invalid', 'x'],
    [`${sim}&x=2t0~2t0`, 'link-invalid', 'x'],
    [`${sim}&b1=0,5,x&x1=4t0`, 'link-invalid', 'x1'],
    [`${sim}&x=${many}`, 'link-invalid', 'x'],
    [`${sim}&x=1f0,explode,/shop`, 'link-invalid', 'x'],
    [`${sim}&x=1f0,__proto__,/shop`, 'link-invalid', 'x'],
    [`${sim}&x=1f-1,crash,/shop`, 'link-invalid', 'x'],
    [`${sim}&x=1f1e999,crash,/shop`, 'link-invalid', 'x'],
    [`${sim}&x=1f0,crash,shop`, 'link-invalid', 'x'],
    [`${sim}&x=1f0,crash,/shop,color=red`, 'link-invalid', 'x'],
    [`${sim}&x=1f0,crash,/shop,__proto__=red`, 'link-invalid', 'x'],
    [`${sim}&x=1f0,crash,/shop,count=3`, 'link-invalid', 'x'],
    [`${sim}&x=1f0,crash,/shop,path=/shop`, 'link-invalid', 'x'],
    [`${sim}&x=1f0,crash,/shop,error=${'x'.repeat(600)}`, 'link-invalid', 'x'],
    [`${sim}&x=1f0,crash,/shop,error=%ED%A0%BC`, 'link-invalid', 'x'],
    [`${sim}&x=1f0,drop,/shop,2`, 'link-invalid', 'x'],
    [`${sim}&x=1f0,set-parameter,__proto__,1`, 'link-invalid', 'x'],
    [`${sim}&x=1f0,set-parameter,rate,-1`, 'link-invalid', 'x'],
    [`${sim}&x=1s0,/shop,{`, 'link-invalid', 'x'],
    [`${sim}&x=1s0,/shop,[]`, 'link-invalid', 'x'],
    [`${sim}&x=1s0,/shop,{"kind":1}`, 'link-invalid', 'x'],
    [`${sim}&x=1s0,/shop,{"kind":"A"%2C"__proto__":{}}`, 'link-invalid', 'x'],
    [`${sim}&x=1s0,/shop,${deep}`, 'link-invalid', 'x'],
    [`${sim}&x=1s0,/shop,{"kind":"${'x'.repeat(LINK_LIMITS.messageLengthMax)}"}`, 'link-invalid', 'x'],
    // Compressed.
    ['v=2&z=', 'link-invalid', 'z'],
    ['v=2&z=A', 'link-invalid', 'z'],
    ['v=2&z=!!!!', 'link-invalid', 'z'],
    ['v=2&z=AAAA&s=checkout', 'link-invalid', 's'],
    [`v=2&z=${deflated('v=2&s=checkout')}`, 'link-invalid', 'v'],
    [`v=2&z=${deflated('z=AAAA')}`, 'link-invalid', 'z'],
    [`v=2&z=${deflated('s=nonsense')}`, 'link-unknown-scenario', 's'],
    [`v=2&z=${deflated('s=checkout&w=0')}`, 'link-invalid', 'w'],
    [`v=2&z=${deflated('s=checkout&w=2').slice(0, -4)}`, 'link-invalid', 'z'],
  ];
  test.each(cases.map(([fragment, ...rest]) => [fragment.slice(0, 100), ...rest, fragment] as const))(
    '%s → %s, %s',
    (_shown, code, field, fragment) => {
      const decoded = decodeRun(fragment);
      if (decoded.ok) throw new Error('accepted');
      expect(decoded.error.code).toBe(code);
      if (field !== '') expect(decoded.error.field?.replace('…', '')).toBe(field);
      expect(decoded.error.message.length).toBeLessThan(300);
    },
  );

  test('length is checked before anything else', () => {
    const decoded = decodeRun(`v=3&s=checkout&a=/${'x'.repeat(LINK_LIMITS.fragmentLengthMax)}`);
    expect(decoded).toMatchObject({ ok: false, error: { code: 'link-too-long' } });
  });

  const file = JSON.parse(encodeFile(simulated({ branches: [trunk(...deviations(2))] })));
  const files: readonly (readonly [changes: object, code: string, field: string])[] = [
    [{ format: 'zip' }, 'link-invalid', 'format'],
    [{ version: 1 }, 'link-invalid', 'version'],
    [{ color: 'red' }, 'link-invalid', 'color'],
    [{ scenario: 7 }, 'link-unknown-scenario', 'scenario'],
    [{ scenario: undefined }, 'link-invalid', 'scenario'],
    [{ parameters: [] }, 'link-invalid', 'parameters'],
    [{ parameters: { rate: '7' } }, 'link-invalid', 'parameters.rate'],
    [{ parameters: { toString: 7 } }, 'link-invalid', 'parameters.toString'],
    [{ workers: null }, 'link-invalid', 'workers'],
    [{ view: { graph: 7 } }, 'link-invalid', 'view.graph'],
    [{ view: { color: 7 } }, 'link-invalid', 'view.color'],
    [{ view: { selected: ['/shop'] } }, 'link-invalid', 'view.selected'],
    [{ simulation: null }, 'link-invalid', 'simulation'],
    [{ simulation: {} }, 'link-invalid', 'simulation.branches'],
    [{ simulation: { branches: [null] } }, 'link-invalid', 'simulation.branches[0]'],
    [{ simulation: { branches: [{ ...trunk(), color: 1 }] } }, 'link-invalid', 'simulation.branches[0].color'],
    [{ simulation: { branches: [{ ...trunk(), forkStep: 2 }] } }, 'link-invalid', 'simulation.branches[0].forkStep'],
    [{ simulation: { branches: [trunk()], seed: '1' } }, 'link-invalid', 'simulation.seed'],
    [
      { simulation: { branches: [{ ...trunk(), interventions: [{ type: 'wish', step: 1 }] }] } },
      'link-invalid',
      'simulation.branches[0].interventions[0].type',
    ],
  ];
  test.each(files)('file with %j → %s, %s', (changes, code, field) => {
    expect(decodeFile(JSON.stringify({ ...file, ...changes }))).toMatchObject({ ok: false, error: { code, field } });
  });

  test('a file that is something else', () => {
    for (const text of ['', '\u0089PNG', '[]', 'null', '{"format":"playhouse-run"', '[['.repeat(100_000)]) {
      expect(decodeFile(text)).toMatchObject({ ok: false, error: { code: 'link-invalid' } });
    }
    const long = decodeFile(' '.repeat(LINK_LIMITS.fileLengthMax + 1));
    expect(long).toMatchObject({ ok: false, error: { code: 'link-too-long' } });
  });
});

function deflated(text: string): string {
  return toBase64Url(deflateSync(new TextEncoder().encode(text), { level: 9 }));
}

const PRODUCED_MAX = LINK_LIMITS.inflatedBytesMax + SLICE_PRODUCED_MAX;

/** However hostile the payload, no more is inflated than is stated. So many bytes were. */
function expectBounded(z: string): number {
  const { kind, produced } = decompress(z);
  expect(produced).toBeLessThanOrEqual(PRODUCED_MAX);
  if (kind === 'text') expect(produced).toBeLessThanOrEqual(LINK_LIMITS.inflatedBytesMax);
  return produced;
}

function changed(bytes: Uint8Array, changes: readonly (readonly [at: number, value: number])[]): Uint8Array {
  const copy = bytes.slice();
  for (const [at, value] of changes) copy[at % copy.length] = value;
  return copy;
}

describe('hostile text', () => {
  // Mutating is cheap, making valid runs is not: each is mutated many times.
  const originals = fc.sample(runs, { seed: SEED, numRuns: 200 });
  const valid = fc.constantFrom(...originals.map(encodeRun), ...originals.map(writeQuery));
  const files = originals.map(encodeFile);
  const edits = fc.array(fc.tuple(fc.nat(400), fc.nat(4), fc.string({ unit: 'binary', maxLength: 6 })), {
    maxLength: 4,
  });
  const mutated = fc.tuple(valid, edits).map(([text, list]) => {
    for (const [at, removed, inserted] of list) text = text.slice(0, at) + inserted + text.slice(at + removed);
    return text;
  });
  const cut = fc.tuple(valid, fc.nat(400)).map(([text, length]) => text.slice(0, length));
  const flipped = fc.tuple(valid, fc.nat(), fc.nat(6)).map(([text, place, bit]) => {
    const at = place % text.length;
    return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << bit)) + text.slice(at + 1);
  });
  const streams = originals.map((run) => deflateSync(new TextEncoder().encode(writeQuery(run).slice(4))));
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.tuple(fc.constantFrom(...streams), changes).map(([bytes, list]) => changed(bytes, list)),
  );
  const inflating = payload.map((bytes) => `v=2&z=${toBase64Url(bytes)}`);
  const shaped = fc
    .array(
      fc.tuple(
        fc.constantFrom(
          'v',
          's',
          'm',
          'w',
          'r',
          'c',
          'b',
          'b1',
          'x',
          'x1',
          'z',
          'a',
          'p.rate',
          'p.toString',
          '%70',
          '',
        ),
        fc.oneof(
          fc.constantFrom(
            '1',
            '2',
            'checkout',
            'sim',
            'tree',
            '/shop',
            '1e5',
            '%',
            '0,1,x',
            '1t0~2m0.1',
            '1f0,crash,/a',
          ),
          fc.string({ unit: 'binary', maxLength: 30 }),
        ),
      ),
      { maxLength: 12 },
    )
    .map((fields) => `v=2&s=checkout&m=sim&${fields.map(([key, value]) => `${key}=${value}`).join('&')}`);
  /** Nearly as long as a link may be, or a little longer, and with as much as possible to take apart. */
  const dense = fc
    .tuple(
      fc.constantFrom('', 'v=2&', 'v=2&z=', 'v=2&s=checkout&m=sim&x=', 'v=2&s=checkout&m=sim&b1=', 'v=2&s=checkout&a='),
      fc.array(fc.constantFrom(...'&~,=%/A', 'x1=', 'b1=0,1,x&', '1t0~', '1f0,crash,/a~', '%7B', '%ED%A0%BC'), {
        minLength: 1,
        maxLength: 6,
      }),
      fc.integer({ min: 20_000, max: 32_000 }),
    )
    .map(([start, parts, length]) => start + parts.join('').repeat(length).slice(0, length));
  const longest = writeQuery(simulated({ branches: [trunk(...deviations(RUN_LIMITS.interventionsMax))] }));
  const longMutated = fc.tuple(edits, fc.nat(longest.length)).map(([list, from]) => {
    let text = longest;
    for (const [at, removed, inserted] of list) {
      text = text.slice(0, from + at) + inserted + text.slice(from + at + removed);
    }
    return text;
  });
  /** Small payloads of a query that is as long as one may be, or a little longer. */
  const large = [
    's=checkout&m=sim&x=|1t0~',
    's=checkout&m=sim&x=|1f0,crash,/a,error=%7E~',
    's=checkout&m=sim&x=1s0,/a,|%5B',
    's=checkout&m=sim&x=1s0,/a,%7B%22kind%22%3A%22|A',
    's=checkout&m=sim&b1=|,',
    's=checkout&a=|/a',
    's=checkout|&a=/a',
    'm=sim|&',
  ].flatMap((pattern) => {
    const [start = '', repeated = ''] = pattern.split('|');
    return [250_000, LINK_LIMITS.inflatedBytesMax, LINK_LIMITS.inflatedBytesMax + 1].map((length) =>
      deflateSync(new TextEncoder().encode((start + repeated.repeat(length)).slice(0, length))),
    );
  });
  const largeInflating = fc
    .tuple(fc.constantFrom(...large), changes)
    .map(([bytes, list]) => `v=2&z=${toBase64Url(changed(bytes, list))}`);
  const fragments = fc.oneof(
    ...[mutated, cut, flipped, inflating, shaped].map((arbitrary) => ({ weight: 10, arbitrary })),
    { weight: 10, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
    { weight: 10, arbitrary: fc.string({ maxLength: 9_000 }) },
    { weight: 2, arbitrary: dense },
    { weight: 1, arbitrary: longMutated },
    { weight: 1, arbitrary: largeInflating },
  );

  test(`10,000 random and mutated fragments never throw, nor become more than the bound (seed ${SEED})`, () => {
    let long = 0;
    let inflatedMost = 0;
    fc.assert(
      fc.property(fragments, (fragment) => {
        if (fragment.length >= 20_000 && fragment.length <= LINK_LIMITS.fragmentLengthMax) long++;
        const z = /(?:^|&)z=([^&]*)/.exec(fragment)?.[1];
        if (z !== undefined) inflatedMost = Math.max(inflatedMost, expectBounded(z));
        const decoded = decodeRun(fragment);
        // What is accepted must be a run that can be written again.
        if (decoded.ok) expect(decodeRun(encodeRun(decoded.value))).toEqual(decoded);
        else expect(decoded.error.message.length).toBeLessThan(300);
      }),
      { seed: SEED, numRuns: 10_000 },
    );
    expect(long).toBeGreaterThan(100);
    expect(inflatedMost).toBeGreaterThan(LINK_LIMITS.inflatedBytesMax);
  }, 60_000);

  test(`1,000 mutated files never throw (seed ${SEED})`, () => {
    const damaged = fc.tuple(fc.constantFrom(...files), edits, fc.nat()).map(([text, list, place]) => {
      const from = place % text.length;
      for (const [at, removed, inserted] of list) {
        text = text.slice(0, from + at) + inserted + text.slice(from + at + removed);
      }
      return text;
    });
    fc.assert(
      fc.property(damaged, (text) => {
        const decoded = decodeFile(text);
        if (decoded.ok) expect(decodeFile(encodeFile(decoded.value)).ok).toBe(true);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  }, 30_000);

  test(`no payload is inflated beyond the bound (seed ${SEED})`, () => {
    const bombs = [1, 3, 31].flatMap((period) =>
      ([1, 9] as const).map((level) =>
        deflateSync(
          Uint8Array.from({ length: 3e6 }, (_, at) => at % period),
          { level },
        ),
      ),
    );
    const damaged = fc.tuple(fc.constantFrom(...bombs), changes).map(([bytes, list]) => changed(bytes, list));
    const compressed = fc.oneof({ weight: 1, arbitrary: damaged }, { weight: 10, arbitrary: payload });
    fc.assert(
      fc.property(compressed.map(toBase64Url), (z) => {
        expectBounded(z);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  }, 30_000);

  test('a link that would become 20 MB is refused after the bound', () => {
    const z = deflated('x'.repeat(20_000_000));
    expect(z.length).toBeLessThan(LINK_LIMITS.fragmentLengthMax);
    const inflated = decompress(z);
    expect(inflated.kind).toBe('too-large');
    expect(inflated.produced).toBeLessThanOrEqual(PRODUCED_MAX);
    expect(decodeRun(`v=2&z=${z}`)).toMatchObject({ ok: false, error: { code: 'link-invalid', field: 'z' } });
  });
});
