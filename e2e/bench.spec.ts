/**
 * The benchmarks as far as they can be right or wrong: every workload that measures itself comes to the checksum that is
 * expected of it, at a small size, and the table says how numbers stand to each other. How fast anything is, no test asks.
 */
import { RING_MEMBERS, SHAPES } from './bench/shapes.mjs';
import type { Bench, Goal, Unit } from './bench/workload.ts';
import { expect, test } from './fixtures.ts';
import { markdownOf, replacePart, tableOf } from './run/bench-table.mjs';
import { leadOver, measuredValue, standingOf, summaryOf } from './run/measurements.mjs';

/** What needs a flag of the browser, a million actors, or time enough to see how load spreads. */
const NOT_HERE = /^(simulator|bytes per idle|actors alive|all load born|observation)/;
const SHARE = 100;

declare global {
  interface Window {
    bench: Bench;
  }
}

test('every workload comes to its checksum', async ({ page, testPage }) => {
  await page.goto(testPage('bench'));
  const workloads = await page.evaluate(() => window.bench.workloads.map(({ name, size }) => ({ name, size })));
  const here = workloads.filter(({ name }) => !NOT_HERE.test(name));
  expect(here.length).toBeGreaterThan(20);
  for (const { name, size } of here) {
    const measured = await page.evaluate((given) => window.bench.run(given.name, given.size), {
      name,
      size: Math.ceil(size / SHARE),
    });
    expect(measured.checksum, name).toBe(measured.expected);
  }
});

test('what is expected depends on order and number', () => {
  expect(SHAPES.threadRing.expected(RING_MEMBERS)).not.toBe(SHAPES.threadRing.expected(RING_MEMBERS + 1));
  expect(SHAPES.banking.expected(2)).toBe(SHAPES.banking.expected(1) + 1);
});

function row(system: string, unit: Unit, values: readonly number[], goal?: Goal, baseline?: string) {
  const more = { ...(goal === undefined ? {} : { goal }), ...(baseline === undefined ? {} : { baseline }) };
  return summaryOf({ name: `work (${system})`, group: 'work', system, unit, ...more }, values);
}

test('operations and time become rates, times and amounts', () => {
  const timed = { operations: 2_000, elapsedMs: 4, checksum: 0, expected: 0 };
  expect(measuredValue('M msg/s', timed)).toBe(0.5);
  expect(measuredValue('K actors/s', timed)).toBe(500);
  expect(measuredValue('µs', timed)).toBe(2);
  expect(measuredValue('bytes', { amount: 500, checksum: 0, expected: 0 })).toBe(500);
  expect(() => measuredValue('bytes', timed)).toThrow('bytes');
  expect(() => measuredValue('ms', { amount: 1, checksum: 0, expected: 0 })).toThrow('ms');
});

test('a median stands to its floor and its mark, and more than 1 is better for times too', () => {
  const fast = row('Playhouse', 'M msg/s', [12, 20, 14], { atLeast: 10, mark: 28 });
  expect(standingOf(fast, [fast])).toEqual({ bound: '≥ 10', toBound: 1.4, mark: '28', toMark: 0.5 });
  const trip = row('Playhouse', 'µs', [40], { atMost: 80, mark: 20 });
  expect(standingOf(trip, [trip])).toMatchObject({ bound: '≤ 80', toBound: 2, toMark: 0.5 });
  const free = row('Playhouse', '% of throughput', [-1], { atMost: 2 });
  expect(standingOf(free, [free])?.toBound).toBe(Number.POSITIVE_INFINITY);
});

test('a goal can be of the ratio to a baseline of the same run', () => {
  const raw = row('raw', 'µs', [0.4]);
  const trip = row('Playhouse', 'µs', [1.6], { atMost: 5, of: 'ratio' }, raw.name);
  expect(standingOf(trip, [trip, raw])).toMatchObject({ bound: '≤ 5 × raw', toBound: 1.25 });
  expect(standingOf(trip, [trip])).toBeUndefined();
});

test('the lead over others is of the same work in the same unit', () => {
  const rows = [row('nact', 'M msg/s', [0.5]), row('Playhouse', 'M msg/s', [15]), row('raw', 'µs', [1])] as const;
  expect(leadOver(rows[0], rows, 'Playhouse')).toBe(30);
  expect(leadOver(rows[1], rows, 'Playhouse')).toBeUndefined();
  expect(leadOver(rows[2], rows, 'Playhouse')).toBeUndefined();
  const times = [row('Playhouse', 'µs', [2]), row('comlink', 'µs', [80])] as const;
  expect(leadOver(times[1], times, 'Playhouse')).toBe(40);
});

test('the tables put Playhouse first and mark what is behind', () => {
  const rows = [row('nact', 'M msg/s', [0.5]), row('Playhouse', 'M msg/s', [9], { atLeast: 10, mark: 4.5 })];
  const lines = tableOf(rows).split('\n');
  expect(lines[2]).toBe('work');
  expect(lines[3]).toMatch(/^ {2}Playhouse +9\.00 .* ≥ 10 +✗ 0\.900 × +4\.5 +2\.00 ×$/);
  expect(lines[4]).toMatch(/^ {2}nact .* 18\.0 ×$/);
  expect(markdownOf(rows).split('\n')[2]).toBe(
    '| work | **Playhouse** | 9.00 | 9.00–9.00 | M msg/s | ≥ 10 | ✗ 0.900 × | 4.5 | 2.00 × |  |',
  );
});

test('the table replaces what was between its marks, and nothing else', () => {
  const begin = '<!-- benchmarks: written by npm run bench -- --markdown -->';
  const end = '<!-- end of benchmarks -->';
  expect(replacePart(`before\n${begin}\nold\n${end}\nafter\n`, 'new')).toBe(
    `before\n${begin}\n\nnew\n\n${end}\nafter\n`,
  );
  expect(replacePart('something else', 'new')).toBe('new\n');
});
