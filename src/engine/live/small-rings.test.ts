/** What does not fit the smallest rings, or cannot travel at all. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { COLUMN } from '../../kernel/actor-table.ts';
import { type DoOptions, spawn, work } from '../../kernel/testdata/do-actor.ts';
import { SETTING_BOUNDS } from '../live-settings.ts';
import { writePlainData } from './memory/plain-data-codec.ts';
import { payloadBytesMax } from './memory/ring.ts';
import { Scratch } from './memory/scratch.ts';
import { DoCluster } from './testdata/do-cluster.ts';

beforeAll(() => void vi.stubGlobal('navigator', { hardwareConcurrency: 2 }));

const [ringSlots] = SETTING_BOUNDS.ringSlots;
const SMALL = { workers: 2, settings: { ringSlots } };
const BYTES_MAX = payloadBytesMax(ringSlots);

describe('rings with as few slots as may be', () => {
  it('carry the report of a failure that is longer than that', () => {
    const s = new DoCluster({}, SMALL);
    s.place('a', 1);
    const { kernel, cell } = s.find('/root/a');
    kernel.receiveSignal(cell.ref, { type: 'crash', kind: 'Error', error: 'x'.repeat(BYTES_MAX) });
    s.settle();
    expect(s.find('/root/a').cell.incarnation).toBe(2);
  });

  it('carry an answer that says of whom it is, at the end of a long path', () => {
    const Failing: DoOptions = {
      on: {
        Ask: () => {
          throw new Error('boom');
        },
      },
    };
    const s = new DoCluster({ Failing }, SMALL);
    let deep = s.place('a', 1);
    let path = '/root/a';
    while (path.length < BYTES_MAX) {
      const name = 'n'.repeat(64);
      s.do(path, (ctx) => {
        deep = spawn(ctx, name, { behavior: 'Failing' });
      });
      path += `/${name}`;
    }
    s.do('/root', (ctx) => ctx.ask(deep, { kind: 'Ask', n: 1 }, { reply: 'Got', timeoutMs: 1_000_000 }));
    expect(s.log).toEqual(['/root got handler-failed']);
  });
});

describe('binary data of a class of its own', () => {
  class Bytes extends Uint8Array {}

  it('cannot travel, and is called by its name', () => {
    expect(() => writePlainData(new Scratch(64), new Bytes(4))).toThrow('Binary data of the class Bytes cannot travel');
  });

  it('keeps whoever has it in its state on its worker', () => {
    const s = new DoCluster({}, { workers: 2 });
    s.place('a', 1);
    const { cell } = s.find('/root/a');
    s.post('/root/a', work(1));
    cell.state = { bytes: new Bytes(4) };
    expect(s.move('/root/a', 0)).toBe(false);
    expect(s.find('/root/a').cell).toBe(cell);
    expect(s.page.table.get(cell.ref.id, COLUMN.depth)).toBe(1);
    cell.state = { bytes: new Uint8Array(4) };
    expect(s.move('/root/a', 0)).toBe(true);
    s.settle();
    expect(s.find('/root/a').worker).toBe(0);
    expect(s.log).toEqual(['/root/a#1 1']);
  });
});
