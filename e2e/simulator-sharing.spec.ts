/** What you saw, others can see: a link or a file brings a simulated run to another browser, event by event. */
import type { Page } from '@playwright/test';
import { LINK_LIMITS } from '../src/share/shared-run.ts';
import { expect, nodeOf, type RemotePlayhouse, remotePlayhouse, serveWithoutIsolation, test } from './fixtures.ts';
import { expectStep, momentOf, openFresh } from './simulated-run.ts';

const BREAKER = '/shop/payments/breaker';
const SHORT_LINK_MAX = 200;
/** Of the run whose link grows too long: up to here it can be read. */
const READABLE_STEP = 200;

/** A run with a parameter, faults, a message from outside, deviations and three branches; not at the end of any of them. */
async function makeHistory(page: Page, playhouse: RemotePlayhouse): Promise<void> {
  await playhouse.setSeed(77);
  await playhouse.seek(400);
  await playhouse.inject({ kind: 'set-parameter', name: 'failureRate', value: 60 });
  await playhouse.runUntil({ until: 'breaker', to: 'open' });
  const { step: opened } = await playhouse.position();
  await playhouse.inject({ kind: 'crash', path: '/shop/orders/worker-3', error: 'a shelf, “fell” & broke = 100 %' });
  await playhouse.send('/shop/payments/service', { kind: 'Tick' });
  await playhouse.seek(opened + 3_000);
  // Back, and something else.
  await playhouse.seek(opened - 50);
  for (let deviations = 0; deviations < 3; ) {
    const other = (await playhouse.choices()).find(({ isScheduled }) => !isScheduled);
    if (other === undefined) {
      await playhouse.step();
      continue;
    }
    await playhouse.choose(other.key);
    deviations++;
  }
  await playhouse.inject({ kind: 'duplicate', to: '/shop/payments/service', probability: 0.25 });
  await playhouse.seek(opened + 2_000);
  await playhouse.seek(opened + 100);
  await playhouse.inject({ kind: 'kill-worker', worker: 2 });
  await playhouse.seek(opened + 2_500);
  await playhouse.seek(opened + 1_000);
  await page.keyboard.press('2');
  await nodeOf(page, BREAKER).click();
  await playhouse.idle();
}

/** What both browsers must agree about: everything but the branches' own futures, which are not on screen. */
async function expectSameRun(here: Page, there: Page): Promise<void> {
  const [mine, other] = [remotePlayhouse(here), remotePlayhouse(there)];
  const moment = await momentOf(here);
  expect(await momentOf(there)).toEqual(moment);
  expect(moment.trace.length).toBeGreaterThan(10);
  const branchesOf = async (playhouse: RemotePlayhouse) =>
    (await playhouse.branches()).map(({ name, parent, forkStep, interventions }) => ({
      name,
      parent,
      forkStep,
      interventions,
    }));
  expect(await branchesOf(other)).toEqual(await branchesOf(mine));
  expect(await other.seed()).toBe(await mine.seed());
  expect(await other.workers()).toBe(await mine.workers());
  // Which branches have been to the next step is known only to whoever went there.
  const choicesOf = async (playhouse: RemotePlayhouse) =>
    (await playhouse.choices()).map((choice) => ({ ...choice, takenBy: [] }));
  expect(await choicesOf(other)).toEqual(await choicesOf(mine));
  const { step } = moment.position;
  expect(await other.why(step)).toEqual(await mine.why(step));
  expect(await other.inspect(BREAKER)).toEqual(await mine.inspect(BREAKER));
}

