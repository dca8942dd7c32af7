import { describe, expect, it } from 'vitest';
import { generateDispatch, type Handler, interpretDispatch, UNHANDLED } from './handlers.ts';
import type { AnyMessage } from './ref.ts';

const handlers = new Map<string, Handler>([
  ['Add', (state, message) => (state as number[]).push((message as unknown as { readonly n: number }).n)],
  ['Nothing', () => undefined],
  ['"; return 1; //', (state) => (state as number[]).push(-1)],
  ['__proto__', (state) => (state as number[]).push(-2)],
]);

describe.each([
  ['generated', generateDispatch(handlers)],
  ['interpreted', interpretDispatch(handlers)],
] as const)('the %s way from a message to its handler', (_, dispatch) => {
  it('leads to the handler of its kind, and hands back what that returned', () => {
    const state: number[] = [];
    const returned = ['Add', 'Nothing', '"; return 1; //', '__proto__'].map((kind) =>
      dispatch?.(state, { kind, n: 7 } as AnyMessage, undefined),
    );
    expect(state).toEqual([7, -1, -2]);
    expect(returned).toEqual([1, undefined, 2, 3]);
  });

  it('says where there is none', () => {
    for (const kind of ['add', 'toString', '', 'poison message']) {
      expect(dispatch?.([], { kind }, undefined)).toBe(UNHANDLED);
    }
  });
});
