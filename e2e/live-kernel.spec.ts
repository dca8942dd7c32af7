/** What the golden scripts show in one thread, on real threads: the parent on one worker, its children on another. */
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import type { LiveOptions } from './pages/live.ts';

interface WorkerState {
  readonly done: readonly number[];
  readonly ticks: readonly string[];
}

/** The engine of the page, from here. */
function liveOn(page: Page) {
  const state = (path: string) => page.evaluate((at) => window.live.engine.state(at), path);
  const reading = () => page.evaluate(() => window.live.read());
  return {
    reading,
    open: (options: LiveOptions) => page.evaluate((given) => window.live.open(given), options),
    send: (path: string, message: { readonly kind: string }) =>
      page.evaluate(([at, what]) => window.live.engine.send(at, what), [path, message] as const),
    crash: (path: string) => page.evaluate((at) => window.live.engine.inject({ kind: 'crash', path: at }), path),
    slow: (path: string, delayMs: number) =>
      page.evaluate(([at, ms]) => window.live.engine.inject({ kind: 'slow', path: at, delayMs: ms }), [
        path,
        delayMs,
      ] as const),
    trace: () => page.evaluate(() => window.live.engine.trace()),
    heard: async () => ((await state('/root')) as { readonly heard: readonly string[] }).heard,
    /** `undefined` between two lives: a poll asks again. */
    worker: async (path: string) => (await state(path)) as WorkerState | undefined,
    actor: async (path: string) => (await reading()).actors.find((actor) => actor.path === path),
  };
}

test.beforeEach(async ({ page, testPage }) => {
  await page.goto(testPage('live'));
});

