/** A close look at an actor shows the same, whether or not the step that is shown was its own. */
import { expect, test } from 'vitest';
import { checkout } from '../../scenarios/checkout/scenario.ts';
import { inspectActor } from './inspection.ts';
import { readSimulation } from './reading.ts';
import { Simulator } from './simulator.ts';

const SERVICE = '/shop/payments/service';
const DRIVING = { isPlaying: false, speed: 1, stopped: undefined, progress: undefined };

test('timers and mail of the actor whose step it is are shown', () => {
  const simulator = new Simulator({ scenario: checkout, parameters: {}, workers: 4, seed: 1 });
  const isItsTurn = (): boolean => readSimulation(simulator, DRIVING).current?.path === SERVICE;
  simulator.seek(3_000);
  while (!isItsTurn()) simulator.forward();
  const own = inspectActor(simulator, SERVICE);
  expect(own.changes).not.toEqual([]);
  expect(own.timers.map(({ key }) => key)).toContain('tick');
  // One step of somebody else later the same timers are set.
  while (isItsTurn()) simulator.forward();
  expect(inspectActor(simulator, SERVICE).timers).toEqual(own.timers);
});
