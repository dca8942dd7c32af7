/** The diagram without pixels: who has a line, which steps share a column, where arrows begin and end. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InFlight, Mark, StepKind, StepRecord } from '../../engine/simulation.ts';
import { layoutFlights } from './flights.ts';
import { BEFORE, columnOf, layoutSpaceTime, recordOf, type SpaceTimeLayout, SYSTEM_ROW } from './layout.ts';
import { inTreeOrder, uniqueNames } from './lifelines.ts';

function record(step: number, fields: Partial<StepRecord>): StepRecord {
  return {
    step,
    atMs: step,
    kind: 'message',
    path: '/shop',
    worker: 0,
    label: 'Some',
    cause: 0,
    from: '',
    sentMs: step,
    arrivedMs: step,
    busyMs: 0,
    marks: [],
    isDeviation: false,
    ...fields,
  };
}

/** `timer /a`, `/b <- /a @3`, `/a` for a turn by itself; numbered from `first`. */
function script(lines: readonly string[], first = 1): readonly StepRecord[] {
  return lines.map((line, index) => {
    const step = first + index;
    const [, kind = 'message', path = '', from = '', cause = '0'] =
      /^(?:(timer|fault|send|signal) ?)?(\/\S*)?(?: <- (\S+)(?: @(\d+))?)?$/.exec(line) ?? [];
    return record(step, { kind: kind as StepKind, path, from, cause: Number(cause) });
  });
}

function spans({ columns }: SpaceTimeLayout): string {
  return columns
    .map(({ first, last, count }) => `${first}${last > first ? `-${last}` : ''}${count === 1 ? '' : `×${count}`}`)
    .join(' ');
}

function arrowsOf({ arrows }: SpaceTimeLayout): string[] {
  return arrows.map((one) => `${one.shape} ${one.fromColumn}/${one.fromRow} ${one.toColumn}/${one.toRow}`);
}

function flight(fields: Partial<InFlight>): InFlight {
  const message = { kind: 'Some' };
  return { id: 1, from: '/a', to: '/b', kind: 'Some', isSignal: false, sentMs: 0, arrivesMs: 10, message, ...fields };
}

describe('lifelines', () => {
  test('parents come before their children, siblings with numbers in order', () => {
    const paths = ['/shop/w-10', '/shop/w-2', '/shop/a/z', '/shop', '/shop/a', '/shop/a-b'];
    expect(paths.sort(inTreeOrder)).toEqual(['/shop', '/shop/a', '/shop/a/z', '/shop/a-b', '/shop/w-2', '/shop/w-10']);
  });

  test('names are as short as they can be and still differ', () => {
    const names = uniqueNames(['/shop', '/shop/a/breaker', '/shop/b/breaker', '/shop/b/c', '/breaker', '/x/a/breaker']);
    expect([...names.entries()].sort()).toEqual([
      ['/breaker', '/breaker'],
      ['/shop', 'shop'],
      ['/shop/a/breaker', 'shop/a/breaker'],
      ['/shop/b/breaker', 'b/breaker'],
      ['/shop/b/c', 'c'],
      ['/x/a/breaker', 'x/a/breaker'],
    ]);
  });

  test('are indented below the ancestors that are shown', () => {
    const { lifelines } = layoutSpaceTime(script(['/shop/a/b', '/shop', '/shop/c']));
    expect(lifelines.map(({ name, depth }) => `${depth} ${name}`)).toEqual(['0 shop', '1 b', '1 c']);
  });

  test('exist for senders that took no step here, with the worker where one is known', () => {
    const steps = [record(1, { path: '/b', from: '/a', worker: 3 })];
    const { lifelines } = layoutSpaceTime(steps, { also: ['/c', ''] });
    expect(lifelines.map(({ path, worker }) => [path, worker])).toEqual([
      ['/a', -1],
      ['/b', 3],
      ['/c', -1],
    ]);
  });

  test('that are pinned come first, in the order of the pins; hidden ones not at all', () => {
    const steps = script(['/a', '/b', '/c', '/d']);
    const layout = layoutSpaceTime(steps, { pinned: ['/d', '/x', '/b'], hidden: new Set(['/a', '/y']) });
    expect(layout.lifelines.map(({ path, isPinned }) => [path, isPinned])).toEqual([
      ['/d', true],
      ['/b', true],
      ['/c', false],
    ]);
    expect(layout.hidden).toEqual(['/a']);
  });

  test('of the system as a whole is none: its steps are on the axis', () => {
    const { lifelines, marks } = layoutSpaceTime(script(['fault', '/a']));
    expect(lifelines.map(({ path }) => path)).toEqual(['/a']);
    expect(marks.map(({ row }) => row)).toEqual([SYSTEM_ROW, 0]);
  });
});

