/** Files of logs: cut or damaged at every byte, what was stored before is there, nothing is invented, and writing goes on. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from './crc32.ts';
import { FRAME_BYTES_MAX, FRAME_KIND, type Frame, FrameWriter, frameAt, valuesOf } from './frame.ts';
import { LogFile } from './log-file.ts';

type Action =
  | { readonly kind: 'append'; readonly events: readonly unknown[] }
  | { readonly kind: 'snapshot'; readonly back: number }
  | { readonly kind: 'delete'; readonly back: number };

/** What a log says, as plain data. */
interface View {
  readonly end: number;
  readonly deletedUpTo: number;
  readonly events: readonly (readonly [number, unknown])[];
  readonly snapshot: number;
}

const viewOf = (file: LogFile): View => ({
  end: file.end,
  deletedUpTo: file.deletedUpTo,
  events: file.events
    .flatMap((frame) => valuesOf(frame).map((event, index) => [frame.a + index, event] as const))
    .filter(([sequence]) => sequence > file.deletedUpTo),
  snapshot: file.snapshot?.a ?? 0,
});

const writer = new FrameWriter();
const write = (kind: number, a: number, values: readonly unknown[]): Frame => writer.write(kind, a, 7, values) as Frame;

function act(file: LogFile, action: Action): void {
  if (action.kind === 'append') {
    file.add(write(FRAME_KIND.events, file.end + 1, action.events));
    return;
  }
  const at = Math.max(0, file.end - action.back);
  if (action.kind === 'snapshot' && at > 0) file.add(write(FRAME_KIND.snapshot, at, [{ state: at }]));
  if (action.kind === 'delete' && at > file.deletedUpTo) file.add(write(FRAME_KIND.deleted, at, []));
}

const read = (bytes: Uint8Array): LogFile => LogFile.read([{ at: 0, bytes }]);

/** Actions carried out one after another; the file, and after how many bytes of it which view was acknowledged. */
function play(actions: readonly Action[]) {
  const file = new LogFile();
  let bytes = new Uint8Array();
  const acknowledged: { readonly length: number; readonly view: View }[] = [{ length: 0, view: viewOf(file) }];
  for (const action of actions) {
    act(file, action);
    if (!file.hasChanged) continue;
    const change = file.takeChange();
    expect(change.replaces).toBe(false);
    bytes = Uint8Array.from([...bytes, ...change.bytes]);
    acknowledged.push({ length: bytes.length, view: viewOf(file) });
  }
  const viewAt = (length: number): View =>
    (acknowledged.filter((one) => one.length <= length).at(-1) as { readonly view: View }).view;
  return { bytes, viewAt };
}

/** As `toEqual`, which takes its time: this is asked for every byte. */
function same(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) expect(found).toEqual(expected);
}

/** What is left can be added to, and is then as whole as any. */
function goesOn(file: LogFile): void {
  const { end } = file;
  act(file, { kind: 'append', events: ['later'] });
  const change = file.takeChange();
  if (!change.replaces && file.damage !== '') throw new Error('damage was left as it is');
  if (!change.replaces) return;
  const again = read(change.bytes);
  same([again.damage, again.end], ['', end + 1]);
  same(viewOf(again), viewOf(file));
}

const event = fc.oneof(fc.string({ maxLength: 6 }), fc.integer(), fc.constant({ kind: 'Added', n: 1 }));
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      events: fc.array(event, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('snapshot' as const), back: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), back: fc.nat(6) }) },
);
const actions = fc.array(action, { minLength: 1, maxLength: 8 });
const SEED = 20_261_121;

