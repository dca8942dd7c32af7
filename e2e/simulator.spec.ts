/** A simulated run as a person drives it: forward and back, at any speed, anywhere. */
import { expect, nodeOf, type RemotePlayhouse, test } from './fixtures.ts';
import { expectStep, momentOf, openFresh, typeStep } from './simulated-run.ts';

const GATEWAY = '/shop/gateway';
const isPlaying = 'data-state';

const timeMs = async (playhouse: RemotePlayhouse): Promise<number> => (await playhouse.position()).timeMs;

test('live to simulated and back keeps parameters, selection and view', async ({ page, playhouse }) => {
  await page.goto('/');
  await playhouse.idle();
  await playhouse.inject({ kind: 'set-parameter', name: 'rate', value: 3_000 });
  await nodeOf(page, GATEWAY).click();
  await page.keyboard.press('2');
  for (const mode of ['simulated', 'live'] as const) {
    await page.getByTestId(`mode-${mode}`).click();
    await playhouse.idle();
    expect(await playhouse.mode()).toBe(mode);
    await expect(page.getByTestId(`mode-${mode}`)).toHaveAttribute('aria-selected', 'true');
    await expect(page.getByTestId('transport')).toHaveCount(mode === 'simulated' ? 1 : 0);
    await expect(page.getByTestId('inspector-path')).toHaveText(GATEWAY);
    await expect(page.getByTestId('graph-tree')).toHaveAttribute('aria-selected', 'true');
    expect((await playhouse.parameters())['rate']).toBe(3_000);
    if (mode === 'simulated') expect(await playhouse.position()).toEqual({ step: 0, timeMs: 0 });
  }
  await expect(page.getByTestId('status')).toHaveText(/running/i);
});

