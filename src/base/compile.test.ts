import { afterEach, expect, test, vi } from 'vitest';
import { compile, quote } from './compile.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

test('code sees what it captures, and nothing has to be global', () => {
  const addTo = compile<(value: number) => number>({ base: 40 }, '(value) => base + value');
  expect(addTo?.(2)).toBe(42);
});

test('code runs in strict mode', () => {
  expect(compile<() => unknown>({}, '(function () { return this; })')?.()).toBeUndefined();
});

test('a page whose policy forbids generated code gets undefined', () => {
  // A function expression, because an arrow cannot be called with `new`.
  vi.stubGlobal('Function', function refuse() {
    throw new EvalError('refused by the content security policy');
  });
  expect(compile({}, '1')).toBeUndefined();
});

test('code that cannot be parsed is a bug, not a policy', () => {
  expect(() => compile({}, '(')).toThrow(SyntaxError);
});

test.each(['', '"', "'", '\\', '`', '\n', '\u2028', '\ud800', '</script>'])('quoted text comes back: %j', (text) => {
  expect(compile({}, quote(text))).toBe(text);
});
