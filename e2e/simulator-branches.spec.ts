/** What else could have happened: choices, branches, and the way between them. */
import type { Page } from '@playwright/test';
import type { Choice } from '../src/engine/simulation.ts';
import { expect, type RemotePlayhouse, test } from './fixtures.ts';
import { expectStep, type Moment, momentOf, openFresh, typeStep } from './simulated-run.ts';

const HEAD = 2_000;

const branch = (page: Page, index: number) => page.locator(`[data-testid=branch][data-branch="${index}"]`);
const choice = (page: Page, key: string) => page.locator(`[data-testid=choice][data-key="${key}"]`);

/** A step before the head with something to choose, and what the schedule would not take there. */
async function findFork(playhouse: RemotePlayhouse): Promise<{ readonly step: number; readonly other: Choice }> {
  for (let step = HEAD - 1_000; step < HEAD; step++) {
    await playhouse.seek(step);
    const other = (await playhouse.choices()).find(({ isScheduled }) => !isScheduled);
    if (other !== undefined) return { step, other };
  }
  throw new Error('There is never anything to choose.');
}

/** Takes another choice in the past, by the panel. */
async function deviate(
  page: Page,
  playhouse: RemotePlayhouse,
): Promise<{ readonly step: number; readonly key: string }> {
  const { step, other } = await findFork(playhouse);
  await playhouse.idle();
  await choice(page, other.key).getByTestId('choose').click();
  await expectStep(page, playhouse, step + 1);
  return { step, key: other.key };
}

/** Clicks on the row of a branch on the timeline, so far along it, and says which step is there. */
async function clickRow(page: Page, index: number, part: number): Promise<number> {
  const row = page.locator(`[data-testid=timeline-row][data-branch="${index}"] .timeline-hit`);
  const box = await row.boundingBox();
  if (box === null) throw new Error('no row');
  const x = Math.round(box.x + box.width * part);
  await page.mouse.click(x, box.y + box.height / 2);
  return Math.round(((x - box.x) / box.width) * HEAD);
}

test.beforeEach(async ({ page, playhouse }) => {
  await openFresh(page, playhouse);
  await playhouse.seek(HEAD);
  await page.keyboard.press('n');
  await expect(page.getByTestId('next-panel')).toBeVisible();
});

test('another choice in the past makes a branch; the old future is kept', async ({ page, playhouse }) => {
  const old = await momentOf(page);
  const { step, key } = await deviate(page, playhouse);
  await expect(page.getByTestId('branch')).toHaveCount(2);
  await expect(branch(page, 1)).toHaveAttribute('data-present', 'true');
  await expect(page.getByTestId('timeline-row')).toHaveCount(2);
  expect((await playhouse.branches())[1]).toMatchObject({ parent: 0, forkStep: step + 1, interventions: 1 });
  const other = await momentOf(page);
  expect(other.trace.filter(({ type }) => type === 'failed')).toEqual([]);

  // Back, and the same choice again: it walks into the branch that took it.
  await page.getByTestId('transport-back').click();
  await expectStep(page, playhouse, step);
  await expect(choice(page, key)).toContainText('taken by');
  await choice(page, key).getByTestId('choose').click();
  await expectStep(page, playhouse, step + 1);
  expect(await momentOf(page)).toEqual(other);
  expect((await playhouse.branches()).length).toBe(2);

  // Back, and what was scheduled: that is where the trunk went.
  await page.getByTestId('transport-back').click();
  await expectStep(page, playhouse, step);
  const scheduled = page.locator('[data-testid=choice][data-scheduled=true]');
  await expect(scheduled).toHaveCount(1);
  await page.keyboard.press('1');
  await expectStep(page, playhouse, step + 1);
  await expect(branch(page, 0)).toHaveAttribute('data-present', 'true');
  await page.keyboard.press('End');
  await expectStep(page, playhouse, HEAD);
  expect(await momentOf(page)).toEqual(old);

  // To the other branch and back, by key, by its name, and on the timeline.
  await page.keyboard.press('b');
  await expectStep(page, playhouse, step + 1);
  expect(await momentOf(page)).toEqual(other);
  await branch(page, 0).getByRole('button').first().click();
  await expectStep(page, playhouse, HEAD);
  expect(await momentOf(page)).toEqual(old);
  await page.getByTestId('timeline').getByRole('button').nth(1).click();
  await expectStep(page, playhouse, step + 1);
  expect(await momentOf(page)).toEqual(other);

  // A click on the row of the other one goes to the step there; before its fork it has none of its own.
  await expectStep(page, playhouse, await clickRow(page, 0, 1 / 4));
  await expect(branch(page, 0)).toHaveAttribute('data-present', 'true');
  await clickRow(page, 1, 1 / 8);
  await expectStep(page, playhouse, step);
  await expect(branch(page, 1)).toHaveAttribute('data-present', 'true');
  // And with Shift the key goes to the branch before.
  await page.keyboard.press('Shift+b');
  await expectStep(page, playhouse, HEAD);
  await expect(branch(page, 0)).toHaveAttribute('data-present', 'true');
});