test.describe('driving', () => {
  test.beforeEach(async ({ page, playhouse }) => {
    await openFresh(page, playhouse);
  });

  test('step, back, ten steps, typing a step: every position is the same whenever it is seen', async ({
    page,
    playhouse,
  }) => {
    await expect(page.getByTestId('transport-back')).toBeDisabled();
    await expect(page.getByTestId('transport-start')).toBeDisabled();
    const step = page.getByTestId('transport-step');
    for (let count = 1; count <= 3; count++) {
      await step.click();
      await expectStep(page, playhouse, count);
    }
    const third = await momentOf(page);
    await page.keyboard.press('Shift+ArrowRight');
    await expectStep(page, playhouse, 13);
    await page.keyboard.press('Shift+ArrowLeft');
    await expectStep(page, playhouse, 3);
    expect(await momentOf(page)).toEqual(third);
    await page.keyboard.press('ArrowRight');
    await expectStep(page, playhouse, 4);
    await page.getByTestId('transport-back').click();
    await expectStep(page, playhouse, 3);
    expect(await momentOf(page)).toEqual(third);

    await typeStep(page, playhouse, 5_000);
    const far = await momentOf(page);
    expect(far.hash).not.toBe(third.hash);
    await expect(page.getByTestId('clock')).toContainText(Math.floor(far.position.timeMs).toLocaleString('en-US'));
    await typeStep(page, playhouse, 4_321);
    await expect(page.getByTestId('transport-head')).toHaveText('5,000');
    await page.getByTestId('transport-end').click();
    await expectStep(page, playhouse, 5_000);
    expect(await momentOf(page)).toEqual(far);
    await page.getByTestId('transport-start').click();
    await expectStep(page, playhouse, 0);
    expect(await timeMs(playhouse)).toBe(0);
    await page.keyboard.press('End');
    await expectStep(page, playhouse, 5_000);
    await page.keyboard.press('Home');
    await expectStep(page, playhouse, 0);
    await playhouse.seek(3);
    expect(await momentOf(page)).toEqual(third);
    await playhouse.seek(5_000);
    expect(await momentOf(page)).toEqual(far);
  });

  test('what is typed and makes no sense changes nothing', async ({ page, playhouse }) => {
    await playhouse.seek(10);
    const field = page.getByTestId('transport-step-input');
    for (const nonsense of ['', 'x', '-3', '1.5']) {
      await field.fill(nonsense);
      await field.press('Enter');
      await field.blur();
      await expectStep(page, playhouse, 10);
      await expect(field).toHaveValue('10');
    }
  });

  test('play and pause, by button and by key, at several speeds', async ({ page, playhouse }) => {
    const play = page.getByTestId('transport-play');
    for (const [speed, goalMs] of [
      ['0.001', 0.2],
      ['0.1', 20],
      ['1', 100],
      ['100', 2_000],
    ] as const) {
      await page.getByTestId('transport-speed').selectOption(speed);
      const fromMs = await timeMs(playhouse);
      const startMs = performance.now();
      await play.click();
      await expect(play).toHaveAttribute(isPlaying, 'playing');
      await expect.poll(() => timeMs(playhouse)).toBeGreaterThan(fromMs + goalMs);
      await play.click();
      await expect(play).toHaveAttribute(isPlaying, 'paused');
      await playhouse.idle();
      const at = await playhouse.position();
      // A slow machine falls behind; no machine runs ahead.
      expect(at.timeMs - fromMs).toBeLessThanOrEqual((performance.now() - startMs) * Number(speed));
      expect(await playhouse.position()).toEqual(at);
    }
    await page.getByTestId('transport').click({ position: { x: 2, y: 2 } });
    await page.keyboard.press(']');
    await expect(page.getByTestId('transport-speed')).toHaveValue('Infinity');
    const { step } = await playhouse.position();
    await page.keyboard.press('Space');
    await expect(play).toHaveAttribute(isPlaying, 'playing');
    await expect.poll(async () => (await playhouse.position()).step).toBeGreaterThan(step + 20_000);
    await page.keyboard.press('Space');
    await expect(play).toHaveAttribute(isPlaying, 'paused');
    await page.keyboard.press('[');
    await expect(page.getByTestId('transport-speed')).toHaveValue('100');
    // However it got here, this is where the schedule leads.
    const played = await momentOf(page);
    await playhouse.seek(100);
    await playhouse.seek(played.position.step);
    const sought = await momentOf(page);
    expect(sought.hash).toBe(played.hash);
    expect(sought.states).toEqual(played.states);
    expect(sought.trace).toEqual(played.trace);
  });

  test('the playhead is moved by hand and by keys, and the timeline by clicks', async ({ page, playhouse }) => {
    await playhouse.seek(2_000);
    await playhouse.idle();
    const playhead = page.getByTestId('playhead');
    await playhead.focus();
    await page.keyboard.press('ArrowLeft');
    await expectStep(page, playhouse, 1_999);
    await page.keyboard.press('PageDown');
    await expectStep(page, playhouse, 1_899);
    await page.keyboard.press('Home');
    await expectStep(page, playhouse, 0);
    await page.keyboard.press('End');
    await expectStep(page, playhouse, 2_000);
    const from = await playhead.boundingBox();
    await page.keyboard.press('Home');
    await expectStep(page, playhouse, 0);
    const to = await playhead.boundingBox();
    if (from === null || to === null) throw new Error('no playhead');
    const y = to.y + to.height / 2;
    const middle = (from.x + to.x + to.width) / 2;
    await page.mouse.move(to.x + to.width / 2, y);
    await page.mouse.down();
    await page.mouse.move(middle, y, { steps: 8 });
    await page.mouse.up();
    await playhouse.idle();
    await expect.poll(async () => Math.abs((await playhouse.position()).step - 1_000)).toBeLessThan(40);
    const dragged = await momentOf(page);
    const threeQuarters = (from.x * 3 + to.x) / 4 + from.width / 2;
    await page.mouse.click(threeQuarters, y);
    await expect.poll(async () => Math.abs((await playhouse.position()).step - 1_500)).toBeLessThan(40);
    await typeStep(page, playhouse, dragged.position.step);
    expect(await momentOf(page)).toEqual(dragged);
  });

  test('a parameter that is changed is a step: it can be taken back', async ({ page, playhouse }) => {
    await playhouse.seek(1_000);
    const field = page.getByTestId('param-failureRate-number');
    await field.fill('60');
    await field.press('Enter');
    await expectStep(page, playhouse, 1_001);
    await expect(page.getByTestId('current-step')).toContainText('set-parameter');
    await page.getByTestId('transport-back').click();
    await expectStep(page, playhouse, 1_000);
    await expect(field).toHaveValue('1');
    expect((await playhouse.parameters())['failureRate']).toBe(1);
    await page.getByTestId('transport-step').click();
    await expectStep(page, playhouse, 1_001);
    await expect(field).toHaveValue('60');
    expect((await playhouse.branches()).length).toBe(1);
  });

  test('another seed is another run from its start; the same one is the same run', async ({ page, playhouse }) => {
    await playhouse.seek(1_000);
    const first = await playhouse.hash();
    const seed = page.getByTestId('seed');
    const hashes: string[] = [];
    for (const wanted of ['7', '1']) {
      await seed.fill(wanted);
      await seed.press('Enter');
      await expectStep(page, playhouse, 0);
      expect(await playhouse.seed()).toBe(Number(wanted));
      await playhouse.seek(1_000);
      hashes.push(await playhouse.hash());
    }
    expect(hashes[0]).not.toBe(first);
    expect(hashes[1]).toBe(first);
    await page.getByTestId('seed-random').click();
    await expectStep(page, playhouse, 0);
    await expect(seed).toHaveValue(String(await playhouse.seed()));
    // A fresh run of the same seed.
    await playhouse.setSeed(1);
    await playhouse.seek(50);
    await playhouse.inject({ kind: 'crash', path: GATEWAY });
    await page.getByTestId('restart').click();
    await expectStep(page, playhouse, 0);
    await playhouse.seek(1_000);
    expect(await playhouse.hash()).toBe(first);
  });

  test('another number of processors is another run, from its start', async ({ page, playhouse }) => {
    await playhouse.seek(300);
    await expect(page.getByTestId('kill-worker')).toHaveCount(await playhouse.workers());
    const before = await playhouse.hash();
    await page.getByTestId('workers').selectOption('2');
    await expectStep(page, playhouse, 0);
    expect(await playhouse.workers()).toBe(2);
    await playhouse.seek(300);
    await expect(page.getByTestId('kill-worker')).toHaveCount(2);
    expect(new Set((await playhouse.actors()).map(({ worker }) => worker))).toEqual(new Set([0, 1]));
    expect(await playhouse.hash()).not.toBe(before);
    await page.locator('[data-testid=kill-worker][data-worker="1"]').click();
    await expectStep(page, playhouse, 301);
    await expect(page.getByTestId('current-step')).toContainText('fault kill-worker');
  });

  test('a run whose root has stopped is over, and can be gone back in', async ({ page, playhouse }) => {
    await playhouse.seek(500);
    const before = await momentOf(page);
    await playhouse.inject({ kind: 'crash', path: '/shop', error: 'the roof came down' });
    await page.getByTestId('transport-speed').selectOption('Infinity');
    await page.getByTestId('transport-play').click();
    await expect(page.getByTestId('stopped-banner')).toContainText('the roof came down');
    // Letters to those who are gone break a promise; after that there is nothing left to happen.
    await expect(page.getByTestId('stopped')).toHaveAttribute('data-because', 'violation');
    await page.getByTestId('transport-play').click();
    await expect(page.getByTestId('stopped')).toHaveAttribute('data-because', 'over');
    await expect(page.getByTestId('transport-step')).toBeDisabled();
    const last = await momentOf(page);
    await typeStep(page, playhouse, 500);
    await expect(page.getByTestId('stopped-banner')).toHaveCount(0);
    expect(await momentOf(page)).toEqual(before);
    await page.getByTestId('transport-end').click();
    await expect(page.getByTestId('stopped-banner')).toBeVisible();
    expect(await momentOf(page)).toEqual(last);
  });
});

test('figures over the last second are of that second after a jump, too', async ({ page, playhouse }) => {
  await openFresh(page, playhouse);
  for (const step of [60_000, 120_000, 50_000]) {
    await playhouse.seek(step);
    await playhouse.idle();
    const { answeredPerSecond, latencyMs } = await playhouse.metrics();
    // 2,000 requests a second are due, and nearly all are answered.
    expect(answeredPerSecond).toBeGreaterThan(1_900);
    expect(answeredPerSecond).toBeLessThan(2_100);
    expect(latencyMs.count).toBeLessThan(2_200);
  }
});
