/** However long a run goes on, what is kept of it is bounded. */
import { describe, expect, it } from 'vitest';
import { actor } from '../../kernel/definition.ts';
import { t } from '../../kernel/schema.ts';
import { checkout } from '../../scenarios/checkout/scenario.ts';
import { SIMULATION_LIMITS } from '../simulation.ts';
import { inspectActor } from './inspection.ts';
import { KEYFRAMES_MAX } from './keyframes.ts';
import { readSimulation } from './reading.ts';
import { textOf } from './run-hash.ts';
import { Simulator } from './simulator.ts';
import { stepsOf } from './steps.ts';
import { parentOf, playTo, scenarioOf, start } from './testdata/small-actors.ts';

const DRIVING = { isPlaying: false, speed: 1, stopped: undefined, progress: undefined };
const hashOf = (simulator: Simulator): string => textOf(simulator.system.recorder?.hash ?? { high: 0, low: 0 });

describe('what is kept', () => {
  it('keyframes: so many, dense where it was last, and every position can be had from them', () => {
    const simulator = new Simulator({ scenario: checkout, parameters: {}, workers: 4, seed: 1, actorRows: 4_096 });
    const hashes = new Map<number, string>();
    for (const step of [5_000, 100_000, 300_000, 400_000]) {
      simulator.seek(step);
      hashes.set(step, hashOf(simulator));
      expect(simulator.keyframes.count).toBeLessThanOrEqual(KEYFRAMES_MAX);
    }
    expect(simulator.keyframes.count).toBeGreaterThan(20);
    for (const [step, hash] of [...hashes].reverse()) {
      simulator.seek(step);
      expect(hashOf(simulator)).toBe(hash);
      expect(simulator.keyframes.count).toBeLessThanOrEqual(KEYFRAMES_MAX);
    }
    // A window of steps that are long gone is made again, whole.
    simulator.seek(400_000);
    const window = stepsOf(simulator, 100_000, 200_000);
    expect(window.map(({ step }) => step)).toEqual(
      Array.from({ length: SIMULATION_LIMITS.windowMax }, (_, index) => 100_000 + index),
    );
  }, 60_000);

  it('reports: the first ones', () => {
    const Liar = actor('Liar', {
      protocol: { Go: {}, Note: {} },
      onFailure: { '*': 'resume' },
      state: () => ({ n: 0 }),
      signals: { preStart: (_, ctx) => ctx.startPeriodicTimer('go', { kind: 'Go' }, 1) },
      on: {
        Go(state, _, ctx) {
          state.n++;
          const message = { kind: 'Note', [`field${state.n}`]: 1 } as Record<string, unknown>;
          ctx.tell(ctx.self, message as never);
          message[`field${state.n}`] = 2;
        },
        Note: () => undefined,
      },
    });
    const simulator = start(scenarioOf(parentOf([Liar, 0]), [Liar]));
    playTo(simulator, 60);
    expect(simulator.system.reports()).toHaveLength(SIMULATION_LIMITS.reportsMax);
    expect(new Set(simulator.system.reports().map(({ field }) => field)).size).toBe(SIMULATION_LIMITS.reportsMax);
  });

  it('lists of what waits and what is on its way: the first of them, and how many there are', () => {
    const Sink = actor('Sink', {
      protocol: { Drop: { n: t.int32 } },
      state: () => ({}),
      on: { Drop: () => undefined },
    });
    const Source = actor('Source', {
      protocol: { Go: {} },
      state: () => ({}),
      signals: {
        preStart(_, ctx) {
          ctx.spawn(Sink, { name: 'sink', placement: 1 });
          for (let n = 0; n < 900; n++) ctx.tell(ctx.child('sink') as never, { kind: 'Drop', n } as never);
          for (let n = 0; n < 70; n++) ctx.startTimer(`timer ${n}`, { kind: 'Go' }, 1_000 + n);
        },
      },
      on: { Go: () => undefined },
    });
    const simulator = start(scenarioOf(Source, [Sink], { simulation: { latencyMs: 5 } }), { workers: 2 });
    playTo(simulator, 1);
    const { inFlight, inFlightTotal } = readSimulation(simulator, DRIVING);
    expect(inFlight).toHaveLength(SIMULATION_LIMITS.inFlightMax);
    expect(inFlightTotal).toBe(901);
    expect(inFlight[1]).toMatchObject({ from: '/root', to: expect.any(String), kind: 'Drop', message: { n: 0 } });
    const { timers, timersTotal } = inspectActor(simulator, '/root');
    expect([timers.length, timersTotal]).toEqual([SIMULATION_LIMITS.timersShownMax, 70]);
    simulator.run(simulator.step + 3, 3, 5);
    const { mailbox, mailboxTotal } = inspectActor(simulator, '/root/sink');
    expect(mailbox.length).toBe(SIMULATION_LIMITS.mailboxShownMax);
    expect(mailboxTotal).toBe(898);
  });
});
