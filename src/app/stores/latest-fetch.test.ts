/** One call at a time, the latest wins. */
import { expect, test } from 'vitest';
import { createLatestFetch } from './latest-fetch.ts';

function open() {
  const calls: ((value: string) => void)[] = [];
  const shown: string[] = [];
  const fetch = createLatestFetch<string>(
    () => new Promise((resolve) => calls.push(resolve)),
    (value) => shown.push(value),
  );
  return { calls, shown, fetch };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

test('what was asked for while a call was under way is fetched once after it', async () => {
  const { calls, shown, fetch } = open();
  for (const key of ['1', '2', '3']) fetch.want(key);
  expect(calls).toHaveLength(1);
  calls[0]?.('one');
  await turn();
  expect(calls).toHaveLength(2);
  fetch.want('3');
  calls[1]?.('three');
  await fetch.settled();
  expect(calls).toHaveLength(2);
  expect(shown).toEqual(['one', 'three']);
});

test('what belongs to a run that is gone is never shown', async () => {
  const { calls, shown, fetch } = open();
  fetch.want('1');
  fetch.forget();
  fetch.want('1');
  calls[0]?.('of the run before');
  await turn();
  calls[1]?.('of this run');
  await fetch.settled();
  expect(shown).toEqual(['of this run']);
});
