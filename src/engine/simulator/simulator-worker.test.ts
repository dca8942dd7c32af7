/** A simulator as its worker drives it: playing, stopping, long ways that are cut short, and what the page is told. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Result } from '../../base/result.ts';
import { actor } from '../../kernel/definition.ts';
import type { ErrorReport } from '../../kernel/errors.ts';
import type { BranchPlan } from '../../kernel/intervention.ts';
import type { Scenario } from '../../kernel/scenario.ts';
import type { TraceEvent } from '../../kernel/trace.ts';
import { checkout } from '../../scenarios/checkout/scenario.ts';
import type { Condition, StopReport } from '../simulation.ts';
import { textOf } from './run-hash.ts';
import { Simulator } from './simulator.ts';
import type { Command, Frame } from './simulator-control.ts';
import { SimulatorWorker } from './simulator-worker.ts';
import { parentOf, scenarioOf } from './testdata/small-actors.ts';

const unwrap = <T>(result: Result<T, ErrorReport>): T => {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
};
const codeOf = (result: Result<unknown, ErrorReport>): string => (result.ok ? 'ok' : result.error.code);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The page's side, with nothing between. */
class Page {
  readonly worker: SimulatorWorker;
  frame!: Frame;
  events: TraceEvent[] = [];
  private branches: readonly BranchPlan[] = [];

  constructor(scenario: Scenario) {
    this.worker = new SimulatorWorker(() => Promise.resolve(scenario));
  }

  take(frame: Frame): Frame {
    this.frame = frame;
    this.branches = frame.branches ?? this.branches;
    const last = this.events.findLastIndex(({ sequence }) => sequence <= frame.keepUpTo);
    this.events = [...this.events.slice(0, last + 1), ...frame.events];
    return frame;
  }

  async do(command: Command): Promise<Frame> {
    return this.take(unwrap(await this.worker.command(command)));
  }

  async poll(): Promise<void> {
    const news = unwrap(await this.worker.frame(this.frame.version, this.events.at(-1)?.sequence ?? 0));
    if (news !== undefined) this.take(news);
  }

  async until(what: string, condition: () => boolean): Promise<void> {
    const endMs = performance.now() + 10_000;
    while (!condition()) {
      if (performance.now() > endMs) throw new Error(`${what} did not happen`);
      await sleep(2);
      await this.poll();
    }
  }

  get run() {
    return this.frame.simulation;
  }

  get plan() {
    return { branches: this.branches, branch: this.run.branch, step: this.run.step };
  }
}

const pages: Page[] = [];
afterEach(async () => {
  for (const page of pages.splice(0)) await page.worker.pause();
});

async function boot(scenario: Scenario = checkout, parameters: Record<string, number> = {}): Promise<Page> {
  const page = new Page(scenario);
  pages.push(page);
  const options = { scenario: scenario.id, parameters, workers: 4, seed: 1, plan: undefined };
  page.take(unwrap(await page.worker.boot(options)));
  return page;
}

/** The trace of a run that went straight to a step. */
function straight(
  step: number,
  parameters: Record<string, number> = {},
): { events: readonly TraceEvent[]; hash: string } {
  const simulator = new Simulator({ scenario: checkout, parameters, workers: 4, seed: 1 });
  simulator.seek(step);
  const { recorder, observations } = simulator.system;
  return { events: observations.slice(), hash: recorder === undefined ? '' : textOf(recorder.hash) };
}

