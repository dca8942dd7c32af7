/** However long a run goes on, it ends somewhere, and says so. */
import { expect, test } from 'vitest';
import { actor } from '../../kernel/definition.ts';
import { RUN_LIMITS } from '../../kernel/intervention.ts';
import { Driver } from './driver.ts';
import { scenarioOf, start } from './testdata/small-actors.ts';

const Endless = actor('Endless', {
  protocol: { Go: {} },
  state: () => ({}),
  signals: { preStart: (_, ctx) => ctx.startPeriodicTimer('go', { kind: 'Go' }, 1) },
  on: { Go: () => undefined },
});

/** So far that nobody can wait for it: ten steps before the last one. */
function nearTheEnd(): Driver {
  const simulator = start(scenarioOf(Endless));
  simulator.seek(10);
  simulator.system.step = RUN_LIMITS.stepsMax - 10;
  return new Driver(simulator);
}

const step = RUN_LIMITS.stepsMax;
const stopped = { because: 'over', step, text: expect.stringContaining(`${step}`) };

test('a run until something stops at the last step that a run can have', async () => {
  const driver = nearTheEnd();
  await driver.runUntil({ until: 'message', kind: 'Never' });
  expect(driver.simulator.step).toBe(step);
  expect(driver.driving).toMatchObject({ isPlaying: false, progress: undefined, stopped });
});

test('a playing run stops there too, and whoever plays on hears it again', async () => {
  const driver = nearTheEnd();
  driver.speed = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 2; round++) {
    driver.play();
    await expect.poll(() => driver.driving.isPlaying).toBe(false);
    expect(driver.simulator.step).toBe(step);
    expect(driver.driving).toMatchObject({ stopped });
  }
});
