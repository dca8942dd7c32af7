/** Why something happened: from its first cause to itself, wherever in time one stands. */
import { describe, expect, it } from 'vitest';
import { actor } from '../../kernel/definition.ts';
import { ActorError } from '../../kernel/errors.ts';
import { checkout } from '../../scenarios/checkout/scenario.ts';
import type { Mark } from '../simulation.ts';
import { causesOf } from './causes.ts';
import { inspectActor } from './inspection.ts';
import { Simulator } from './simulator.ts';
import { detailOf, stepsOf } from './steps.ts';
import { playTo, scenarioOf, start } from './testdata/small-actors.ts';

const Fragile = actor('Fragile', {
  protocol: { Break: {} },
  state: () => ({}),
  on: {
    Break() {
      throw new ActorError('Broken', 'as it was told');
    },
  },
});

/** At 5 ms it tells its child on the other worker to break; at 8 ms it stops it and goes on telling it. */
const Boss = actor('Boss', {
  protocol: { Go: {}, Stop: {}, After: {} },
  state: () => ({ child: null as unknown }),
  signals: {
    preStart(state, ctx) {
      state.child = ctx.spawn(Fragile, { name: 'fragile', placement: 1 });
      ctx.startTimer('go', { kind: 'Go' }, 5);
      ctx.startTimer('stop', { kind: 'Stop' }, 8);
      ctx.startTimer('after', { kind: 'After' }, 12);
    },
  },
  on: {
    Go: ({ child }, _, ctx) => ctx.tell(child as never, { kind: 'Break' } as never),
    Stop: ({ child }, _, ctx) => ctx.stop(child as never),
    After: ({ child }, _, ctx) => ctx.tell(child as never, { kind: 'Break' } as never),
  },
});

const scenario = scenarioOf(Boss, [Fragile], { simulation: { latencyMs: 0.5 } });

function findMark(simulator: Simulator, mark: Mark): number {
  const found = stepsOf(simulator, 1, simulator.head + 1).find(({ marks }) => marks.includes(mark));
  if (found === undefined) throw new Error(`no step with ${mark}`);
  return found.step;
}

const chainOf = (simulator: Simulator, step: number): string[] =>
  causesOf(simulator, step).map(({ path, kind, label }) => `${path} ${kind} ${label}`);

