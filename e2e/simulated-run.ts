/** What the tests of simulated runs share: how they begin, and all that can be seen at one position. */
import type { Page } from '@playwright/test';
import type { TraceEvent } from '../src/kernel/trace.ts';
import type { ActorView } from '../src/kernel/view.ts';
import { expect, type RemotePlayhouse } from './fixtures.ts';

/** The link of a fresh simulated run with seed 1. */
export const FRESH = '/#v=2&s=checkout&m=sim';

export async function openFresh(page: Page, playhouse: RemotePlayhouse): Promise<void> {
  await page.goto(FRESH);
  await playhouse.idle();
}

/** Everything that is known at the position that is shown; two equal ones are the same moment of the same run. */
export interface Moment {
  readonly position: { readonly step: number; readonly timeMs: number };
  readonly hash: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly actors: readonly ActorView[];
  readonly states: Readonly<Record<string, unknown>>;
  readonly trace: readonly TraceEvent[];
}

export async function momentOf(page: Page): Promise<Moment> {
  return page.evaluate(async () => {
    const { playhouse } = window;
    await playhouse.idle();
    const actors = playhouse.actors();
    const states: Record<string, unknown> = {};
    for (const { path } of actors) states[path] = await playhouse.state(path);
    const [position, hash, parameters, trace] = [
      playhouse.position(),
      playhouse.hash(),
      playhouse.parameters(),
      playhouse.trace(),
    ];
    return { position, hash, parameters, actors, states, trace };
  });
}

/** The step that the page shows, and that scripts hear of. */
export async function expectStep(page: Page, playhouse: RemotePlayhouse, step: number): Promise<void> {
  await expect(page.getByTestId('transport-position')).toHaveAttribute('data-step', String(step));
  await playhouse.idle();
  expect((await playhouse.position()).step).toBe(step);
}

/** Goes there as a person does: by typing the number. */
export async function typeStep(page: Page, playhouse: RemotePlayhouse, step: number): Promise<void> {
  await page.getByTestId('transport-step-input').fill(String(step));
  await page.getByTestId('transport-step-input').press('Enter');
  await expectStep(page, playhouse, step);
}
