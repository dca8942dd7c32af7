import { expect, test } from 'vitest';
import { fnv1a, hashText } from './hash.ts';

test('FNV-1a gives the published values', () => {
  expect(['', 'a', 'foobar'].map(fnv1a)).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
});

// Links carry runs: where a key goes must never change.
test('texts give the numbers they always gave', () => {
  expect(['', 'a', 'customer-1', 'Grüße', '☃'].map(hashText)).toMatchInlineSnapshot(`
    [
      2872998923,
      444641715,
      3902211816,
      837503086,
      4161361004,
    ]
  `);
});

test('similar keys spread evenly', () => {
  const buckets = new Array<number>(64).fill(0);
  const count = 64_000;
  for (let index = 0; index < count; index++) {
    const bucket = hashText(`key-${index}`) >>> 26;
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  // Six standard deviations of a fair count; the keys are fixed, so this either holds or does not.
  for (const found of buckets) expect(Math.abs(found - count / 64)).toBeLessThan(6 * Math.sqrt(count / 64));
});
