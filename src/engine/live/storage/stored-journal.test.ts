/** Logs on a medium: order, rounds, sessions that take over from each other, bounds, and failures that say what they mean. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../../base/result.ts';
import { type ErrorReport, PlayhouseError } from '../../../kernel/errors.ts';
import {
  appendEvents,
  deleteUpTo,
  loadSnapshot,
  type MemoryLogs,
  readEvents,
  saveSnapshot,
} from '../../../patterns/state/memory-logs.ts';
import { STORAGE_LIMITS, StoredJournal } from './stored-journal.ts';
import { contentOf, type Disk, leave, MemoryMedium, newDisk } from './testdata/memory-medium.ts';

const BOUNDS = { idsMax: 3, eventsMax: 20 };

function openOn(disk: Disk, bounds = BOUNDS) {
  const medium = new MemoryMedium(disk);
  return { medium, journal: new StoredJournal(medium, bounds) };
}

/** The value, or the code and the field of the error. */
async function outcomeOf(result: PromiseLike<Result<unknown, ErrorReport>>): Promise<unknown> {
  const settled = await result;
  return settled.ok ? settled.value : [settled.error.code, settled.error.field];
}

describe('a stored journal', () => {
  it('keeps what it acknowledged for whoever opens it next', async () => {
    const disk = newDisk();
    const { journal } = openOn(disk);
    expect(await outcomeOf(journal.append('a', 0, 7, ['x', 'y']))).toBe(2);
    expect(await outcomeOf(journal.saveSnapshot('a', 1, { sum: 1 }))).toBe(1);
    expect(await outcomeOf(journal.append('a', 2, 8, ['z']))).toBe(3);
    expect(await outcomeOf(journal.deleteUpTo('a', 1))).toBe(1);
    const { journal: next } = openOn(disk);
    expect(await outcomeOf(next.read('a', 0, 10))).toEqual({
      events: [
        { sequence: 2, writer: 7, event: 'y' },
        { sequence: 3, writer: 8, event: 'z' },
      ],
      sequence: 3,
    });
    expect(await outcomeOf(next.loadSnapshot('a'))).toEqual({ sequence: 1, state: { sum: 1 } });
    expect(await outcomeOf(next.read('b', 0, 10))).toEqual({ events: [], sequence: 0 });
  });

  it('refuses what could not travel to an actor on another worker, and keeps the rest', async () => {
    const journal = new StoredJournal(new MemoryMedium(newDisk()), BOUNDS, 200);
    const large = 'x'.repeat(200);
    expect(await outcomeOf(journal.append('a', 0, 1, ['y', large]))).toEqual(['request-rejected', 'events']);
    // Together they are larger: they are read one by one.
    const three = ['a', 'b', 'c'].map((letter) => letter.repeat(100));
    expect(await outcomeOf(journal.append('a', 0, 1, three))).toBe(3);
    expect(await outcomeOf(journal.saveSnapshot('a', 3, large))).toEqual(['request-rejected', 'state']);
    expect(await outcomeOf(journal.saveSnapshot('a', 3, 'small'))).toBe(3);
    expect(await outcomeOf(journal.read('a', 1, 1))).toMatchObject({ events: [{ sequence: 2 }], sequence: 3 });
  });

  it('does what is asked meanwhile in one commit, in order', async () => {
    const { medium, journal } = openOn(newDisk());
    await journal.append('a', 0, 1, [0]);
    const before = medium.commits;
    const outcomes = await Promise.all([
      outcomeOf(journal.append('a', 1, 1, [1])),
      outcomeOf(journal.append('b', 0, 1, ['b'])),
      outcomeOf(journal.append('a', 2, 1, [2])),
      outcomeOf(journal.append('a', 2, 1, ['late'])),
      outcomeOf(journal.read('a', 0, 10)),
      outcomeOf(journal.saveSnapshot('a', 3, 's')),
      outcomeOf(journal.deleteUpTo('a', 2)),
      outcomeOf(journal.read('a', 0, 10)),
    ]);
    const event = (sequence: number) => ({ sequence, writer: 1, event: sequence - 1 });
    expect(outcomes).toEqual([
      2,
      1,
      3,
      ['request-rejected', 'expected'],
      { events: [event(1), event(2), event(3)], sequence: 3 },
      3,
      2,
      { events: [event(3)], sequence: 3 },
    ]);
    expect(medium.commits - before).toBe(1);
  });

  it('copies what it is given at once', async () => {
    const { journal } = openOn(newDisk());
    const event = { items: [1] };
    const stored = journal.append('a', 0, 1, [event]);
    event.items.push(2);
    await stored;
    expect(await outcomeOf(journal.read('a', 0, 1))).toMatchObject({ events: [{ event: { items: [1] } }] });
  });

  it('refuses what does not fit, and changes nothing', async () => {
    const { journal } = openOn(newDisk());
    const twenty = Array.from({ length: 20 }, (_, n) => n);
    await journal.append('a', 0, 1, twenty);
    await journal.append('b', 0, 1, ['b']);
    await journal.append('c', 0, 1, ['c']);
    const huge = 'x'.repeat(STORAGE_LIMITS.frameBytesMax);
    expect(await outcomeOf(journal.append('a', 20, 1, ['y']))).toEqual(['request-rejected', 'events']);
    expect(await outcomeOf(journal.append('d', 0, 1, ['y']))).toEqual(['request-rejected', 'id']);
    expect(await outcomeOf(journal.saveSnapshot('b', 2, 's'))).toEqual(['request-rejected', 'sequence']);
    expect(await outcomeOf(journal.append('b', 1, 1, [huge]))).toEqual(['request-rejected', 'events']);
    expect(await outcomeOf(journal.saveSnapshot('b', 1, huge))).toEqual(['request-rejected', 'state']);
    expect(await outcomeOf(journal.read('b', 0, 9))).toMatchObject({ sequence: 1 });
    expect(await outcomeOf(journal.deleteUpTo('a', 5))).toBe(5);
    expect(await outcomeOf(journal.append('a', 20, 1, ['y']))).toBe(21);
  });

  it('has a bound in bytes for one log', async () => {
    const { journal } = openOn(newDisk());
    const megabytes = 'x'.repeat(3 * 2 ** 20);
    const outcomes: unknown[] = [];
    for (let n = 0; n < 6; n++) outcomes.push(await outcomeOf(journal.append('a', n, 1, [megabytes])));
    expect(outcomes).toEqual([1, 2, 3, 4, 5, ['storage-full', undefined]]);
    expect(await outcomeOf(journal.deleteUpTo('a', 5))).toBe(5);
    expect(await outcomeOf(journal.append('a', 5, 1, [megabytes]))).toBe(6);
  });

  it('counts bytes and files over sessions, and clears them', async () => {
    const disk = newDisk();
    const { journal } = openOn(disk);
    await journal.append('a', 0, 1, ['x']);
    await journal.append('b', 0, 1, ['y']);
    const { journal: next } = openOn(disk);
    await next.append('a', 1, 1, ['z']);
    const bytes = contentOf(disk, 'a').length + contentOf(disk, 'b').length;
    expect(await outcomeOf(next.size())).toEqual({ files: 2, bytes });
    expect(await outcomeOf(next.clear())).toBeNull();
    expect(await outcomeOf(next.size())).toEqual({ files: 0, bytes: 0 });
    expect(await outcomeOf(next.read('a', 0, 9))).toEqual({ events: [], sequence: 0 });
    // Who still believes in what was there is refused.
    expect(await outcomeOf(journal.append('a', 2, 1, ['w']))).toEqual(['request-rejected', 'expected']);
  });
});

