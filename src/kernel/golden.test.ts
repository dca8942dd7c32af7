/**
 * Golden scripts: each file of testdata/ is a list of commands with what came of them, separated by `----`. They are the
 * kernel's main tests and its documentation. To accept new output: GOLDEN=write npx vitest run golden
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runGoldenScript } from './testdata/golden-script.ts';

const folder = fileURLToPath(new URL('./testdata/', import.meta.url));

describe('golden scripts', () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.txt'))) {
    it(file, () => {
      const text = readFileSync(folder + file, 'utf8');
      const actual = runGoldenScript(text);
      if (process.env['GOLDEN'] === 'write') writeFileSync(folder + file, actual);
      else expect(actual).toBe(text);
      // Whatever a run does, it does again: no hidden time, chance or state.
      expect(runGoldenScript(text)).toBe(actual);
    });
  }
});
