/** One call at a time, the latest wins. */
import { expect, test } from 'vitest';
import { createLatestFetch, type Fetched } from './latest-fetch.ts';

function open() {
  const calls: ((value: string) => void)[] = [];
  const shown: Fetched<string>[] = [];
  const fetch = createLatestFetch<string>(
    () => new Promise((resolve) => calls.push(resolve)),
    (fetched) => shown.push(fetched),
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
  expect(shown).toEqual([
    { kind: 'value', value: 'one' },
    { kind: 'value', value: 'three' },
  ]);
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
  expect(shown).toEqual([{ kind: 'value', value: 'of this run' }]);
});

test('a refusal is shown, and the next one is fetched all the same', async () => {
  const shown: Fetched<string>[] = [];
  let count = 0;
  const fetch = createLatestFetch<string>(
    () => (++count === 1 ? Promise.reject(new Error('no')) : Promise.resolve('yes')),
    (fetched) => shown.push(fetched),
  );
  fetch.want('1');
  await fetch.settled();
  fetch.want('2');
  await fetch.settled();
  expect(shown.map(({ kind }) => kind)).toEqual(['refused', 'value']);
});