describe('playing', () => {
  it('lets virtual time pass as fast as it is told, and pauses', async () => {
    const page = await boot();
    expect(page.run).toMatchObject({ step: 0, isPlaying: false, stopped: undefined });
    await page.do({ do: 'set-speed', speed: 0.1 });
    const fromMs = performance.now();
    page.take(unwrap(await page.worker.play()));
    expect(page.run.isPlaying).toBe(true);
    await sleep(150);
    page.take(unwrap(await page.worker.pause()));
    const playedMs = performance.now() - fromMs;
    expect(page.run.isPlaying).toBe(false);
    expect(page.run.stopped).toBeUndefined();
    expect(page.run.atMs).toBeGreaterThan(0);
    expect(page.run.atMs).toBeLessThanOrEqual(playedMs * 0.1 + 0.001);
    const { step } = page.run;
    await sleep(30);
    await page.poll();
    expect(page.run.step).toBe(step);
  });

  it('plays as fast as it goes, faster or slower while it plays, and ends up where a straight way does', async () => {
    const page = await boot();
    page.take(unwrap(await page.worker.play()));
    await sleep(30);
    await page.do({ do: 'set-speed', speed: Number.POSITIVE_INFINITY });
    await page.until('fast', () => page.run.step > 3_000);
    await page.do({ do: 'set-speed', speed: 0.01 });
    await sleep(40);
    page.take(unwrap(await page.worker.pause()));
    await page.do({ do: 'seek', step: page.run.step });
    expect(page.run.hash).toBe(straight(page.run.step).hash);
    expect(page.events).toEqual(straight(page.run.step).events);
  });

  it('is over when nothing can happen any more, and says so', async () => {
    const Once = actor('Once', { protocol: {}, state: () => ({}), on: {} });
    const page = await boot(scenarioOf(Once));
    page.take(unwrap(await page.worker.play()));
    await page.until('the end', () => !page.run.isPlaying);
    expect(page.run).toMatchObject({ isOver: true, stopped: { because: 'over', step: 1 } });
  });

  it('stops at a breakpoint, and goes on from there', async () => {
    const page = await boot(checkout, { failureRate: 100 });
    await page.do({ do: 'set-breakpoints', breakpoints: [{ until: 'breaker', to: 'open' }] });
    await page.do({ do: 'set-speed', speed: Number.POSITIVE_INFINITY });
    page.take(unwrap(await page.worker.play()));
    await page.until('the breakpoint', () => !page.run.isPlaying);
    expect(page.run.stopped).toMatchObject({ because: 'breakpoint', step: page.run.step });
    expect(page.events.at(-1)).toMatchObject({ type: 'breaker', to: 'open', step: page.run.step });
    const { step } = page.run;
    page.take(unwrap(await page.worker.play()));
    expect(page.run.stopped).toBeUndefined();
    await page.until('to go on', () => page.run.step > step + 100);
  });

  it('stops at the step that breaks a promise, also where a person broke it', async () => {
    const page = await boot();
    await page.do({ do: 'set-speed', speed: 0.05 });
    await page.do({ do: 'seek', step: 500 });
    page.take(unwrap(await page.worker.play()));
    await page.do({ do: 'inject', fault: { kind: 'kill-worker', worker: 2 } });
    await page.until('the violation', () => !page.run.isPlaying);
    expect(page.run.stopped).toMatchObject({ because: 'violation', step: page.run.step });
    const broken = page.run.properties.find(({ status }) => status === 'violated');
    expect(broken?.step).toBe(page.run.step);
    expect(page.events.at(-1)).toMatchObject({ type: 'violated', property: broken?.name });
  });

  it('takes faults and messages as it goes', async () => {
    const page = await boot();
    await page.do({ do: 'set-speed', speed: 0.2 });
    page.take(unwrap(await page.worker.play()));
    await sleep(40);
    await page.do({ do: 'inject', fault: { kind: 'crash', path: '/shop/gateway' } });
    expect(page.run.isPlaying).toBe(true);
    await page.until('the restart', () => page.events.some(({ type }) => type === 'restarted'));
    page.take(unwrap(await page.worker.pause()));
    const { plan } = page;
    const again = new Simulator({ scenario: checkout, parameters: {}, workers: 4, seed: 1, plan });
    await page.do({ do: 'seek', step: plan.step });
    again.seek(plan.step);
    expect(page.events).toEqual(again.system.observations.slice());
  });
});

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

