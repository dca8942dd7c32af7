/** What a run is run until, and what a breakpoint stops at: each condition, and what else may stop such a run. */
import { afterEach, describe, expect, it } from 'vitest';
import { actor } from '../../kernel/definition.ts';
import type { Scenario } from '../../kernel/scenario.ts';
import type { TraceEvent } from '../../kernel/trace.ts';
import { checkout } from '../../scenarios/checkout/scenario.ts';
import type { Condition, StopReport } from '../simulation.ts';
import type { Command } from './simulator-control.ts';
import { bootPage, codeOf, type Page, sleep, unwrap } from './testdata/page.ts';
import { parentOf, scenarioOf } from './testdata/small-actors.ts';

const pages: Page[] = [];
afterEach(async () => {
  for (const page of pages.splice(0)) await page.worker.pause();
});

async function boot(scenario: Scenario = checkout, parameters: Record<string, number> = {}): Promise<Page> {
  const page = await bootPage(scenario, parameters);
  pages.push(page);
  return page;
}

/** Something goes on for ever, and something stands by. */
const Steady = actor('Steady', {
  protocol: { Go: {} },
  state: () => ({ n: 0 }),
  signals: { preStart: (_, ctx) => ctx.startPeriodicTimer('go', { kind: 'Go' }, 1) },
  on: {
    Go(state) {
      state.n++;
    },
  },
});
const Standby = actor('Standby', { protocol: {}, state: () => ({}), on: {} });

/** A shop that has promised nothing: only what is asked for stops it. */
const shop: Scenario = { ...checkout, properties: [] };

/** A middle manager whose patience ends with the second failure of its child. */
function escalating(): Scenario {
  const Failing = actor('Failing', {
    protocol: { Go: {} },
    state: () => ({}),
    signals: { preStart: (_, ctx) => ctx.startPeriodicTimer('go', { kind: 'Go' }, 5) },
    on: {
      Go() {
        throw new Error('again');
      },
    },
  });
  const Middle = actor('Middle', {
    protocol: {},
    state: () => ({}),
    supervision: { intensity: 1 },
    signals: { preStart: (_, ctx) => ctx.spawn(Failing, { name: 'failing' }) as never },
    on: {},
  });
  return scenarioOf(parentOf([Middle, 0]), [Middle, Failing]);
}

const breaking: Scenario = scenarioOf(parentOf([Steady, 0]), [Steady], {
  properties: [
    {
      name: 'It never gets to 40',
      type: 'never',
      holds: (world) => world.state<{ n: number }>('/root/steady')?.n === 40,
    },
  ],
});

interface Case {
  readonly condition: Condition;
  readonly scenario?: Scenario;
  readonly parameters?: Record<string, number>;
  /** Whether the run is where the condition holds; `event` is the latest one. */
  readonly isThere: (page: Page, event: TraceEvent | undefined) => boolean | Promise<boolean>;
}

const CASES: readonly Case[] = [
  {
    condition: { until: 'failure' },
    parameters: { crashesPerMinute: 60 },
    isThere: (_, event) => event?.type === 'failed',
  },
  {
    condition: { until: 'restart', path: '/shop/payments/service' },
    parameters: { crashesPerMinute: 60 },
    isThere: (_, event) => event?.type === 'restarted' && event.path === '/shop/payments/service',
  },
  {
    condition: { until: 'escalation', path: '/root/middle' },
    scenario: escalating(),
    isThere: ({ run }) => run.current?.marks.includes('escalated') === true,
  },
  {
    condition: { until: 'violation' },
    scenario: breaking,
    isThere: async ({ run, worker }, event) => {
      const { n } = unwrap(await worker.state('/root/steady')) as { n: number };
      return event?.type === 'violated' && run.properties[0]?.step === run.step && n === 40;
    },
  },
  {
    condition: { until: 'breaker', to: 'half-open' },
    parameters: { failureRate: 100, breakerResetMs: 500 },
    isThere: (_, event) => event?.type === 'breaker' && event.to === 'half-open',
  },
  {
    condition: { until: 'dead-letter' },
    parameters: { crashesPerMinute: 60 },
    isThere: (_, event) => event?.type === 'dead-letter',
  },
  {
    condition: { until: 'message', kind: 'Charge', path: '/shop/payments' },
    isThere: ({ run: { current } }) => current?.label === 'Charge' && current.path === '/shop/payments',
  },
  {
    condition: { until: 'actor', path: '/shop/orders/worker-2' },
    isThere: ({ run }) => run.current?.path === '/shop/orders/worker-2',
  },
  {
    condition: { until: 'state', path: '/shop/gateway', field: 'accepted', value: 7 },
    isThere: async ({ run, worker }) => {
      const { accepted } = unwrap(await worker.state('/shop/gateway')) as { accepted: number };
      return run.current?.path === '/shop/gateway' && accepted === 7;
    },
  },
];

