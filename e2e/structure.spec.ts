/** The figures of a live run's structure: what is set holds, what makes no sense is refused, and what nobody can set is said. */
import { expect, expectAccessible, test } from './fixtures.ts';

test('figures that are applied hold in the run that starts with them', async ({ page, playhouse }) => {
  await page.goto('./');
  await playhouse.idle();
  const capacities = async () => (await playhouse.actors()).map(({ mailboxCapacity }) => mailboxCapacity);
  expect(await capacities()).toContain(1_000);
  await page.getByTestId('lower-workers').click();
  await page.getByTestId('structure').click();
  await page.getByTestId('setting-mailboxCapacity').fill('321');
  await page.getByTestId('setting-spinsMax').fill('0');
  await page.getByTestId('setting-stealing').uncheck();
  await page.getByTestId('structure-apply').click();
  await expect(page.getByTestId('structure-dialog')).toBeHidden();
  await playhouse.idle();
  expect(await capacities()).toContain(321);
  expect(await capacities()).not.toContain(1_000);
  expect(await playhouse.settings()).toMatchObject({ mailboxCapacity: 321, spinsMax: 0, stealing: false });
  await expect(page.getByTestId('structure')).toContainText('3 changed');
  // Nobody looks for work before it sleeps, and nobody asks others for actors.
  await expect.poll(async () => (await playhouse.metrics()).processed).toBeGreaterThan(500);
  for (const { spins, steals, parks } of (await playhouse.metrics()).workers) {
    expect([spins, steals.asked]).toEqual([0, 0]);
    expect(parks).toBeGreaterThan(0);
  }
  // A simulated run has no such structure; the next live run has it again.
  await playhouse.setMode('simulated');
  await expect(page.getByTestId('structure')).toBeHidden();
  await playhouse.setMode('live');
  expect(await capacities()).toContain(321);
  await page.getByTestId('structure').click();
  await page.getByTestId('structure-defaults').click();
  await page.getByTestId('structure-apply').click();
  await playhouse.idle();
  expect(await capacities()).toContain(1_000);
  await expect(page.getByTestId('structure')).not.toContainText('changed');
});

test('what makes no sense is refused where it is typed, and nothing changes', async ({ page, playhouse }) => {
  await page.goto('./');
  await playhouse.idle();
  await page.getByTestId('lower-workers').click();
  await page.getByTestId('structure').click();
  const apply = page.getByTestId('structure-apply');
  // Nothing to apply so far.
  await expect(apply).toBeDisabled();
  for (const [name, text, refusal] of [
    ['mailboxCapacity', '65,537', /65,?536/],
    ['ringSlots', '1000', /power of two/],
    ['batch', 'many', /whole number from 1 to 1,024/],
    ['spinsMax', '-1', /whole number from 0 to 10,000,000/],
    // Elsewhere a thousand.
    ['mailboxCapacity', '1.000', /whole number/],
  ] as const) {
    const field = page.getByTestId(`setting-${name}`);
    const before = await field.inputValue();
    await field.fill(text);
    await expect(page.getByTestId(`setting-${name}-refusal`)).toHaveText(refusal);
    await expect(apply).toBeDisabled();
    await field.fill(before);
    await expect(page.getByTestId(`setting-${name}-refusal`)).toBeHidden();
  }
  await expect(page.getByTestId('unsettable')).toContainText('CPU affinity');
  await expect(page.getByTestId('unsettable')).toContainText('Thread priority');
  await playhouse.pause();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('structure-dialog')).toBeHidden();
});

test('scripts set them too, and are told what is wrong', async ({ page, playhouse }) => {
  await page.goto('./');
  await playhouse.idle();
  const refusalOf = (settings: unknown) =>
    page.evaluate(
      (given) =>
        window.playhouse.setSettings(given as never).then(
          () => undefined,
          ({ code, field }: { readonly code: string; readonly field: string }) => ({ code, field }),
        ),
      settings,
    );
  expect(await refusalOf({ batch: 0 })).toEqual({ code: 'invalid-configuration', field: 'batch' });
  expect(await refusalOf({ batches: 64 })).toEqual({ code: 'invalid-configuration', field: 'batches' });
  expect(await refusalOf(64)).toEqual({ code: 'invalid-configuration', field: 'settings' });
  expect((await playhouse.settings()).batch).toBe(128);
  await playhouse.setSettings({ batch: 64 });
  await playhouse.idle();
  expect((await playhouse.settings()).batch).toBe(64);
  await expect.poll(async () => (await playhouse.metrics()).processed).toBeGreaterThan(100);
});