describe(`the file of a log (seed ${SEED})`, () => {
  it('cut at any byte says what was acknowledged before', () => {
    const property = fc.property(actions, (list) => {
      const { bytes, viewAt } = play(list);
      for (let length = 0; length <= bytes.length; length++) {
        const file = read(bytes.slice(0, length));
        same(viewOf(file), viewAt(length));
        goesOn(file);
      }
    });
    fc.assert(property, { seed: SEED, numRuns: 15 });
  });

  it('damaged at any byte says what was acknowledged before, and never what was not written', () => {
    const property = fc.property(actions, fc.integer({ min: 1, max: 255 }), (list, flip) => {
      const { bytes, viewAt } = play(list);
      let start = 0;
      for (let at = 0; at < bytes.length; at++) {
        const next = frameAt(bytes, start);
        if (next !== undefined && at >= start + next.bytes.length) start += next.bytes.length;
        const damaged = bytes.slice();
        damaged[at] = (damaged[at] as number) ^ flip;
        const file = read(damaged);
        same(viewOf(file), viewAt(start));
        if (file.damage === '') throw new Error(`damage at ${at} was not noticed`);
        goesOn(file);
      }
    });
    fc.assert(property, { seed: SEED, numRuns: 15 });
  });

  it('followed by a torn write of anything says what was acknowledged', () => {
    const property = fc.property(actions, fc.uint8Array({ minLength: 1, maxLength: 60 }), (list, rubbish) => {
      const { bytes, viewAt } = play(list);
      for (const tail of [rubbish, new Uint8Array(rubbish.length), bytes.slice(0, rubbish.length)]) {
        const file = read(Uint8Array.from([...bytes, ...tail]));
        // The beginning of the file can be a whole frame; but it is not the next one.
        same(viewOf(file), viewAt(bytes.length));
        goesOn(file);
      }
    });
    fc.assert(property, { seed: SEED, numRuns: 200 });
  });

  it('written anew says the same, and cut at any byte never more than it knows', () => {
    const property = fc.property(actions, (list) => {
      const { bytes, viewAt } = play(list);
      // A damaged tail makes it be written anew.
      const file = read(Uint8Array.from([...bytes, 0]));
      const change = file.takeChange();
      expect(change.replaces).toBe(true);
      const whole = viewAt(bytes.length);
      const known = new Set(allEvents(bytes).map((one) => JSON.stringify(one)));
      expect(viewOf(read(change.bytes))).toEqual(whole);
      for (let length = 0; length < change.bytes.length; length++) {
        const cut = viewOf(read(change.bytes.slice(0, length)));
        if (cut.end > whole.end || cut.end < cut.snapshot) throw new Error(`it ends at ${cut.end}`);
        for (const one of cut.events) if (!known.has(JSON.stringify(one))) expect([...known]).toContain(one);
        if (cut.snapshot > 0) same(cut.snapshot, whole.snapshot);
      }
    });
    fc.assert(property, { seed: SEED, numRuns: 20 });
  });

  it('is cut where a piece of it is missing', () => {
    const { bytes, viewAt } = play([
      { kind: 'append', events: ['a'] },
      { kind: 'append', events: ['b'] },
    ]);
    const length = frameAt(bytes, 0)?.bytes.length ?? 0;
    const first = { at: 0, bytes: bytes.slice(0, length) };
    const file = LogFile.read([first, { at: length + 5, bytes: bytes.slice(length) }]);
    expect(viewOf(file)).toEqual(viewAt(length));
    expect(file.damage).toContain('after event 1');
  });

  it('is written anew when most of it is of no more use', () => {
    const file = new LogFile();
    let replaced = 0;
    for (let n = 1; n <= 40; n++) {
      act(file, { kind: 'append', events: ['x'.repeat(10_000)] });
      act(file, { kind: 'snapshot', back: 0 });
      act(file, { kind: 'delete', back: 0 });
      if (file.takeChange().replaces) replaced++;
    }
    expect(replaced).toBeGreaterThan(2);
    expect(file.storedLength).toBeLessThan(100_000);
    expect(viewOf(file)).toEqual({ end: 40, deletedUpTo: 40, events: [], snapshot: 40 });
  });

  it('is written anew when it is in too many pieces', () => {
    const file = new LogFile();
    const replaced: number[] = [];
    for (let n = 1; n <= 9_000; n++) {
      act(file, { kind: 'append', events: [n] });
      if (file.takeChange().replaces) replaced.push(n);
    }
    expect(replaced).toEqual([4_001, 8_001]);
  });
});

/** Of every frame in a file, deleted ones too. */
function allEvents(bytes: Uint8Array): (readonly [number, unknown])[] {
  const found: (readonly [number, unknown])[] = [];
  let at = 0;
  for (let frame = frameAt(bytes, 0); frame !== undefined; frame = frameAt(bytes, at)) {
    const { a, kind } = frame;
    if (kind === FRAME_KIND.events) found.push(...valuesOf(frame).map((one, index) => [a + index, one] as const));
    at += frame.bytes.length;
  }
  return found;
}

describe('frames', () => {
  it('carry all plain data', () => {
    const values = [
      undefined,
      null,
      1.5,
      -0,
      2n ** 70n,
      'ä𝄞',
      [1, { a: new Map([[1, new Set(['x'])]]) }],
      new Uint8Array([1, 2]),
    ];
    expect(valuesOf(write(FRAME_KIND.events, 1, values))).toEqual(values);
  });

  it('grow as they need, up to their bound', () => {
    const large = 'x'.repeat(1_000_000);
    expect(valuesOf(write(FRAME_KIND.events, 1, [large]))).toEqual([large]);
    expect(writer.write(FRAME_KIND.events, 1, 0, ['x'.repeat(FRAME_BYTES_MAX)])).toBeUndefined();
    expect(valuesOf(write(FRAME_KIND.events, 1, ['small again']))).toEqual(['small again']);
  });

  it('are checked with the CRC-32 that everybody knows', () => {
    const bytes = new TextEncoder().encode('123456789');
    expect(crc32(bytes)).toBe(0xcbf43926);
    expect(crc32(bytes, 4, 9, crc32(bytes, 0, 4))).toBe(0xcbf43926);
  });
});