describe('a condition', () => {
  it.each(CASES)(
    '$condition stops a run until it and, as a breakpoint, a playing run, at the same step',
    async ({ condition, scenario = shop, parameters = {}, isThere }) => {
      const page = await boot(scenario, parameters);
      await page.do({ do: 'run-until', condition });
      const { step } = page.run;
      expect(page.run).toMatchObject({ isPlaying: false, progress: undefined, stopped: { because: 'until', step } });
      expect(page.run.stopped?.text).not.toBe('');
      expect(await isThere(page, page.events.at(-1))).toBe(true);
      await page.do({ do: 'seek', step: 0 });
      await page.do({ do: 'set-breakpoints', breakpoints: [{ until: 'message', kind: 'Never' }, condition] });
      await page.do({ do: 'set-speed', speed: Number.POSITIVE_INFINITY });
      page.take(unwrap(await page.worker.play()));
      await page.until('the breakpoint', () => !page.run.isPlaying);
      expect(page.run).toMatchObject({ step, progress: undefined, stopped: { because: 'breakpoint', step } });
      expect(await isThere(page, page.events.at(-1))).toBe(true);
    },
  );
});

describe('a run until', () => {
  it('a time stops then, between two steps', async () => {
    const page = await boot();
    await page.do({ do: 'run-until', condition: { until: 'time', atMs: 12.5 } });
    const { step } = page.run;
    expect(page.run).toMatchObject({ atMs: 12.5, isPlaying: false, stopped: { because: 'until', step } });
    expect(page.run.current?.atMs).toBeLessThanOrEqual(12.5);
    await page.do({ do: 'step', count: 1 });
    expect(page.run.atMs).toBeGreaterThan(12.5);
  });

  const guarded = scenarioOf(parentOf([Steady, 0], [Standby, 1]), [Steady, Standby], {
    properties: [
      {
        name: 'Somebody stands by',
        type: 'always',
        holds: ({ nowMs, actor }) => nowMs < 50 || actor('/root/standby')?.status === 'running',
      },
    ],
  });
  it.each<[string, Condition, Command, StopReport['because']]>([
    [
      'a fault that breaks a promise',
      { until: 'message', kind: 'Never' },
      { do: 'inject', fault: { kind: 'kill-worker', worker: 1 } },
      'violation',
    ],
    [
      'a fault at a breakpoint',
      { until: 'message', kind: 'Never' },
      { do: 'inject', fault: { kind: 'slow', path: '/root/standby', delayMs: 1 } },
      'breakpoint',
    ],
    [
      'a fault that it was run until',
      { until: 'actor', path: '/root/standby' },
      { do: 'inject', fault: { kind: 'slow', path: '/root/standby', delayMs: 1 } },
      'until',
    ],
  ])('stays where %s has stopped it', async (_, condition, command, because) => {
    const page = await boot(guarded);
    await page.do({ do: 'seek', step: 200 });
    if (because === 'breakpoint') {
      await page.do({ do: 'set-breakpoints', breakpoints: [{ until: 'actor', path: '/root/standby' }] });
    }
    const way = page.worker.command({ do: 'run-until', condition });
    await sleep(40);
    await page.do(command);
    const { step } = page.run;
    expect(page.run).toMatchObject({ isPlaying: false, progress: undefined, stopped: { because, step } });
    page.take(unwrap(await way));
    await sleep(40);
    await page.poll();
    expect(page.run).toMatchObject({ step, isPlaying: false, progress: undefined, stopped: { because, step } });
  });

  it('a time that has passed already goes nowhere', async () => {
    const page = await boot();
    await page.do({ do: 'seek', step: 1_000 });
    const { step, atMs } = page.run;
    await page.do({ do: 'run-until', condition: { until: 'time', atMs: atMs / 2 } });
    expect(page.run).toMatchObject({ step, atMs, isPlaying: false, stopped: { because: 'until' } });
  });

  it('can be ended by playing, and its progress with it', async () => {
    const page = await boot();
    const way = page.worker.command({ do: 'run-until', condition: { until: 'message', kind: 'Never' } });
    await sleep(40);
    expect(unwrap(await page.worker.frame(0, 0))?.simulation.progress).toMatchObject({ total: 0 });
    page.take(unwrap(await page.worker.play()));
    expect(codeOf(await way)).toBe('ok');
    expect(page.run).toMatchObject({ isPlaying: true, progress: undefined });
  });

  it('takes no condition that makes no sense', async () => {
    const page = await boot();
    const wrong = [
      { until: 'never' },
      { until: 'message' },
      { until: 'time', atMs: -1 },
      { until: 'state', path: '/a' },
    ];
    for (const condition of wrong) {
      expect(codeOf(await page.worker.command({ do: 'run-until', condition: condition as never }))).toBe(
        'invalid-configuration',
      );
    }
  });
});