describe('a long way', () => {
  it('tells how far it has come, and ends where another command begins', async () => {
    const page = await boot();
    const long = page.worker.command({ do: 'seek', step: 300_000 });
    await sleep(60);
    await page.poll();
    expect(page.run.progress).toMatchObject({ total: 300_000 });
    expect(page.run.progress?.done).toBeGreaterThan(0);
    await page.do({ do: 'step', count: -5 });
    const cut = unwrap(await long);
    expect(cut.simulation.step).toBeLessThan(300_000);
    expect(page.run.progress).toBeUndefined();
    expect(page.events).toEqual(straight(page.run.step).events);
    const { step } = page.run;
    await sleep(40);
    await page.poll();
    expect(page.run.step).toBe(step);
  });

  it('ends where a person does something to what is seen', async () => {
    const page = await boot();
    const long = page.worker.command({ do: 'seek', step: 300_000 });
    await sleep(50);
    await page.do({ do: 'inject', fault: { kind: 'crash', path: '/shop/gateway' } });
    await long;
    await page.poll();
    expect(page.run.step).toBeLessThan(300_000);
    expect(page.run.branches).toHaveLength(1);
    expect(page.plan.branches[0]?.interventions).toMatchObject([{ step: page.run.step }]);
  });

  it('of a link begins at the start, and can be left for another place', async () => {
    const page = new Page(checkout);
    pages.push(page);
    const plan = {
      branches: [{ name: 'trunk', parent: -1, forkStep: 1, interventions: [] }],
      branch: 0,
      step: 400_000,
    };
    const boot = page.worker.boot({ scenario: 'checkout', parameters: {}, workers: 4, seed: 1, plan });
    await sleep(60);
    expect(codeOf(await page.worker.pause())).toBe('ok');
    page.take(unwrap(await boot));
    expect(page.run.step).toBeLessThan(400_000);
    await page.do({ do: 'seek', step: 10 });
    expect(page.run.step).toBe(10);
  });
});

describe('what the page has', () => {
  it('is exactly the events up to where it is, after going back, ahead, and to other branches', async () => {
    const page = await boot(checkout, { crashesPerMinute: 60, failureRate: 40 });
    const commands: readonly Command[] = [
      { do: 'seek', step: 3_000 },
      { do: 'seek', step: 900 },
      { do: 'step', count: 40 },
      { do: 'inject', fault: { kind: 'crash', path: '/shop/orders/worker-1' } },
      { do: 'step', count: 500 },
      { do: 'step', count: -300 },
      { do: 'switch-branch', branch: 0, step: undefined },
      { do: 'switch-branch', branch: 1, step: 1_000 },
      { do: 'seek', step: 0 },
      { do: 'seek', step: 2_500 },
    ];
    for (const command of commands) {
      await page.do(command);
      const { plan } = page;
      const other = new Simulator({
        scenario: checkout,
        parameters: { crashesPerMinute: 60, failureRate: 40 },
        workers: 4,
        seed: 1,
        plan,
      });
      other.seek(plan.step);
      expect(page.events, JSON.stringify(command)).toEqual(other.system.observations.slice());
      await page.poll();
    }
    expect(page.run.branches.map(({ parent, forkStep }) => [parent, forkStep])).toEqual([
      [-1, 1],
      [0, 941],
    ]);
  });

  it('has the present step, also after a look at another branch', async () => {
    const page = await boot();
    await page.do({ do: 'seek', step: 2_000 });
    await page.do({ do: 'seek', step: 1_500 });
    await page.do({ do: 'inject', fault: { kind: 'crash', path: '/shop/gateway' } });
    await page.do({ do: 'step', count: 200 });
    const { current } = page.run;
    expect(current?.step).toBe(1_701);
    unwrap(await page.worker.compare(0, 1));
    await page.do({ do: 'rename-branch', branch: 1, name: 'What if' });
    expect(page.run.current).toEqual(current);
    for (let step = 1_020; step <= 1_030; step++) {
      await page.do({ do: 'switch-branch', branch: 0, step });
      expect(page.run.current?.step).toBe(step);
      await page.do({ do: 'switch-branch', branch: 1, step });
      expect(page.run.current?.step).toBe(step);
    }
  });

  it('hears of branches where something about them has changed, and only there', async () => {
    const page = new Page(checkout);
    pages.push(page);
    const options = { scenario: 'checkout', parameters: {}, workers: 4, seed: 1, plan: undefined };
    expect(unwrap(await page.worker.boot(options)).branches).toHaveLength(1);
    const crash: Command = { do: 'inject', fault: { kind: 'crash', path: '/shop/gateway' } };
    const commands: readonly (readonly [Command, isNews: boolean])[] = [
      [{ do: 'seek', step: 500 }, false],
      [crash, true],
      [{ do: 'step', count: 100 }, false],
      [{ do: 'seek', step: 300 }, false],
      [crash, true],
      [{ do: 'rename-branch', branch: 1, name: 'Earlier' }, true],
      [{ do: 'switch-branch', branch: 0, step: undefined }, false],
      [{ do: 'delete-branch', branch: 1 }, true],
      [{ do: 'seek', step: 0 }, false],
    ];
    for (const [command, isNews] of commands) {
      expect((await page.do(command)).branches !== undefined, JSON.stringify(command)).toBe(isNews);
    }
    expect(page.plan.branches).toMatchObject([{ name: 'trunk', interventions: [{ step: 501 }] }]);
  });

  it('is told nothing where nothing has changed', async () => {
    const page = await boot();
    await page.do({ do: 'seek', step: 100 });
    expect(unwrap(await page.worker.frame(page.frame.version, 0))).toBeUndefined();
  });
});

