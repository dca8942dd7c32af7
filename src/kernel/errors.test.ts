/** The catalogue: every error has a cause and a remedy, and each is raised by a test. */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actor } from './definition.ts';
import { ERRORS, type ErrorCode, errorFrom, PlayhouseError, remedyOf } from './errors.ts';
import { t } from './schema.ts';
import { CAST } from './testdata/behaviors.ts';
import { TestSystem } from './testdata/test-system.ts';

const CODES = Object.keys(ERRORS) as ErrorCode[];
const root = `${resolve(import.meta.dirname, '../..')}/`;

/** Errors raised here; all others are raised where they belong, in the files that `RAISED_IN` names. */
const RAISED_HERE: readonly ErrorCode[] = [
  'actor-limit',
  'already-stashed',
  'invalid-state',
  'not-started',
  'restart-budget-exceeded',
];

/** Where each error is raised by a test that names its code. */
const RAISED_IN: Readonly<Partial<Record<ErrorCode, string>>> = {
  'actor-not-found': 'src/conformance/supervision-cases.ts',
  'already-started': 'src/conformance/supervision-cases.ts',
  'ask-timeout': 'src/conformance/talking-cases.ts',
  'breaker-open': 'src/conformance/guard-breaker-cases.ts',
  'bulkhead-full': 'src/conformance/guard-flow-cases.ts',
  'concurrency-limited': 'src/conformance/guard-flow-cases.ts',
  'deadline-exceeded': 'src/conformance/mailbox-cases.ts',
  'duplicate-name': 'src/conformance/supervision-cases.ts',
  'handler-failed': 'src/conformance/talking-cases.ts',
  'invalid-configuration': 'src/kernel/types.test.ts',
  'invalid-message': 'e2e/first-light.spec.ts',
  'link-invalid': 'src/share/link.test.ts',
  'link-newer': 'src/share/link.test.ts',
  'link-too-long': 'src/share/link.test.ts',
  'link-unknown-scenario': 'src/share/link.test.ts',
  'mailbox-full': 'src/conformance/talking-cases.ts',
  'message-too-large': 'src/engine/live/memory/codec.test.ts',
  'no-routees': 'src/conformance/router-cases.ts',
  'not-a-breaker': 'e2e/first-light.spec.ts',
  'not-available': 'src/conformance/talking-cases.ts',
  'not-isolated': 'e2e/appearance.spec.ts',
  'out-of-memory': 'src/engine/live/memory/layout.test.ts',
  'pipe-failed': 'src/conformance/talking-cases.ts',
  'rate-limited': 'src/conformance/guard-flow-cases.ts',
  'recovery-failed': 'src/conformance/persistence-event-cases.ts',
  'request-rejected': 'src/conformance/talking-cases.ts',
  'retries-exhausted': 'src/conformance/guard-retry-cases.ts',
  'saga-aborted': 'src/conformance/persistence-saga-cases.ts',
  'stash-full': 'src/conformance/mailbox-cases.ts',
  'storage-full': 'src/engine/live/storage/stored-journal.test.ts',
  'storage-unavailable': 'src/engine/live/storage/stored-journal.test.ts',
  'stream-cancelled': 'src/conformance/topic-stream-cases.ts',
  'stream-gap': 'src/conformance/topic-stream-cases.ts',
  'target-stopped': 'src/conformance/talking-cases.ts',
  'unknown-behavior': 'src/conformance/supervision-cases.ts',
  'unknown-parameter': 'e2e/first-light.spec.ts',
  'worker-lost': 'e2e/live-kernel.spec.ts',
  'worker-not-started': 'e2e/live-kernel.spec.ts',
};

describe('the catalogue', () => {
  it.each(CODES)('%s says what happened and what to do', (code) => {
    const { cause, remedy } = ERRORS[code];
    for (const text of [cause, remedy]) expect(text).toMatch(/^[A-Z].{10,}\.$/);
    expect(new PlayhouseError(code, 'exactly what').remedy).toBe(remedyOf(code));
    const report = new PlayhouseError(code, 'exactly what', 'where').report();
    expect(errorFrom(report).report()).toEqual({ code, message: 'exactly what', field: 'where' });
  });

  it.each(CODES)('%s is raised by a test, and by the product', (code) => {
    const file = RAISED_IN[code];
    if (file === undefined) expect(RAISED_HERE).toContain(code);
    else expect(readFileSync(root + file, 'utf8')).toMatch(new RegExp(`\\b${code}\\b`));
    expect(productSources.some((text) => text.includes(`'${code}'`))).toBe(true);
  });
});

const productSources = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.|conformance|testdata|kernel.errors\.ts$/.test(file))
  .map((file) => readFileSync(`${root}src/${file}`, 'utf8'));

describe('raised here', () => {
  const kindOfFailure = (system: TestSystem, path: string): readonly string[] =>
    system.events.flatMap(({ body }) => (body.type === 'failed' && body.path === path ? [body.kind] : []));

  it('actor-limit: a full actor table', () => {
    const system = new TestSystem(CAST, { rows: 256 });
    system.start('Parent', { children: Array.from({ length: 256 }, (_, index) => `c${index}`) });
    expect(kindOfFailure(system, '/root')).toEqual(['actor-limit']);
  });

  it('already-stashed: the same message twice in a turn', () => {
    const Careless = actor('Careless', {
      protocol: { Keep: { n: t.int32 } },
      state: () => ({}),
      on: {
        Keep(_, message, ctx) {
          ctx.stash(message);
          ctx.stash(message);
        },
      },
    });
    const system = new TestSystem([Careless]);
    system.start('Careless');
    system.tell('/root', { kind: 'Keep', n: 1 } as { readonly kind: string });
    expect(kindOfFailure(system, '/root')).toEqual(['already-stashed']);
  });

  it('invalid-state: a state that is not plain data', () => {
    const system = new TestSystem(CAST);
    system.start('Nursery');
    expect(kindOfFailure(system, '/root/baby')[0]).toBe('invalid-state');
  });

  it('not-started: a context used after its turn', () => {
    const kept: { now(): number; readonly path: string }[] = [];
    const Hoarder = actor('Hoarder', {
      protocol: {},
      state: () => ({}),
      signals: { preStart: (_, ctx) => void kept.push(ctx) },
      on: {},
    });
    const system = new TestSystem([Hoarder]);
    system.start('Hoarder');
    expect(() => kept[0]?.path).toThrow(expect.objectContaining({ code: 'not-started' }));
  });

  it('restart-budget-exceeded: what a supervisor fails with when it gives up', () => {
    const system = new TestSystem(CAST);
    system.start('Strict', { children: ['a'] });
    system.tell('/root/a', { kind: 'Boom', text: 'once' } as { readonly kind: string });
    expect(kindOfFailure(system, '/root')).toEqual(['restart-budget-exceeded']);
  });
});
