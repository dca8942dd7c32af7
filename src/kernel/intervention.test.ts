/** Names of branches, odd ones too, as a link can carry them. */
import { expect, test } from 'vitest';
import { cleanBranchName } from './intervention.ts';

test.each([
  ['  What if  ', 'What if'],
  ['a\u0000b\n', 'ab'],
  ['\t\u007f', ''],
  ['lone \ud83c half', 'lone  half'],
  ['<b>~&,#%', '<b>~&,#%'],
  ['x'.repeat(80), 'x'.repeat(60)],
  [`${'x'.repeat(59)}🎭`, 'x'.repeat(59)],
])('%o', (typed, name) => {
  expect(cleanBranchName(typed)).toBe(name);
});
