/** The space–time diagram: what is drawn is what there is, and what is clicked is where the run goes. */
import type { Page } from '@playwright/test';
import {
  COLUMN_WIDTHS,
  contentSize,
  DEFAULT_ZOOM,
  makeGeometry,
  SIGNS_Y,
  xOf,
  yOf,
} from '../src/app/space-time/geometry.ts';
import { expect, type RemotePlayhouse, test } from './fixtures.ts';
import { expectStep, openFresh } from './simulated-run.ts';

const SERVICE = '/shop/payments/service';
const COLUMN_WIDTH = COLUMN_WIDTHS[DEFAULT_ZOOM];

test.beforeEach(async ({ page, playhouse }) => {
  await openFresh(page, playhouse);
  await page.getByTestId('lower-space-time').click();
});

/** A number of the summary that the diagram gives of itself. */
async function counted(page: Page, name: 'steps' | 'arrows' | 'lifelines' | 'collapsed'): Promise<number> {
  const summary = await page.getByTestId('space-time').getAttribute('data-summary');
  return Number(new RegExp(`${name}=(\\d+)`).exec(summary ?? '')?.[1]);
}

/**
 * Where on the page something of the last column is: the mark of an actor, or without a path the sign above it. The canvas
 * has no elements; the geometry says how many columns there are from how far there is to scroll.
 */
async function placeInLastColumn(page: Page, playhouse: RemotePlayhouse, path?: string) {
  await playhouse.idle();
  const measured = await page.getByTestId('space-time').evaluate((root) => {
    const { left, top, width, height } = root.getBoundingClientRect();
    const scroller = root.querySelector('.st-scroll');
    const content = root.querySelector('.st-content');
    if (scroller === null || content === null) throw new Error('no diagram');
    const paths = [...root.querySelectorAll<HTMLElement>('[data-testid=lifeline]')].map(
      ({ dataset }) => dataset['path'],
    );
    const scroll = { left: scroller.scrollLeft, top: scroller.scrollTop };
    return { left, top, width, height, paths, scroll, contentWidth: content.getBoundingClientRect().width };
  });
  const { left, top, paths, scroll, contentWidth } = measured;
  const rows = paths.length;
  if (contentWidth <= measured.width) throw new Error('There are too few columns to know how many.');
  const many = contentSize(makeGeometry(measured, { rows, columns: 1_000 }, COLUMN_WIDTH)).width;
  const columns = 1_000 + Math.round((contentWidth - many) / COLUMN_WIDTH);
  const geometry = makeGeometry(measured, { rows, columns }, COLUMN_WIDTH);
  const y = path === undefined ? SIGNS_Y : yOf(geometry, scroll, paths.indexOf(path));
  return { x: left + xOf(geometry, scroll, columns - 1), y: top + y };
}

test('it has a line for each actor, and moves the run', async ({ page, playhouse }) => {
  await playhouse.seek(300);
  await playhouse.idle();
  const diagram = page.getByTestId('space-time');
  await expect(diagram).toHaveAttribute('data-current', '300');
  await expect(diagram).toHaveAttribute('data-summary', /steps=\d+ arrows=[1-9]\d* lifelines=[1-9]/);
  await expect(diagram.locator(`[data-testid=lifeline][data-path="${SERVICE}"]`)).toBeAttached();
  const plot = page.getByTestId('st-plot');
  await plot.focus();
  await page.keyboard.press('ArrowLeft');
  await expectStep(page, playhouse, 299);
  await page.keyboard.press('PageDown');
  await expectStep(page, playhouse, 289);
  await page.keyboard.press('PageUp');
  await expectStep(page, playhouse, 299);
  await page.keyboard.press('End');
  await expectStep(page, playhouse, 300);
  const record = page.getByTestId('current-step');
  const path = /Select (\S+)\.$/.exec((await record.getAttribute('title')) ?? '')?.[1];
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('inspector-path')).toHaveText(path ?? 'no actor');
  await diagram.locator('[data-testid=lifeline] button').first().click();
  await expect(page.getByTestId('inspector-path')).toHaveText('/shop');

  // What is at a place is told there, and a click goes to exactly that step.
  await playhouse.runUntil({ until: 'message', kind: 'Charge', path: SERVICE });
  const { step: charged } = await playhouse.position();
  const { order } = await lastCharge(playhouse);
  const place = await placeInLastColumn(page, playhouse, SERVICE);
  await page.mouse.move(place.x, place.y);
  const card = page.getByTestId('st-card');
  await expect(card).toContainText(`#${charged}`);
  await expect(card).toContainText('service handled Charge');
  await expect(card.locator('.state-entry').filter({ hasText: /^order/ })).toHaveText(`order${order}`);
  await page.getByTestId('transport-back').click();
  await expectStep(page, playhouse, charged - 1);
  const same = await placeInLastColumn(page, playhouse, SERVICE);
  await page.mouse.click(same.x, same.y);
  await expectStep(page, playhouse, charged);
});

