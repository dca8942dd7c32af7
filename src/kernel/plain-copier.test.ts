/** What is copied of plain data, what is shared, and what is noted because it can be neither. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlainCopier } from './plain-copier.ts';

interface Node {
  name: string;
  next?: Node | undefined;
}

const copyOf = <T>(value: T): T => new PlainCopier().value(value);

function frozen<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) frozen(inner);
  return Object.freeze(value);
}

describe('copies', () => {
  it('are equal, and share nothing that can change', () => {
    const original = {
      list: [{ n: 1 }],
      map: new Map([['a', { n: 2 }]]),
      set: new Set([{ n: 3 }]),
      bytes: new Int8Array(2),
    };
    const copy = copyOf(original);
    expect(copy).toEqual(original);
    original.list[0] = { n: 9 };
    (original.map.get('a') as { n: number }).n = 9;
    for (const item of original.set) item.n = 9;
    original.bytes[0] = 9;
    expect(copy).toEqual({
      list: [{ n: 1 }],
      map: new Map([['a', { n: 2 }]]),
      set: new Set([{ n: 3 }]),
      bytes: new Int8Array(2),
    });
  });

  it('of whatever plain data are equal to it, also in the order of their keys', () => {
    const plain = fc.anything({
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withTypedArray: true,
      withBigInt: true,
    });
    fc.assert(
      fc.property(plain, (value) => {
        const copier = new PlainCopier();
        const copy = copier.value(value);
        expect(copier.uncloneable).toEqual([]);
        expect(copy).toStrictEqual(value);
        expect(fc.stringify(copy)).toBe(fc.stringify(value));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('have an object once that the original has twice, in one value or in two', () => {
    const copier = new PlainCopier();
    const order = { paid: false };
    const state = copier.value({ orders: [order], latest: order });
    const context = copier.value({ order });
    expect(state.latest).toBe(state.orders[0]);
    expect(context.order).toBe(state.latest);
    expect(state.latest).not.toBe(order);
  });

  it('go round in circles where the original does', () => {
    const node: Node = { name: 'a' };
    node.next = { name: 'b', next: node };
    const copy = copyOf(node);
    expect(copy.next?.next).toBe(copy);
    expect(copy.next).not.toBe(node.next);
  });

  it('keep what is special about an object', () => {
    const bare: Record<string, unknown> = Object.assign(Object.create(null), { a: [1] });
    expect(Object.getPrototypeOf(copyOf(bare))).toBe(null);
    const odd = JSON.parse('{"__proto__": {"n": 1}, "b": 2, "1": 3}') as object;
    expect(Object.entries(copyOf(odd))).toEqual(Object.entries(odd));
    // biome-ignore lint/suspicious/noSparseArray: a hole is what this is about.
    const sparse = [1, , { n: 3 }];
    expect(1 in copyOf(sparse)).toBe(false);
    expect(copyOf([-0, Number.NaN, undefined])).toStrictEqual([-0, Number.NaN, undefined]);
    expect(Object.isSealed(copyOf(Object.seal({ list: [] })))).toBe(true);
  });

  it('of two views of one buffer are two views of one buffer', () => {
    const buffer = new ArrayBuffer(16);
    const copy = copyOf({
      head: new Uint8Array(buffer, 0, 4),
      rest: new DataView(buffer, 4),
      whole: new Float64Array(buffer),
    });
    expect(copy.head.buffer).toBe(copy.rest.buffer);
    expect(copy.head.buffer).not.toBe(buffer);
    copy.rest.setUint8(0, 7);
    expect(new Uint8Array(copy.whole.buffer)[4]).toBe(7);
    expect([copy.head.length, copy.rest.byteLength, copy.whole.length]).toEqual([4, 12, 2]);
  });

  it('of a list too long for recursion are no trouble', () => {
    const first: Node = { name: '0' };
    let last = first;
    for (let n = 1; n < 50_000; n++) {
      last.next = { name: `${n}` };
      last = last.next;
    }
    last.next = first;
    const copier = new PlainCopier();
    let node: Node | undefined = copier.value(first);
    const start = node;
    for (let n = 0; n < 50_000; n++) {
      if (node?.name !== `${n}`) throw new Error(`node ${n} is ${node?.name}`);
      node = node.next;
    }
    expect(node).toBe(start);
    expect(copier.objects).toBe(50_000);
    expect(() => copyOf({ list: frozenList(50_000) })).not.toThrow();
  });

  function frozenList(length: number): Node {
    let node: Node = Object.freeze({ name: '' });
    for (let n = 1; n < length; n++) node = Object.freeze({ name: '', next: node });
    return node;
  }
});

describe('frozen data', () => {
  it('is shared when it is frozen all the way down', () => {
    const message = frozen({ kind: 'Order', items: [{ id: 1 }], note: null });
    const copier = new PlainCopier();
    expect(copier.value(message)).toBe(message);
    expect(copier.value({ message }).message).toBe(message);
    expect(copier.objects).toBe(1);
  });

  it('is copied and frozen again when a part of it can change', () => {
    const cart = { total: 1 };
    const items = frozen([{ id: 1 }]);
    const message = Object.freeze({ kind: 'Order', cart, items, tags: Object.freeze(new Map([['a', cart]])) });
    const copier = new PlainCopier();
    const copy = copier.value(message);
    expect(copy).not.toBe(message);
    expect(copy).toEqual(message);
    expect(Object.isFrozen(copy)).toBe(true);
    expect(copy.cart).not.toBe(cart);
    expect(Object.isFrozen(copy.cart)).toBe(false);
    expect(copy.tags).not.toBe(message.tags);
    expect(copy.tags.get('a')).toBe(copy.cart);
    // Its immutable part is shared all the same.
    expect(copy.items).toBe(items);
  });

  it('may go round in circles, too', () => {
    const loop: { self?: object; part?: object } = {};
    loop.self = loop;
    expect(copyOf(Object.freeze(loop))).toBe(loop);
    const half: { self?: object; inner?: { half?: object; n?: object } } = { inner: {} };
    half.self = half;
    (half.inner as { half?: object }).half = half;
    (half.inner as { n?: object }).n = { n: 1 };
    Object.freeze(half.inner);
    Object.freeze(half);
    const copy = copyOf(half);
    expect(copy).not.toBe(half);
    expect(copy.self).toBe(copy);
    expect(copy.inner?.half).toBe(copy);
    expect(Object.isFrozen(copy.inner)).toBe(true);
    expect(copy.inner?.n).not.toBe(half.inner?.n);
  });
});

describe('shared by reference', () => {
  it('are refs, so that two of them are the same object afterwards as well', () => {
    const ref = { node: 0, id: 1, generation: 2, ask: 0, protocol: 3 };
    expect(copyOf({ to: ref }).to).toBe(ref);
    const similar = { ...ref, extra: 1 };
    expect(copyOf({ similar }).similar).not.toBe(similar);
  });

  it('is what cannot be copied, and it is noted with its field', () => {
    class Account {
      balance = 1;
    }
    const account = new Account();
    const callback = (): void => undefined;
    const copier = new PlainCopier();
    const copy = copier.value({
      pending: [{}, {}, { callback }],
      accounts: new Map([['main', account]]),
      'a b': Object.freeze({ when: new Date(0) }),
      again: callback,
    });
    expect(copy.pending[2]).toEqual({ callback });
    expect(copy.accounts.get('main')).toBe(account);
    expect(copier.uncloneable.map(({ field }) => field)).toEqual(['again', 'accounts["main"]', '["a b"].when']);
  });

  it('is noted no more than a few times', () => {
    const copier = new PlainCopier();
    copier.value(Array.from({ length: 1_000 }, () => () => undefined));
    expect(copier.uncloneable.length).toBe(20);
  });

  it('is what is empty, even when it was given away', () => {
    const buffer = new ArrayBuffer(8);
    const state = { buffer, view: new Uint8Array(buffer) };
    structuredClone(buffer, { transfer: [buffer] });
    expect(() => copyOf(state)).not.toThrow();
  });
});
