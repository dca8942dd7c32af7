/** The order of what is put aside. */
import { describe, expect, it } from 'vitest';
import { Deque } from '../base/deque.ts';
import { Cell } from './cell.ts';
import { actor } from './definition.ts';
import type { AnyMessage } from './ref.ts';
import { Registry } from './registry.ts';
import { t } from './schema.ts';
import { stash, unstash } from './stash.ts';

const Keeper = actor('Keeper', {
  protocol: { Put: { n: t.int32 } },
  mailbox: { stash: 5 },
  state: () => ({}),
  on: { Put: () => undefined },
});

interface Put extends AnyMessage {
  readonly n: number;
}

function keeper() {
  const entry = new Registry([Keeper]).find('Keeper');
  if (entry === undefined) throw new Error('no Keeper');
  const ref = { node: 0, id: 0, generation: 1, ask: 0, protocol: 0 };
  const request = {
    ref,
    behavior: 0,
    path: '/keeper',
    args: undefined,
    parent: null,
    restart: 'transient',
    lazy: false,
  };
  const cell = new Cell(entry, request as never, new Deque<AnyMessage>());
  const puts = Array.from({ length: 8 }, (_, n): Put => ({ kind: 'Put', n }));
  return {
    cell,
    /** As a turn of its own. */
    stash(n: number) {
      stash(cell, puts[n] as Put);
      cell.stashedNow = undefined;
    },
    /** The next turn. */
    next: () => (cell.mailbox.shift() as Put | undefined)?.n,
    comes: (n: number) => cell.mailbox.push(puts[n] as Put),
    stashed: () => cell.stashed?.map((message) => (message as Put).n),
  };
}

describe('the stash', () => {
  it('gives back the oldest first, before what waits', () => {
    const one = keeper();
    for (const n of [1, 2, 3]) one.stash(n);
    one.comes(4);
    unstash(one.cell, 2);
    expect([one.next(), one.next(), one.next(), one.stashed()]).toEqual([1, 2, 4, [3]]);
  });

  it('takes back what came out, and could not be handled after all, at its place', () => {
    const one = keeper();
    for (const n of [1, 2, 3]) one.stash(n);
    unstash(one.cell, 1);
    one.comes(4);
    // Something that is in no mailbox was quicker, and 1 has to wait again; 4 is new.
    one.stash(one.next() as number);
    one.stash(one.next() as number);
    expect(one.stashed()).toEqual([1, 2, 3, 4]);
    unstash(one.cell);
    expect([one.next(), one.next()]).toEqual([1, 2]);
    // Two were handled; those that come back keep their order, before a new one.
    one.comes(5);
    for (let left = 3; left > 0; left--) one.stash(one.next() as number);
    expect(one.stashed()).toEqual([3, 4, 5]);
  });

  it('knows several that are out at a time', () => {
    const one = keeper();
    for (const n of [1, 2, 3, 4]) one.stash(n);
    unstash(one.cell, 2);
    expect(one.next()).toBe(1);
    unstash(one.cell, 1);
    expect([one.next(), one.stashed()]).toEqual([3, [4]]);
    one.stash(one.next() as number);
    expect(one.stashed()).toEqual([2, 4]);
  });
});