describe('columns', () => {
  test('steps that concern nobody else fold from the third on', () => {
    expect(spans(layoutSpaceTime(script(['timer /a', '/a'])))).toBe('1 2');
    const layout = layoutSpaceTime(script(['timer /a', '/a', 'timer /a', '/a', '/b <- /a @4']));
    expect(spans(layout)).toBe('1-3×3 4 5');
    expect(layout.folded).toBe(3);
    expect(layout.columns[0]?.seek).toBe(3);
  });

  test('one fold holds several actors that have nothing to do with each other, with a count for each', () => {
    const layout = layoutSpaceTime(script(['timer /a', '/a', 'timer /b', '/b', '/b']));
    expect(spans(layout)).toBe('1-5×5');
    expect(layout.marks.map(({ row, count, record: { step } }) => [row, count, step])).toEqual([
      [0, 2, 1],
      [1, 3, 3],
    ]);
  });

  test.each<Partial<StepRecord>>([
    { marks: ['failed'] },
    { isDeviation: true },
    { kind: 'fault' },
    { kind: 'send' },
    { from: '/z' },
  ])('a step with %o never folds', (fields) => {
    const steps = [1, 2, 3, 4, 5].map((step) => record(step, step === 3 ? fields : {}));
    expect(spans(layoutSpaceTime(steps))).toBe('1 2 3 4 5');
  });

  test('a message to itself is no reason not to fold', () => {
    expect(spans(layoutSpaceTime(script(['/a', '/a <- /a @1', '/a <- /a @2'])))).toBe('1-3×3');
  });

  test('a fold opens by any of its steps, and still knows that it is one', () => {
    const layout = layoutSpaceTime(script(['/a', '/a', '/a', '/b <- /a']), { opened: new Set([2]) });
    expect(spans(layout)).toBe('1 2 3 4');
    expect(layout.columns.map(({ fold }) => fold)).toEqual([1, 1, 1, undefined]);
    expect(layout.folded).toBe(0);
  });

  test('steps of hidden actors belong to the column before, at the start to the first one', () => {
    const steps = script(['/h', '/a', '/h', '/h', '/b', '/h']);
    expect(spans(layoutSpaceTime(steps, { hidden: new Set(['/h']) }))).toBe('1-4 5-6');
  });

  test('what a hidden actor did between them does not keep steps from folding', () => {
    const layout = layoutSpaceTime(script(['/a', '/h', '/a', '/h', '/a']), { hidden: new Set(['/h']) });
    expect(spans(layout)).toBe('1-5×3');
  });

  test('with everybody hidden there is one empty column', () => {
    const layout = layoutSpaceTime(script(['/a', '/b']), { hidden: new Set(['/a', '/b']) });
    expect(spans(layout)).toBe('1-2×0');
    expect(layout.marks).toEqual([]);
  });

  test('tell where virtual time moves on', () => {
    const steps = [5, 5, 7, 7, 9].map((atMs, index) => record(index + 1, { atMs, from: '/z' }));
    expect(layoutSpaceTime(steps).columns.map(({ startsTime }) => startsTime)).toEqual([
      true,
      false,
      true,
      false,
      true,
    ]);
  });

  test('are found by step; steps outside of the window have none', () => {
    const { columns, steps } = layoutSpaceTime(script(['/a', '/a', '/a', '/b <- /a'], 10));
    expect([9, 10, 11, 12, 13, 14].map((step) => columnOf(columns, step))).toEqual([-1, 0, 0, 0, 1, -1]);
    expect([9, 10, 13, 14].map((step) => recordOf(steps, step)?.step)).toEqual([undefined, 10, 13, undefined]);
  });

  test('no step, no column', () => {
    expect(layoutSpaceTime([])).toMatchObject({ columns: [], marks: [], arrows: [], lifelines: [], folded: 0 });
  });
});