describe('a mistake', () => {
  it('is told by its code, and changes nothing', async () => {
    const page = await boot();
    await page.do({ do: 'seek', step: 200 });
    const { hash } = page.run;
    const wrong: readonly (readonly [Command, string])[] = [
      [{ do: 'seek', step: -1 }, 'invalid-configuration'],
      [{ do: 'seek', step: 1.5 }, 'invalid-configuration'],
      [{ do: 'step', count: Number.NaN }, 'invalid-configuration'],
      [{ do: 'set-speed', speed: 0 }, 'invalid-configuration'],
      [{ do: 'choose', choice: 't99999' }, 'invalid-configuration'],
      [{ do: 'inject', fault: { kind: 'crash', path: '/nobody' } }, 'actor-not-found'],
      [{ do: 'inject', fault: { kind: 'kill-worker', worker: 9 } }, 'invalid-configuration'],
      [{ do: 'inject', fault: { kind: 'trip-breaker', path: '/shop' } }, 'not-a-breaker'],
      [{ do: 'inject', fault: { kind: 'set-parameter', name: 'rate', value: -1 } }, 'invalid-configuration'],
      [{ do: 'inject', fault: { kind: 'set-parameter', name: 'nothing', value: 1 } }, 'unknown-parameter'],
      [{ do: 'send', path: '/shop/gateway', message: { kind: 'Nothing' } }, 'invalid-message'],
      [{ do: 'send', path: '/shop/gateway', message: 'text' as never }, 'invalid-message'],
      [{ do: 'switch-branch', branch: 7, step: undefined }, 'invalid-configuration'],
      [{ do: 'switch-branch', branch: 0, step: -4 }, 'invalid-configuration'],
      [{ do: 'rename-branch', branch: 0, name: '  ' }, 'invalid-configuration'],
      [{ do: 'delete-branch', branch: 0 }, 'request-rejected'],
      [{ do: 'set-breakpoints', breakpoints: [{ until: 'time', atMs: 5 }] }, 'invalid-configuration'],
      [
        { do: 'set-breakpoints', breakpoints: Array.from({ length: 51 }, () => ({ until: 'failure' as const })) },
        'invalid-configuration',
      ],
    ];
    for (const [command, code] of wrong) {
      expect(codeOf(await page.worker.command(command)), JSON.stringify(command)).toBe(code);
      await page.poll();
      expect(page.run, JSON.stringify(command)).toMatchObject({ step: 200, hash });
    }
    expect(codeOf(await page.worker.stepDetail(5_000))).toBe('invalid-configuration');
    expect(codeOf(await page.worker.state('/nobody'))).toBe('actor-not-found');
    expect(codeOf(await new SimulatorWorker(() => Promise.resolve(checkout)).pause())).toBe('not-started');
  });
});