describe('two sessions of one journal', () => {
  it('never mix: the second writer is refused, reads on, and goes on', async () => {
    const disk = newDisk();
    const [one, two] = [openOn(disk).journal, openOn(disk).journal];
    expect(await outcomeOf(one.append('a', 0, 1, ['one']))).toBe(1);
    expect(await outcomeOf(two.append('a', 0, 2, ['two']))).toEqual(['request-rejected', 'expected']);
    expect(await outcomeOf(two.read('a', 0, 9))).toMatchObject({ sequence: 1 });
    expect(await outcomeOf(two.append('a', 1, 2, ['two']))).toBe(2);
    expect(await outcomeOf(one.append('a', 1, 1, ['one']))).toEqual(['request-rejected', 'expected']);
    // Who only reads is not told of a past in which the other had not written yet.
    await two.append('a', 2, 2, ['three']);
    expect(await outcomeOf(one.read('a', 2, 9))).toMatchObject({ events: [{ event: 'three' }], sequence: 3 });
  });

  it('a commit of a worker that was given up comes to nothing once another one has taken over', async () => {
    const disk = newDisk();
    const { medium, journal: zombie } = openOn(disk);
    await zombie.append('a', 0, 1, ['x']);
    let release = (): void => undefined;
    medium.gate = new Promise((resolve) => {
      release = resolve;
    });
    const late = zombie.append('a', 1, 1, ['of a zombie']);
    const { journal: successor } = openOn(disk);
    expect(await outcomeOf(successor.append('a', 1, 2, ['y']))).toBe(2);
    release();
    expect(await outcomeOf(late)).toEqual(['request-rejected', 'expected']);
    expect(await outcomeOf(successor.read('a', 1, 9))).toEqual({
      events: [{ sequence: 2, writer: 2, event: 'y' }],
      sequence: 2,
    });
  });

  it('that write again and again both get through', async () => {
    const disk = newDisk();
    const journals = [openOn(disk, { idsMax: 9, eventsMax: 999 }), openOn(disk, { idsMax: 9, eventsMax: 999 })];
    await Promise.all(
      journals.map(async ({ journal }, writer) => {
        for (let done = 0, tries = 0; done < 30 && tries < 1_000; tries++) {
          const page = await journal.read('a', 0, 0);
          const end = page.ok ? page.value.sequence : 0;
          if ((await journal.append('a', end, writer, [done])).ok) done++;
        }
      }),
    );
    const all = await openOn(disk).journal.read('a', 0, 99);
    expect(all.ok && all.value.sequence).toBe(60);
    for (const writer of [0, 1]) {
      const own = all.ok ? all.value.events.filter((event) => event.writer === writer) : [];
      expect(own.map(({ event }) => event)).toEqual(Array.from({ length: 30 }, (_, n) => n));
    }
  });
});