describe('marks', () => {
  test('know where the next one in their row is', () => {
    const { marks } = layoutSpaceTime(script(['/a', '/b <- /a @1', '/c <- /b @2', '/a <- /c @3']));
    expect(marks.map(({ nextColumn }) => nextColumn)).toEqual([3, undefined, undefined, undefined]);
  });
});

describe('arrows', () => {
  test('run from the column of the cause to the step that handled it', () => {
    const layout = layoutSpaceTime(script(['/a', '/b <- /a @1', 'signal /c <- /a @1']));
    expect(arrowsOf(layout)).toEqual(['whole 0/0 1/1', 'whole 0/0 2/2']);
    expect(layout.arrows.map(({ isSignal }) => isSignal)).toEqual([false, true]);
  });

  test('enter from the left edge where the cause is before the window', () => {
    expect(arrowsOf(layoutSpaceTime(script(['/b <- /a @3'], 8)))).toEqual([`enters ${BEFORE}/0 0/1`]);
  });

  test.each([0, 1, 9])('are only a short end where the cause (%i) cannot be', (cause) => {
    const steps = [record(1, { path: '/b', from: '/a', cause })];
    expect(arrowsOf(layoutSpaceTime(steps))).toEqual(['from-hidden 0/1 0/1']);
  });

  test('none for what came from outside, from itself, or was no message', () => {
    const steps = script(['send /a', '/a', '/a <- /a @2', 'timer /a <- /b @1', 'fault /a <- /b @1']);
    expect(arrowsOf(layoutSpaceTime(steps))).toEqual([]);
  });

  test('to and from hidden actors end in a stub', () => {
    const steps = script(['/a', '/h <- /a @1', '/b <- /h @2', '/h2 <- /h @2', '/h <- /q @1']);
    const layout = layoutSpaceTime(steps, { hidden: new Set(['/h', '/h2']) });
    // /a, /b and /q have lines; the last one was caused by a step of somebody else, and starts where that was.
    expect(arrowsOf(layout)).toEqual(['to-hidden 0/0 0/0', 'from-hidden 1/1 1/1', 'to-hidden 0/2 0/2']);
    expect(spans(layout)).toBe('1-2 3-5');
  });

  test('leave an open fold where they were sent', () => {
    const layout = layoutSpaceTime(script(['/a', '/a', '/a', '/b <- /a @2']));
    expect(spans(layout)).toBe('1 2 3 4');
    expect(arrowsOf(layout)).toEqual(['whole 1/0 3/1']);
  });
});

describe('messages in flight', () => {
  const steps = script(['/a', '/b <- /a @1', '/a <- /b @2', '/c <- /a @3']);
  const layout = layoutSpaceTime(steps, { hidden: new Set(['/c']) });

  test('begin at the last turn of the sender that had begun when they were sent', () => {
    const flights = layoutFlights(layout, [flight({ sentMs: 2.5 }), flight({ sentMs: 3 }), flight({ sentMs: 9 })], 4);
    expect(flights.map(({ fromColumn, count }) => [fromColumn, count])).toEqual([
      [0, 1],
      [2, 2],
    ]);
  });

  test('never begin after the cursor, and enter from the left where nothing is known', () => {
    expect(layoutFlights(layout, [flight({ sentMs: 9 })], 2)[0]?.fromColumn).toBe(0);
    expect(layoutFlights(layout, [flight({ sentMs: 0.5 })], 2)[0]?.fromColumn).toBe(BEFORE);
  });

  test('on the same line are one with a count and the first to arrive', () => {
    const messages = [flight({ sentMs: 3, arrivesMs: 8 }), flight({ id: 2, sentMs: 3, arrivesMs: 6 })];
    const [one] = layoutFlights(layout, messages, 4);
    expect(one).toMatchObject({ count: 2, first: { id: 2 } });
  });

  test('lack the end that is hidden or outside, and are left out without both', () => {
    const ends = [
      { from: '/a', to: '/c' },
      { from: '', to: '/b' },
      { from: '', to: '/c' },
    ];
    const flights = layoutFlights(
      layout,
      ends.map((end) => flight({ ...end, sentMs: 3 })),
      4,
    );
    expect(flights.map(({ fromRow, toRow }) => [fromRow, toRow])).toEqual([
      [0, undefined],
      [undefined, 1],
    ]);
  });
});