test('every ask has one outcome, across threads', async ({ page }) => {
  const live = liveOn(page);
  await live.open({ behavior: 'Parent', args: { children: ['a'], from: 1 }, workers: 2 });
  expect((await live.actor('/root'))?.worker).toBe(0);
  expect((await live.actor('/root/a'))?.worker).toBe(1);
  const ask = (kind_: string, n: number, timeoutMs: number) =>
    live.send('/root', { kind: 'Ask', name: 'a', kind_, n, timeoutMs } as { readonly kind: string });
  await ask('Double', 21, 1_000);
  await ask('Refuse', 0, 1_000);
  await ask('Ignore', 0, 50);
  await ask('Slowly', 300, 50);
  await ask('Slowly', 20, 5_000);
  await ask('Double', 4, 0);
  await expect.poll(async () => (await live.heard()).length).toBe(6);
  const heard = (await live.heard())
    .map((line) =>
      line.replace(/ at [\d.]+$/, '').replace(/Actor #\d+ gave no answer (.*) within.*/, 'no answer $1 in time'),
    )
    .sort();
  expect(heard).toEqual([
    'Double(21) → 42',
    'Double(4) → ask-timeout: no answer to Double in time',
    'Ignore(0) → ask-timeout: no answer to Ignore in time',
    'Refuse(0) → request-rejected: not today',
    'Slowly(20) → 40',
    'Slowly(300) → ask-timeout: no answer to Slowly in time',
  ]);
  // The answer that came after its time-out is a dead letter.
  await expect
    .poll(async () => (await live.trace()).filter((event) => event.type === 'dead-letter').map((event) => event.reason))
    .toEqual(['late-reply']);
  // Asking one that is gone fails at once.
  await live.send('/root', { kind: 'Stop', name: 'a' } as { readonly kind: string });
  await expect.poll(async () => live.actor('/root/a')).toBeUndefined();
  await ask('Double', 5, 60_000);
  await expect.poll(async () => (await live.heard()).at(-1)).toMatch(/^Double\(5\) → target-stopped/);
});

test('workers with nothing to do park, and a message wakes them', async ({ page }) => {
  const live = liveOn(page);
  await live.open({ behavior: 'Parent', args: { children: ['a'], from: 1 }, workers: 2 });
  for (let round = 1; round <= 3; round++) {
    await expect.poll(async () => (await live.reading()).workers.map(({ parked }) => parked)).toEqual([true, true]);
    await live.send('/root', { kind: 'Ask', name: 'a', kind_: 'Double', n: round, timeoutMs: 5_000 } as {
      readonly kind: string;
    });
    await expect.poll(async () => (await live.heard()).length).toBe(round);
    expect((await live.heard()).at(-1)).toMatch(new RegExp(`^Double\\(${round}\\) → ${round * 2} `));
  }
  expect((await live.reading()).workers.every(({ parkedMs }) => parkedMs > 0)).toBe(true);
});

test('restart, budget and escalation, across threads', async ({ page }) => {
  const live = liveOn(page);
  await live.open({ behavior: 'Grandparent', workers: 2 });
  expect((await live.actor('/root/left/a'))?.worker).toBe(1);
  await live.send('/root/left/a', { kind: 'Work', n: 7 } as { readonly kind: string });
  await expect.poll(async () => (await live.worker('/root/left/a'))?.done).toEqual([0, 7]);
  for (let restarts = 1; restarts <= 3; restarts++) {
    await live.crash('/root/left/a');
    await expect.poll(async () => (await live.actor('/root/left/a'))?.restarts).toBe(restarts);
  }
  expect((await live.worker('/root/left/a'))?.done).toEqual([0]);
  await live.crash('/root/left/a');
  await expect.poll(async () => (await live.actor('/root/left'))?.restarts).toBe(1);
  await expect.poll(async () => (await live.actor('/root/left/a'))?.restarts).toBe(0);
  // Reverse order of start: b before a, on two threads.
  const stopped = (await live.trace()).filter((event) => event.type === 'stopped').map((event) => event.path);
  expect([...stopped].sort()).toEqual(['/root/left/a', '/root/left/b']);
  expect((await live.actor('/root/right/c'))?.restarts).toBe(0);
});

test('watchers hear of a stop once, and not of a restart', async ({ page }) => {
  const live = liveOn(page);
  await live.open({ behavior: 'Parent', args: { children: ['a'], from: 1 }, workers: 2 });
  await live.send('/root', { kind: 'Watch', name: 'a' } as { readonly kind: string });
  await live.send('/root', { kind: 'Watch', name: 'a' } as { readonly kind: string });
  await live.crash('/root/a');
  await expect.poll(async () => (await live.actor('/root/a'))?.restarts).toBe(1);
  await live.send('/root', { kind: 'Stop', name: 'a' } as { readonly kind: string });
  await expect.poll(async () => (await live.heard()).length).toBe(1);
  expect((await live.heard())[0]).toMatch(/terminated: shutdown$/);
  // Watching one that is gone is answered too.
  await live.send('/root', { kind: 'Watch', name: 'a' } as { readonly kind: string });
  await expect.poll(async () => (await live.heard()).length).toBe(2);
});

for (const { behavior, kept } of [
  { behavior: 'Worker', kept: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
  { behavior: 'Latest', kept: [0, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] },
]) {
  test(`a full mailbox of ${behavior} keeps its ten, and every drop is a dead letter`, async ({ page }) => {
    const live = liveOn(page);
    await live.open({ behavior, workers: 1 });
    await expect.poll(async () => (await live.worker('/root'))?.done).toEqual([0]);
    await live.slow('/root', 60_000);
    for (let n = 1; n <= 15; n++) await live.send('/root', { kind: 'Work', n } as { readonly kind: string });
    await expect.poll(async () => (await live.actor('/root'))?.deadLetters).toBe(5);
    expect((await live.actor('/root'))?.mailboxDepth).toBe(10);
    expect((await live.reading()).deadLetters).toBe(5);
    await live.slow('/root', 0);
    await expect.poll(async () => (await live.worker('/root'))?.done).toEqual(kept);
  });
}

test('timers tick, and end with their incarnation', async ({ page }) => {
  const live = liveOn(page);
  await live.open({ behavior: 'Parent', args: { children: ['a'], from: 1 }, workers: 2 });
  await live.send('/root/a', { kind: 'Every', key: 'beat', ms: 5 } as { readonly kind: string });
  await live.send('/root/a', { kind: 'Once', key: 'once', ms: 5 } as { readonly kind: string });
  const ticksOf = async (key: string): Promise<number> =>
    ((await live.worker('/root/a'))?.ticks ?? []).filter((tick) => tick.split('@')[0] === key).length;
  // Which of them comes first is for the machine to say.
  await expect.poll(() => ticksOf('once')).toBe(1);
  const beats = await ticksOf('beat');
  await expect.poll(() => ticksOf('beat')).toBeGreaterThan(beats + 5);
  expect(await ticksOf('once')).toBe(1);
  await live.crash('/root/a');
  await expect.poll(async () => (await live.worker('/root/a'))?.ticks).toEqual([]);
  const processed = (await live.actor('/root/a'))?.processed;
  await live.send('/root/a', { kind: 'Once', key: 'later', ms: 50 } as { readonly kind: string });
  await expect.poll(async () => (await live.worker('/root/a'))?.ticks.length).toBe(1);
  // Work, Once, its tick: nothing of the old beat.
  expect((await live.actor('/root/a'))?.processed).toBeLessThanOrEqual((processed ?? 0) + 3);
});

test('a wrong message is refused at its sender, which fails with the field named', async ({ page }) => {
  const live = liveOn(page);
  await live.open({ behavior: 'Grandparent', workers: 2 });
  await live.send('/root/left', { kind: 'Wrong', name: 'a' } as { readonly kind: string });
  await expect.poll(async () => (await live.actor('/root/left'))?.restarts).toBe(1);
  expect((await live.actor('/root/left'))?.lastError).toBe('Worker.Work: field "n" must be int32, not 1.5.');
  await expect.poll(async () => (await live.actor('/root/left/a'))?.failures).toBe(0);
});

test('a state that is not plain data stops the system and says which field', async ({ page }) => {
  const refusal = await page.evaluate(async () => {
    try {
      await window.live.open({ behavior: 'Nursery', workers: 2 });
      return '';
    } catch (thrown) {
      return (thrown as Error).message;
    }
  });
  const { status, stopCause } = await liveOn(page).reading();
  expect(status).toBe('stopped');
  expect(stopCause).toContain('field "callback"');
  expect(refusal === '' || refusal.includes('callback')).toBe(true);
});

test('a full actor table is an error with a remedy, not a crash', async ({ page }) => {
  const live = liveOn(page);
  await live.open({ behavior: 'create-40', workers: 1, actorRows: 256 });
  await live.send('/root', { kind: 'Run', size: 1_000 } as { readonly kind: string });
  await expect.poll(async () => (await live.reading()).stopCause).toContain('actor table is full (256 rows)');
});

test('300,000 messages cross threads in order, none lost, none twice', async ({ page }) => {
  const live = liveOn(page);
  const size = 300_000;
  await live.open({ behavior: 'stream-across', workers: 2 });
  await live.send('/root', { kind: 'Run', size } as { readonly kind: string });
  await expect.poll(async () => (await live.reading()).rejected).toBe(1);
  const { checksum } = (await page.evaluate(() => window.live.engine.state('/root'))) as { readonly checksum: number };
  expect(checksum).toBe((size * (size - 1)) / 2);
  const { workers, deadLetters } = await live.reading();
  expect(workers[0]?.sent).toBeGreaterThan(size);
  expect(workers[1]?.received).toBe(workers[0]?.sent);
  expect(deadLetters).toBe(0);
});

test('a call that is under way when the run ends is answered, and an engine starts once', async ({ page }) => {
  const live = liveOn(page);
  await live.open({ behavior: 'Parent', args: { children: ['a'], from: 1 }, workers: 2 });
  const codes = await page.evaluate(async () => {
    const { engine } = window.live;
    const codeOf = (thrown: unknown) => (thrown as { readonly code?: string }).code;
    const again = await engine.start().catch(codeOf);
    const call = engine.state('/root/a').catch(codeOf);
    await engine.stop();
    return [again, await call, await engine.state('/root/a').catch(codeOf)];
  });
  expect(codes).toEqual(['already-started', 'worker-lost', 'not-started']);
});

test.describe('when a worker cannot start', () => {
  test.use({ expectedErrors: [/missing-script|404/] });

  test('start rejects with the cause, and nothing hangs', async ({ page }) => {
    const refusal = await page.evaluate(async () => {
      try {
        await window.live.open({ behavior: 'Worker', workers: 2, brokenScript: true });
        return 'started';
      } catch (thrown) {
        return (thrown as { readonly code?: string }).code;
      }
    });
    expect(refusal).toBe('worker-not-started');
    const { status, stopCause } = await liveOn(page).reading();
    expect(status).toBe('stopped');
    expect(stopCause).toMatch(/Worker \d failed/);
  });
});