describe('a medium that fails', () => {
  it('full: nothing was changed; whoever only reads or deletes is not concerned', async () => {
    const { medium, journal } = openOn(newDisk());
    await journal.append('a', 0, 1, ['x']);
    medium.failing = 'full';
    const outcomes = await Promise.all([
      outcomeOf(journal.append('a', 1, 1, ['y'])),
      outcomeOf(journal.read('a', 0, 9)),
      outcomeOf(journal.deleteUpTo('a', 1)),
    ]);
    expect(outcomes).toEqual([['storage-full', undefined], { events: [expect.anything()], sequence: 1 }, 1]);
    expect(await outcomeOf(journal.append('a', 1, 1, ['y']))).toBe(2);
    medium.failing = 'full';
    expect(await outcomeOf(journal.deleteUpTo('a', 2))).toEqual(['storage-full', undefined]);
  });

  it('aborted or unknown: whoever reads learns what was done', async () => {
    const { medium, journal } = openOn(newDisk());
    await journal.append('a', 0, 1, ['x']);
    medium.failing = 'aborted';
    expect(await outcomeOf(journal.append('a', 1, 1, ['y']))).toEqual(['storage-unavailable', undefined]);
    expect(await outcomeOf(journal.read('a', 1, 9))).toEqual({ events: [], sequence: 1 });
    medium.failing = 'lost';
    expect(await outcomeOf(journal.append('a', 1, 1, ['z']))).toEqual(['storage-unavailable', undefined]);
    expect(await outcomeOf(journal.read('a', 1, 9))).toMatchObject({ events: [{ event: 'z' }], sequence: 2 });
  });

  it('damaged: what was there before the damage is there, which is said; appending goes on', async () => {
    const disk = newDisk();
    const { journal } = openOn(disk);
    await journal.append('a', 0, 1, ['x']);
    const first = contentOf(disk, 'a').length;
    await journal.append('a', 1, 1, ['y']);
    const content = contentOf(disk, 'a');
    for (let length = first; length < content.length; length++) {
      leave(disk, 'a', content.slice(0, length));
      const { journal: next } = openOn(disk);
      expect(await outcomeOf(next.read('a', 0, 9))).toEqual({
        events: [{ sequence: 1, writer: 1, event: 'x' }],
        sequence: 1,
      });
      expect(next.damages.length).toBe(length > first ? 1 : 0);
      expect(await outcomeOf(next.append('a', 1, 1, [length]))).toBe(2);
      const { journal: again } = openOn(disk);
      expect(await outcomeOf(again.read('a', 1, 9))).toMatchObject({ events: [{ event: length }], sequence: 2 });
      expect(again.damages).toEqual([]);
    }
  });
});