test('going on from a branch leaves the trunk alone, and branches branch', async ({ page, playhouse }) => {
  const { step } = await deviate(page, playhouse);
  await page.keyboard.press('Shift+ArrowRight');
  await expectStep(page, playhouse, step + 11);
  await playhouse.seek(HEAD + 500);
  const end = await momentOf(page);
  // A fault in its past.
  await typeStep(page, playhouse, step + 5);
  await playhouse.inject({ kind: 'crash', path: '/shop/orders/worker-1' });
  await expect(page.getByTestId('branch')).toHaveCount(3);
  expect((await playhouse.branches())[2]).toMatchObject({ parent: 1, forkStep: step + 6, head: step + 6 });
  await playhouse.seek(HEAD);
  const crashed = await momentOf(page);
  expect(crashed.trace.some((event) => event.type === 'failed' && event.path === '/shop/orders/worker-1')).toBe(true);
  const moments: readonly (readonly [number, Moment])[] = [
    [1, end],
    [2, crashed],
  ];
  for (const [index, moment] of [...moments, ...moments]) {
    await branch(page, index).getByRole('button').first().click();
    await expectStep(page, playhouse, moment.position.step);
    expect(await momentOf(page)).toEqual(moment);
  }
});

test('branches are renamed, compared and deleted', async ({ page, playhouse }) => {
  const { step } = await deviate(page, playhouse);
  await playhouse.inject({ kind: 'crash', path: '/shop/gateway' });
  await playhouse.seek(HEAD);
  await branch(page, 1).getByTestId('branch-rename').click();
  await page.getByTestId('branch-name').fill('The gateway fails');
  await page.getByTestId('branch-name').press('Enter');
  await expect(branch(page, 1)).toContainText('The gateway fails');
  await expect(page.getByTestId('timeline')).toContainText('The gateway fails');

  await branch(page, 0).getByTestId('branch-compare').click();
  const comparison = page.getByTestId('comparison');
  await expect(comparison).toContainText(`up to step ${step.toLocaleString('en-US')}`);
  await expect(comparison.getByRole('row').filter({ hasText: 'Failures' })).toHaveAttribute('data-differs', 'true');
  await expect(comparison.getByTestId('compared-actor').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(comparison).toHaveCount(0);
  // Comparing goes nowhere.
  await expectStep(page, playhouse, HEAD);

  await expect(branch(page, 1).getByTestId('branch-delete')).toHaveCount(0);
  await branch(page, 0).getByRole('button').first().click();
  await expectStep(page, playhouse, HEAD);
  const trunk = await momentOf(page);
  await branch(page, 1).getByTestId('branch-delete').click();
  await expect(page.getByTestId('branch')).toHaveCount(2);
  await branch(page, 1).getByTestId('branch-delete').click();
  await expect(page.getByTestId('branch')).toHaveCount(1);
  await expect(page.getByTestId('timeline-row')).toHaveCount(1);
  expect(await momentOf(page)).toEqual(trunk);
});