describe('why', () => {
  const simulator = start(scenario, { workers: 2 });
  playTo(simulator, 7.75);
  const restarted = findMark(simulator, 'restarted');

  const RESTART = [
    '/root signal start',
    '/root timer Go',
    '/root message Go',
    '/root/fragile message Break',
    '/root signal child-failed',
    '/root/fragile signal halt',
    '/root signal child-halted',
    '/root/fragile signal restart',
  ];

  it('an actor was restarted', () => {
    expect(chainOf(simulator, restarted)).toEqual(RESTART);
    const texts = causesOf(simulator, restarted).map(({ text }) => text);
    expect(texts[3]).toBe('failed: Broken: as it was told');
    expect(texts.at(-1)).toContain('was restarted');
    const times = causesOf(simulator, restarted).map(({ atMs }) => atMs);
    expect(times).toEqual([0, 5, 5, 5.5, 6, 6.5, 7, 7.5]);
  });

  it('is the same from everywhere', () => {
    for (const step of [0, 3, restarted]) {
      const other = start(scenario, { workers: 2 });
      other.seek(restarted);
      other.seek(step);
      expect(causesOf(other, restarted)).toEqual(causesOf(simulator, restarted));
    }
  });

  it('a letter was dead on arrival', () => {
    const other = start(scenario, { workers: 2 });
    playTo(other, 20);
    const letter = findMark(other, 'dead-letter');
    expect(chainOf(other, letter)).toEqual(['/root signal start', '/root timer After', '/root message After']);
  });

  it('everything after a fault happened goes back to the fault', () => {
    const other = start(scenario, { workers: 2 });
    playTo(other, 2);
    other.inject({ kind: 'kill-worker', worker: 1 });
    playTo(other, 4);
    const [chain] = [chainOf(other, findMark(other, 'restarted'))];
    expect(chain).toEqual([
      ' fault kill-worker',
      '/root signal child-failed',
      '/root/fragile signal halt',
      '/root signal child-halted',
      '/root/fragile signal restart',
    ]);
    const crash = start(scenario, { workers: 2 });
    playTo(crash, 2);
    crash.inject({ kind: 'crash', path: '/root/fragile' });
    playTo(crash, 4.75);
    expect(chainOf(crash, findMark(crash, 'restarted'))).toEqual([
      '/root/fragile fault crash',
      '/root/fragile signal crash',
      '/root signal child-failed',
      '/root/fragile signal halt',
      '/root signal child-halted',
      '/root/fragile signal restart',
    ]);
  });

  it('a message from outside made an actor fail', () => {
    const other = start(scenario, { workers: 2 });
    playTo(other, 2);
    other.send('/root/fragile', { kind: 'Break' });
    playTo(other, 4);
    expect(chainOf(other, findMark(other, 'failed'))).toEqual([
      '/root/fragile send send',
      '/root/fragile message Break',
    ]);
  });

  it('a breaker opened', () => {
    const shop = new Simulator({ scenario: checkout, parameters: { failureRate: 100 }, workers: 4, seed: 1 });
    shop.seek(2_000);
    const opened = findMark(shop, 'breaker');
    const causes = causesOf(shop, opened);
    expect(causes[0]?.path).toBe('/shop');
    expect(causes.at(-1)).toMatchObject({
      path: '/shop/payments/breaker',
      text: expect.stringContaining('closed to open'),
    });
    const steps = causes.map(({ step }) => step);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    for (const [index, { step }] of causes.entries()) {
      const before = causes[index - 1];
      // What goes round in circles is told once.
      if (before?.text.includes('more steps')) continue;
      const [record] = stepsOf(shop, step, step + 1);
      expect(record?.cause).toBe(before?.step ?? 0);
    }
    // The whole story of the request that was one too many: who asked, by whom it went, and how it ended.
    const story = causes.map(({ label }) => label);
    expect(story).toEqual(expect.arrayContaining(['Due', 'Checkout', 'PlaceOrder', 'Charge', 'Settle', 'ask-failed']));
  });

  it('however often a load has gone round before', () => {
    const shop = new Simulator({ scenario: checkout, parameters: {}, workers: 2, seed: 1 });
    shop.seek(50_000);
    const late = stepsOf(shop, 49_000, 50_001).findLast(({ label }) => label === 'Paid');
    const causes = causesOf(shop, late?.step ?? 0);
    expect(causes.length).toBeLessThan(20);
    expect(causes[0]).toMatchObject({ step: 1, path: '/shop', label: 'start' });
    expect(causes[1]?.text).toMatch(/set the timer Due; then \d{3,} more steps/);
  });
});

describe('every step', () => {
  it('has a cause before it, and whoever sent what it handled', () => {
    const shop = new Simulator({ scenario: checkout, parameters: {}, workers: 4, seed: 3 });
    shop.seek(3_000);
    shop.seek(100);
    const records = stepsOf(shop, 1, 3_001);
    expect(records).toHaveLength(3_000);
    for (const { step, cause, from, sentMs, arrivedMs, atMs, kind } of records) {
      expect(cause).toBeLessThan(step);
      if (cause > 0) expect(from).toBe(records[cause - 1]?.path);
      expect(sentMs).toBeLessThanOrEqual(atMs);
      if (kind === 'message') expect(arrivedMs).toBeGreaterThanOrEqual(sentMs);
      expect(arrivedMs).toBeLessThanOrEqual(atMs);
    }
    // Only the start has none.
    expect(records.filter(({ cause }) => cause === 0).map(({ step }) => step)).toEqual([1]);
  });

  it('can be looked at in full: what came, what changed, what was sent', () => {
    const simulator = start(scenario, { workers: 2 });
    playTo(simulator, 7);
    const records = stepsOf(simulator, 1, simulator.step + 1);
    const at = (path: string, label: string) => {
      const found = records.find((record) => record.path === path && record.label === label && record.kind !== 'timer');
      return detailOf(simulator, found?.step ?? 0);
    };
    expect(at('/root', 'Go')).toMatchObject({
      message: { kind: 'Go' },
      changes: [],
      sent: [{ to: '/root/fragile', kind: 'Break', isSignal: false, message: { kind: 'Break' } }],
    });
    expect(at('/root', 'start')?.changes.map(({ field }) => field)).toEqual(['']);
    expect(at('/root/fragile', 'Break')).toMatchObject({
      events: [{ type: 'failed' }],
      sent: [{ to: '/root', kind: 'child-failed', isSignal: true }],
    });
    expect(inspectActor(simulator, '/root').timers).toMatchObject([
      { key: 'stop', kind: 'Stop', dueMs: 8, periodMs: 0 },
      { key: 'after', kind: 'After', dueMs: 12 },
    ]);
  });
});
