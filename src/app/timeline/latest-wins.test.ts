/** One call under way, the latest next, everything between forgotten. */
import { expect, test } from 'vitest';
import { latestWins } from './latest-wins.ts';

function controlled() {
  const calls: number[] = [];
  const finish: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  const seek = latestWins((value: number) => {
    calls.push(value);
    return new Promise<void>((resolve, reject) => finish.push({ resolve, reject }));
  });
  return { calls, finish, seek };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test('the first call goes through at once, of those that come meanwhile only the last', async () => {
  const { calls, finish, seek } = controlled();
  for (const value of [1, 2, 3, 4]) seek.call(value);
  expect(calls).toEqual([1]);
  expect(seek.target()).toBe(4);
  finish[0]?.resolve();
  await settled();
  expect(calls).toEqual([1, 4]);
  finish[1]?.resolve();
  await settled();
  expect(calls).toEqual([1, 4]);
  expect(seek.target()).toBeUndefined();
});

test('a call that is refused does not keep back the next one', async () => {
  const { calls, finish, seek } = controlled();
  seek.call(1);
  seek.call(2);
  finish[0]?.reject(new Error('no such step'));
  await settled();
  expect(calls).toEqual([1, 2]);
});

test('work that returns at once leaves nothing under way', async () => {
  const calls: number[] = [];
  const seek = latestWins((value: number) => {
    calls.push(value);
  });
  seek.call(1);
  await settled();
  seek.call(2);
  await settled();
  expect(calls).toEqual([1, 2]);
  expect(seek.target()).toBeUndefined();
});
