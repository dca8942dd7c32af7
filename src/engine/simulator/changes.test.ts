/** What differs between two pieces of plain data, in the words that the page shows. */
import { describe, expect, it } from 'vitest';
import { changesBetween } from './changes.ts';

/** So many objects around a value, each with one field `a`. */
function wrapped(depth: number, value: unknown): unknown {
  return depth === 0 ? value : { a: wrapped(depth - 1, value) };
}

const changed = (field: string, before: unknown, after: unknown) => ({ field, change: 'changed', before, after });
const added = (field: string, after: unknown) => ({ field, change: 'added', before: undefined, after });
const removed = (field: string, before: unknown) => ({ field, change: 'removed', before, after: undefined });

const DEEP = `a${'.a'.repeat(11)}`;

describe('changes', () => {
  it.each<[name: string, before: unknown, after: unknown, expected: readonly unknown[]]>([
    ['nothing', { n: 1, list: [1, { a: 2n }] }, { n: 1, list: [1, { a: 2n }] }, []],
    ['the whole', 1, 2, [changed('', 1, 2)]],
    ['a number', { n: 1, m: 0 }, { n: 2, m: 0 }, [changed('n', 1, 2)]],
    ['a bigint', { n: 1n }, { n: 2n }, [changed('n', 1n, 2n)]],
    ['a kind of value', { n: 1 }, { n: '1' }, [changed('n', 1, '1')]],
    ['a shape', { n: {} }, { n: [] }, [changed('n', {}, [])]],
    ['a field in a field', { a: { b: { c: 'x' } } }, { a: { b: { c: 'y' } } }, [changed('a.b.c', 'x', 'y')]],
    ['new and lost fields', { a: 1, b: 2 }, { b: 2, c: 3 }, [removed('a', 1), added('c', 3)]],
    ['a list that grows', { list: [1] }, { list: [1, 2, 3] }, [added('list[1]', 2), added('list[2]', 3)]],
    [
      'a list that shrinks',
      { list: [{ n: 1 }, 2] },
      { list: [{ n: 3 }] },
      [changed('list[0].n', 1, 3), removed('list[1]', 2)],
    ],
    ['a typed array', { t: new Uint8Array([1, 2]) }, { t: new Uint8Array([1, 9]) }, [changed('t[1]', 2, 9)]],
    ['a buffer', { b: new Uint8Array([1]).buffer }, { b: new Uint8Array([2]).buffer }, [changed('b[0]', 1, 2)]],
    [
      'a map',
      {
        map: new Map([
          ['a', 1],
          ['b', 2],
        ]),
      },
      {
        map: new Map([
          ['b', 3],
          ['c', 4],
        ]),
      },
      [removed('map.a', 1), changed('map.b', 2, 3), added('map.c', 4)],
    ],
    [
      'a map with a bigint, a number and its digits as keys',
      {
        map: new Map<unknown, string>([
          [1n, 'x'],
          [1, 'y'],
          ['1', 'z'],
        ]),
      },
      {
        map: new Map<unknown, string>([
          [1n, 'X'],
          [1, 'Y'],
          ['1', 'Z'],
        ]),
      },
      [changed('map.1n', 'x', 'X'), changed('map.1', 'y', 'Y'), changed('map.1', 'z', 'Z')],
    ],
    [
      'a map with objects as keys',
      new Map([[{ id: 1n }, 1]]),
      new Map([[{ id: 1n }, 2]]),
      [changed('{"id":"1n"}', 1, 2)],
    ],
    ['a set', { set: new Set(['a', 1n]) }, { set: new Set([1n, 'b']) }, [removed('set.a', 'a'), added('set.b', 'b')]],
    ['what is deep', wrapped(12, 1), wrapped(12, 2), [changed(DEEP, 1, 2)]],
    ['what is too deep', wrapped(13, 1n), wrapped(13, 2n), [changed(DEEP, { a: 1n }, { a: 2n })]],
    ['nothing, too deep', wrapped(14, new Map([[1n, 2n]])), wrapped(14, new Map([[1n, 2n]])), []],
    [
      'a map that is too deep',
      wrapped(13, new Map([[1n, 2n]])),
      wrapped(13, new Map([[1n, 3n]])),
      [changed(DEEP, { a: new Map([[1n, 2n]]) }, { a: new Map([[1n, 3n]]) })],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(changesBetween(before, after)).toEqual(expected);
  });

  it('are listed up to a bound', () => {
    const list = Array.from({ length: 500 }, (_, index) => index);
    expect(changesBetween(list, [])).toHaveLength(200);
    expect(changesBetween([], list)).toHaveLength(200);
    expect(
      changesBetween(
        list,
        list.map((n) => n + 1),
      ),
    ).toHaveLength(200);
    expect(changesBetween(list, [], 1)).toEqual([removed('[0]', 0)]);
  });
});