test.describe('a run with a history', () => {
  test.beforeEach(async ({ page, playhouse }) => {
    await openFresh(page, playhouse);
    await makeHistory(page, playhouse);
  });

  test('its link opens the same step of the same branch, event by event', async ({
    page,
    playhouse,
    inFreshBrowser,
    context,
  }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByTestId('share').click();
    await expect(page.getByTestId('link-length')).toHaveAttribute('data-reach', 'everywhere');
    await expect(page.getByTestId('link-length')).toContainText('Fits everywhere.');
    await page.getByTestId('copy-link').click();
    await expect(page.getByTestId('copy-link')).toHaveText(/Copied/);
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toBe(await playhouse.link());
    await page.keyboard.press('Escape');
    const { step } = await playhouse.position();

    await inFreshBrowser(async (other, there) => {
      await other.goto(link);
      await there.idle();
      await expectStep(other, there, step);
      await expectSameRun(page, other);
      expect(await there.link()).toBe(link);
      await expect(other.getByTestId('inspector-path')).toHaveText(BREAKER);
      await expect(other.getByTestId('graph-tree')).toHaveAttribute('aria-selected', 'true');
      // Also what comes next, what was before, and what is on the other branches.
      for (const [index, { head }] of (await playhouse.branches()).entries()) {
        await playhouse.switchBranch(index, head);
        await there.switchBranch(index, head);
        await expectSameRun(page, other);
      }
      await playhouse.seek(300);
      await there.seek(300);
      await expectSameRun(page, other);
    });
  });

  test('its file opens the same in a fresh browser, by the dialog', async ({ page, inFreshBrowser }) => {
    await page.getByTestId('share').click();
    const downloading = page.waitForEvent('download');
    await page.getByTestId('save-file').click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(/^checkout-seed-77-step-\d+\.playhouse\.json$/);
    const file = await download.path();
    await page.keyboard.press('Escape');

    await inFreshBrowser(async (other, there) => {
      await openFresh(other, there);
      await other.getByTestId('share').click();
      await other.getByTestId('file-chooser').setInputFiles(file);
      await expect(other.getByTestId('seed')).toHaveValue('77');
      await there.idle();
      await expectSameRun(page, other);
      // What is no run is refused, and what is on screen stays.
      await other.getByTestId('share').click();
      const nonsense = { name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{"v":') };
      await other.getByTestId('file-chooser').setInputFiles(nonsense);
      await expect(other.getByTestId('share-problem')).toHaveAttribute('data-code', /^link-/);
      await other.keyboard.press('Escape');
      await expectSameRun(page, other);
    });
  });

  test('the address bar holds it: a reload changes nothing', async ({ page, playhouse }) => {
    const before = await momentOf(page);
    expect(page.url()).toBe(await playhouse.link());
    await page.reload();
    expect(await momentOf(page)).toEqual(before);
  });
});

test('without deviations a link is short, however far the run has gone', async ({
  page,
  playhouse,
  inFreshBrowser,
}) => {
  await openFresh(page, playhouse);
  await playhouse.setSeed(2 ** 32 - 1);
  await playhouse.seek(50_000);
  await playhouse.idle();
  const link = await playhouse.link();
  expect(link.length).toBeLessThan(SHORT_LINK_MAX);
  await inFreshBrowser(async (other, there) => {
    await other.goto(link);
    await there.idle();
    await expectSameRun(page, other);
  });
});

test('what is too long for a link goes into a file, and the address bar keeps what can be read', async ({
  page,
  playhouse,
  inFreshBrowser,
}) => {
  await openFresh(page, playhouse);
  await playhouse.seek(READABLE_STEP);
  await playhouse.idle();
  const readable = await playhouse.link();
  expect(page.url()).toBe(readable);
  const reach = page.getByTestId('link-length');
  const copy = page.getByTestId('copy-link');
  for (const [crashes, expected] of [
    [3, 'most'],
    [10, 'paste'],
    [30, 'none'],
  ] as const) {
    await crashWithLongTexts(page, crashes);
    await page.getByTestId('share').click();
    await expect(reach).toHaveAttribute('data-reach', expected);
    await expect(copy).toBeEnabled({ enabled: expected !== 'none' });
    if (expected !== 'none') await page.keyboard.press('Escape');
  }
  await expect(reach).toContainText('save the run as a file');
  await expect(page.getByTestId('share-link')).toBeDisabled();
  await expect(page.getByTestId('share-problem')).toHaveCount(0);
  const downloading = page.waitForEvent('download');
  await page.getByTestId('save-file').click();
  const file = await (await downloading).path();
  await page.keyboard.press('Escape');
  await playhouse.seek(1_000);
  await playhouse.seek(READABLE_STEP + 43);
  const { step } = await playhouse.position();
  expect((await playhouse.link()).length).toBeGreaterThan(LINK_LIMITS.fragmentLengthMax);

  await inFreshBrowser(async (other, there) => {
    // An earlier moment, of which all is true.
    await other.goto(page.url());
    await there.idle();
    expect((await there.position()).step).toBeGreaterThanOrEqual(READABLE_STEP);
    await other.getByTestId('share').click();
    await other.getByTestId('file-chooser').setInputFiles(file);
    await expectStep(other, there, step);
    await expectSameRun(page, other);
  });
});

/** So many crashes in a row, with texts that cannot be made shorter: the actor fails once, and the run carries all of it. */
async function crashWithLongTexts(page: Page, count: number): Promise<void> {
  await page.evaluate(async (crashes) => {
    const FIRST_LETTER = 0x4e00;
    const LETTERS = 20_000;
    for (let crash = 0; crash < crashes; crash++) {
      const letters = crypto.getRandomValues(new Uint32Array(400));
      const error = String.fromCharCode(...[...letters].map((value) => FIRST_LETTER + (value % LETTERS)));
      await window.playhouse.inject({ kind: 'crash', path: '/shop/gateway', error });
    }
    await window.playhouse.idle();
  }, count);
}

test('links that cannot be opened say why, and the way home works', async ({ page, playhouse }) => {
  const fresh = 'v=2&s=checkout&m=sim';
  for (const [fragment, code, field] of [
    ['v=3&s=checkout&m=sim', 'link-newer', 'v'],
    [`${fresh}&c=-1`, 'link-invalid', 'c'],
    [`${fresh}&r=4294967296`, 'link-invalid', 'r'],
    [`${fresh}&x=nonsense`, 'link-invalid', 'x'],
    [`${fresh}&b=5`, 'link-invalid', 'b'],
    ['v=2&z=abcdef', 'link-invalid', 'z'],
    [`v=2&s=checkout&m=dream`, 'link-invalid', 'm'],
    [`${fresh}&p.rate=${'9'.repeat(40_000)}`, 'link-too-long', undefined],
  ] as const) {
    await page.goto(`/#${fragment}`);
    await expect(page.getByTestId('error-code')).toHaveText(code);
    if (field !== undefined) await expect(page.getByTestId('error-field')).toHaveText(field);
  }
  await page.getByTestId('go-home').click();
  await playhouse.idle();
  await expect(page.getByTestId('actor-node').first()).toBeVisible();
});

test('without isolation a link is opened, driven on and shared all the same', async ({
  page,
  playhouse,
  inFreshBrowser,
}) => {
  await openFresh(page, playhouse);
  await playhouse.seek(2_000);
  await playhouse.inject({ kind: 'crash', path: '/shop/gateway' });
  await playhouse.seek(4_000);
  await playhouse.idle();
  await inFreshBrowser(async (other, there) => {
    await serveWithoutIsolation(other);
    await other.goto(await playhouse.link());
    await there.idle();
    expect(await other.evaluate(() => window.crossOriginIsolated)).toBe(false);
    await expectSameRun(page, other);
    await other.getByTestId('transport-speed').selectOption('Infinity');
    await other.getByTestId('transport-play').click();
    await expect.poll(async () => (await there.position()).step).toBeGreaterThan(10_000);
    await other.getByTestId('transport-play').click();
    await there.seek(6_000);
    await playhouse.seek(6_000);
    await expectSameRun(page, other);
    expect(await there.link()).toBe(await playhouse.link());
  });
});