// ── Against a dumb model ────────────────────────────────────────────────────────────────────────────────────────────

interface Step {
  readonly kind: 'append' | 'read' | 'snapshot' | 'load' | 'delete' | 'reopen' | 'wait';
  readonly id: string;
  /** Mostly right. */
  readonly off: number;
  readonly size: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('append', 'append', 'append', 'read', 'snapshot', 'load', 'delete', 'reopen', 'wait'),
  id: fc.constantFrom('a', 'b', 'c', 'd'),
  off: fc.constantFrom(0, 0, 0, 1, -1),
  size: fc.nat(4),
});
const SEED = 521;

it(`says what logs in memory say, also when it is opened anew (seed ${SEED})`, async () => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
    const disk = newDisk();
    const logs: MemoryLogs = new Map();
    let { journal } = openOn(disk);
    const found: Promise<unknown>[] = [];
    const expected: unknown[] = [];
    const expectOf = (make: () => unknown): void => {
      try {
        expected.push(make());
      } catch (thrown) {
        if (!(thrown instanceof PlayhouseError)) throw thrown;
        expected.push([thrown.code, thrown.field]);
      }
    };
    for (const { kind, id, off, size } of steps) {
      const end = logs.get(id)?.sequence ?? 0;
      const at = Math.max(0, end + off);
      const events = Array.from({ length: size }, (_, n) => `${id} ${end + n}`);
      if (kind === 'append') {
        found.push(outcomeOf(journal.append(id, at, 1, events)));
        expectOf(() => appendEvents(logs, BOUNDS, id, at, 1, events));
      } else if (kind === 'read') {
        found.push(outcomeOf(journal.read(id, Math.max(0, end - size), 3)));
        expectOf(() => readEvents(logs, id, Math.max(0, end - size), 3));
      } else if (kind === 'snapshot' && at > 0) {
        found.push(outcomeOf(journal.saveSnapshot(id, at, { at })));
        expectOf(() => saveSnapshot(logs, BOUNDS, id, at, { at }));
      } else if (kind === 'load') {
        found.push(outcomeOf(journal.loadSnapshot(id)));
        expectOf(() => loadSnapshot(logs, id));
      } else if (kind === 'delete') {
        found.push(outcomeOf(journal.deleteUpTo(id, Math.max(0, end - size))));
        expectOf(() => deleteUpTo(logs, id, Math.max(0, end - size)));
      } else {
        await Promise.all(found);
        if (kind === 'reopen') journal = openOn(disk).journal;
      }
    }
    expect(await Promise.all(found)).toEqual(expected);
  });
  await fc.assert(property, { seed: SEED, numRuns: 200 });
});