describe('whatever the run', () => {
  const path = fc.constantFrom<string>('/a', '/a/b', '/a/c', '/d', '/d/b');
  const kind = fc.constantFrom<StepKind>('message', 'message', 'message', 'signal', 'timer', 'timer', 'fault', 'send');
  const mark = fc.constantFrom<Mark>('failed', 'restarted', 'dead-letter');
  const entry = fc.record({
    kind,
    path: fc.oneof({ weight: 19, arbitrary: path }, { weight: 1, arbitrary: fc.constant('') }),
    from: fc.oneof(path, fc.constant('')),
    back: fc.integer({ min: -1, max: 30 }),
    marks: fc.oneof(
      { weight: 6, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(mark, { maxLength: 2 }) },
    ),
    isDeviation: fc.boolean(),
    wait: fc.integer({ min: 0, max: 2 }),
  });
  const run = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.array(entry, { maxLength: 60 })).map(([first, entries]) => {
    let atMs = 0;
    return entries.map(({ back, wait, ...fields }, index) => {
      atMs += wait;
      return record(first + index, { ...fields, atMs, cause: Math.max(0, first + index - back) });
    });
  });
  const options = fc.record({
    pinned: fc.uniqueArray(path, { maxLength: 3 }),
    hidden: fc.array(path, { maxLength: 3 }).map((paths) => new Set(paths)),
    opened: fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 5 }).map((some) => new Set(some)),
  });

  test('every step is in exactly one column, and the columns follow each other (seed 101)', () => {
    fc.assert(
      fc.property(run, options, (steps, choice) => {
        const { columns } = layoutSpaceTime(steps, choice);
        for (const { step } of steps) {
          expect(columns.filter(({ first, last }) => step >= first && step <= last)).toHaveLength(1);
          const found = columns[columnOf(columns, step)];
          expect(found !== undefined && step >= found.first && step <= found.last).toBe(true);
        }
        columns.forEach(({ first, last, seek }, index) => {
          expect(seek).toBeGreaterThanOrEqual(first);
          expect(seek).toBeLessThanOrEqual(last);
          if (index > 0) expect(first).toBe((columns[index - 1]?.last ?? 0) + 1);
        });
      }),
      { seed: 101 },
    );
  });

  test('arrows go from left to right, and short ones stay in their place (seed 102)', () => {
    fc.assert(
      fc.property(run, options, (steps, choice) => {
        const { arrows, columns, lifelines } = layoutSpaceTime(steps, choice);
        for (const { shape, fromColumn, toColumn, fromRow, toRow } of arrows) {
          if (shape === 'whole' || shape === 'enters') expect(fromColumn).toBeLessThan(toColumn);
          else expect([fromColumn, fromRow]).toEqual([toColumn, toRow]);
          expect(toColumn).toBeLessThan(columns.length);
          expect(Math.max(fromRow, toRow)).toBeLessThan(lifelines.length);
          expect(Math.min(fromRow, toRow)).toBeGreaterThanOrEqual(0);
        }
      }),
      { seed: 102 },
    );
  });

  test('every visible step is counted in exactly one mark, and hidden actors leave none (seed 103)', () => {
    fc.assert(
      fc.property(run, options, (steps, choice) => {
        const { marks, lifelines } = layoutSpaceTime(steps, choice);
        const visible = steps.filter((one) => !choice.hidden.has(one.path));
        expect(marks.reduce((sum, { count }) => sum + count, 0)).toBe(visible.length);
        for (const { row, record: one } of marks) {
          expect(choice.hidden.has(one.path)).toBe(false);
          expect(lifelines[row]?.path ?? '').toBe(one.path);
        }
        expect(lifelines.some((one) => choice.hidden.has(one.path))).toBe(false);
      }),
      { seed: 103 },
    );
  });

  test('every message between two visible actors has an arrow (seed 104)', () => {
    fc.assert(
      fc.property(run, options, (steps, choice) => {
        const { arrows } = layoutSpaceTime(steps, choice);
        const drawn = new Set(arrows.map(({ step }) => step));
        for (const one of steps) {
          const isMessage = (one.kind === 'message' || one.kind === 'signal') && one.path !== '';
          if (!isMessage || one.from === '' || one.from === one.path) continue;
          if (!choice.hidden.has(one.path)) expect(drawn.has(one.step)).toBe(true);
        }
      }),
      { seed: 104 },
    );
  });
});
