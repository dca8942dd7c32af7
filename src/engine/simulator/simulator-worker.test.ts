/** A simulator as its worker drives it: playing, stopping, long ways that are cut short, and what the page is told. */
import { afterEach, describe, expect, it } from 'vitest';
import { actor } from '../../kernel/definition.ts';
import type { Scenario } from '../../kernel/scenario.ts';
import type { TraceEvent } from '../../kernel/trace.ts';
import { checkout } from '../../scenarios/checkout/scenario.ts';
import { textOf } from './run-hash.ts';
import { Simulator } from './simulator.ts';
import type { Command } from './simulator-control.ts';
import { SimulatorWorker } from './simulator-worker.ts';
import { bootPage, codeOf, Page, sleep, unwrap } from './testdata/page.ts';
import { scenarioOf } from './testdata/small-actors.ts';

const pages: Page[] = [];
afterEach(async () => {
  for (const page of pages.splice(0)) await page.worker.pause();
});

async function boot(scenario: Scenario = checkout, parameters: Record<string, number> = {}): Promise<Page> {
  const page = await bootPage(scenario, parameters);
  pages.push(page);
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