/** The charge that the service took last. */
async function lastCharge(playhouse: RemotePlayhouse): Promise<{ readonly order: number }> {
  const { pending } = (await playhouse.state(SERVICE)) as { readonly pending: readonly { readonly order: number }[] };
  const last = pending.at(-1);
  if (last === undefined) throw new Error('There is no charge.');
  return last;
}

test('lines are pinned, hidden and shown again', async ({ page, playhouse }) => {
  await playhouse.seek(300);
  await playhouse.idle();
  const lines = page.getByTestId('lifeline');
  const [all, arrows] = [await counted(page, 'lifelines'), await counted(page, 'arrows')];
  await expect(lines).toHaveCount(all);
  await expect(lines.first()).not.toHaveAttribute('data-path', SERVICE);
  const line = page.locator(`[data-testid=lifeline][data-path="${SERVICE}"]`);
  await line.hover();
  await line.getByRole('button', { name: 'Pin service to the top' }).click();
  await expect(lines.first()).toHaveAttribute('data-path', SERVICE);
  await line.hover();
  await line.getByRole('button', { name: 'Hide service' }).click();
  await expect(line).toHaveCount(0);
  await expect.poll(() => counted(page, 'lifelines')).toBe(all - 1);
  // Whoever it heard from still sends: to somebody who is not shown.
  expect(await counted(page, 'arrows')).toBeLessThanOrEqual(arrows);
  await page.getByTestId('st-show-hidden').click();
  await expect.poll(() => counted(page, 'lifelines')).toBe(all);
  await expect(lines.first()).toHaveAttribute('data-path', SERVICE);
  await line.getByRole('button', { name: 'Unpin service' }).click();
  await expect(lines.first()).not.toHaveAttribute('data-path', SERVICE);
  await expect.poll(() => counted(page, 'arrows')).toBe(arrows);
});

test('steps that concern nobody else are one column, until it is opened', async ({ page, playhouse }) => {
  const HEAD = 500;
  await playhouse.seek(100);
  await playhouse.inject({ kind: 'set-parameter', name: 'rate', value: 0 });
  await playhouse.seek(HEAD);
  await playhouse.idle();
  const collapsed = await counted(page, 'collapsed');
  expect(collapsed).toBeGreaterThan(100);
  const fold = await placeInLastColumn(page, playhouse, SERVICE);
  await page.mouse.move(fold.x, fold.y);
  const card = page.getByTestId('st-card');
  await expect(card).toContainText(`#${HEAD - collapsed + 1} – #${HEAD}`);
  await expect(card).toContainText(`${collapsed} steps that concern nobody else`);
  // By keys, all of it is one place.
  await page.getByTestId('st-plot').focus();
  await page.keyboard.press('Shift+ArrowLeft');
  await expectStep(page, playhouse, HEAD - collapsed);
  await page.keyboard.press('Shift+ArrowRight');
  await expectStep(page, playhouse, HEAD);
  const again = await placeInLastColumn(page, playhouse, SERVICE);
  await page.mouse.click(again.x, again.y);
  await expect.poll(() => counted(page, 'collapsed')).toBe(0);
  await expectStep(page, playhouse, HEAD);
  await page.getByTestId('st-plot').focus();
  await page.keyboard.press('Shift+ArrowLeft');
  await expectStep(page, playhouse, HEAD - 1);
  // The bracket above closes it again.
  const bracket = await placeInLastColumn(page, playhouse);
  await page.mouse.click(bracket.x, bracket.y);
  await expect.poll(() => counted(page, 'collapsed')).toBe(collapsed);
  await expectStep(page, playhouse, HEAD - 1);
});
