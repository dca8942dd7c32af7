/** However long a run goes on, what is kept of it is bounded. */
import { describe, expect, it } from 'vitest';
import { actor } from '../../kernel/definition.ts';
import { t } from '../../kernel/schema.ts';
import { checkout } from '../../scenarios/checkout/scenario.ts';
import { SIMULATION_LIMITS } from '../simulation.ts';
import { Branch, MARKS_MAX } from './branches.ts';
import { inspectActor } from './inspection.ts';
import { KEYFRAMES_MAX, Keyframes, OBJECTS_MAX } from './keyframes.ts';
import { readSimulation } from './reading.ts';
import { textOf } from './run-hash.ts';
import { Simulator } from './simulator.ts';
import { CHUNK_STEPS, CHUNKS_MAX, StepLog } from './step-log.ts';
import { stepsOf } from './steps.ts';
import type { SystemSnapshot } from './system-snapshot.ts';
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

describe('keyframes', () => {
  const SPACING = 1_024;
  /** As many as are asked for, one after another; what a keyframe looks at is there. */
  function filled(count: number, objects: number) {
    const keyframes = new Keyframes();
    const steps = Array.from({ length: count }, (_, number) => number * SPACING);
    for (const step of steps) {
      const snapshot = { step, stepMs: step, objects, observations: { events: { count: 0 } } };
      keyframes.add({ branch: 0, snapshot: snapshot as SystemSnapshot });
    }
    return { keyframes, kept: steps.filter((step) => keyframes.at(0, step) !== undefined) };
  }

  it('are so many at most: the start, the latest ones, and some between', () => {
    const { keyframes, kept } = filled(400, 10);
    expect(keyframes.count).toBe(KEYFRAMES_MAX);
    expect(kept).toHaveLength(KEYFRAMES_MAX);
    expect(kept[0]).toBe(0);
    expect(kept.slice(-20)).toEqual(Array.from({ length: 20 }, (_, number) => (380 + number) * SPACING));
    const gaps = kept.slice(1).map((step, index) => step - (kept[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(40 * SPACING);
  });

  it('hold so many objects at most, also where each holds many', () => {
    const objects = 100_000;
    const { kept } = filled(300, objects);
    expect(kept).toHaveLength(OBJECTS_MAX / objects);
    expect(kept[0]).toBe(0);
    expect(kept.slice(-3)).toEqual([297, 298, 299].map((number) => number * SPACING));
    // Two are needed wherever one is, however much they hold.
    expect(filled(5, OBJECTS_MAX).kept).toEqual([0, 4 * SPACING]);
  });
});

describe('the log of steps', () => {
  const blank = {
    atMs: 0,
    sentMs: 0,
    arrivedMs: 0,
    slowMs: 0,
    busyMs: 0,
    kind: 0,
    worker: 0,
    marks: 0,
    lifeline: 0,
    sender: 0,
    label: 0,
    cause: 0,
  };

  it('keeps so many steps: those that are near to the latest one that was written', () => {
    const log = new StepLog();
    const count = CHUNKS_MAX + 20;
    const steps = Array.from({ length: count }, (_, number) => number * CHUNK_STEPS + 1);
    for (const step of steps) log.write({ ...blank, step, atMs: step });
    const kept = (): readonly number[] => steps.filter((step) => log.read(step) !== undefined);
    expect(kept()).toEqual(steps.slice(-CHUNKS_MAX));
    expect(log.read(steps.at(-1) ?? 0)?.atMs).toBe(steps.at(-1));
    // Looking at the start again costs what is furthest from it.
    log.write({ ...blank, step: 1 });
    expect(kept()).toEqual([1, ...steps.slice(-CHUNKS_MAX, -1)]);
  });
});

describe('marks of a branch', () => {
  it('are the first ones', () => {
    const branch = new Branch('trunk', -1, 1);
    for (let step = 1; step <= MARKS_MAX + 100; step++) branch.note(step, 1);
    expect(branch.markSteps).toHaveLength(MARKS_MAX);
    expect(branch.markBits).toHaveLength(MARKS_MAX);
    expect(branch.markSteps.at(-1)).toBe(MARKS_MAX);
    expect(branch.markedUpTo).toBe(MARKS_MAX + 100);
  });
});
