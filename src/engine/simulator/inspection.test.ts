/** A close look at an actor: what waits for it, what it waits for, and what its supervision has left. */
import { describe, expect, it, test } from 'vitest';
import { actor } from '../../kernel/definition.ts';
import type { AnyMessage } from '../../kernel/ref.ts';
import { t } from '../../kernel/schema.ts';
import { checkout } from '../../scenarios/checkout/scenario.ts';
import { inspectActor } from './inspection.ts';
import { readSimulation } from './reading.ts';
import { Simulator } from './simulator.ts';
import { stepsOf } from './steps.ts';
import { playTo, scenarioOf, start } from './testdata/small-actors.ts';

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

const Job = { Job: { n: t.int32 }, Keep: { n: t.int32 }, Question: { replyTo: t.ref({ Answer: {} }) } } as const;

/** Puts aside what it is to keep, works for as long as it is told, and never answers. */
const Desk = actor('Desk', {
  protocol: Job,
  state: () => ({ done: [] as number[] }),
  on: {
    Job(state, { n }, ctx) {
      state.done.push(n);
      if (n > 100) ctx.busy(n);
    },
    Keep: (_, message, ctx) => ctx.stash(message),
    Question: () => undefined,
  },
});
const Boss = actor('Boss', {
  protocol: { Go: {}, Beat: {} },
  supervision: { intensity: 2, periodMs: 100 },
  state: () => ({}),
  signals: {
    preStart(_, ctx) {
      ctx.spawn(Desk, { name: 'desk', placement: 1 });
      ctx.startTimer('go', { kind: 'Go' }, 10);
      // So that there is always something to come.
      ctx.startPeriodicTimer('beat', { kind: 'Beat' }, 1_000);
    },
  },
  on: {
    Beat: () => undefined,
    Go(_, __, ctx) {
      const desk = ctx.child('desk') as never;
      for (const n of [1, 2, 3]) ctx.tell(desk, { kind: n === 3 ? 'Keep' : 'Job', n } as never);
      ctx.ask(desk, { kind: 'Question' } as never, { reply: 'Answered', timeoutMs: 50 });
    },
  },
  replies: { Answered: () => undefined },
});
const FairBoss = actor('FairBoss', {
  protocol: { Beat: {} },
  supervision: { intensity: 2, periodMs: 100, budget: 'per_child' },
  state: () => ({}),
  signals: {
    preStart(_, ctx) {
      for (const name of ['a', 'b']) ctx.spawn(Desk, { name });
      ctx.startPeriodicTimer('beat', { kind: 'Beat' }, 1_000);
    },
  },
  on: { Beat: () => undefined },
});
const DESK = '/root/desk';

function working(toMs: number, act?: (simulator: Simulator) => void): Simulator {
  const simulator = start(scenarioOf(Boss, [Desk], { simulation: { latencyMs: 2 } }), { workers: 2 });
  playTo(simulator, 5);
  act?.(simulator);
  playTo(simulator, toMs);
  return simulator;
}

/** The turn in which the boss was told to go. */
function goStep(simulator: Simulator): number {
  return (
    stepsOf(simulator, 1, simulator.step + 1).find(({ label, kind }) => label === 'Go' && kind === 'message')?.step ?? 0
  );
}

describe('what waits', () => {
  it('is shown with what it says, who sent it in which step, and how long it has waited', () => {
    const simulator = working(17, (there) => there.inject({ kind: 'pause', path: DESK }));
    const { mailbox, mailboxTotal, stashed, state } = inspectActor(simulator, DESK);
    const cause = goStep(simulator);
    expect(cause).toBeGreaterThan(0);
    const common = { isSignal: false, from: '/root', cause, waitedMs: 5 };
    expect(mailbox).toEqual([
      { ...common, kind: 'Job', message: { kind: 'Job', n: 1 } },
      { ...common, kind: 'Job', message: { kind: 'Job', n: 2 } },
      { ...common, kind: 'Keep', message: { kind: 'Keep', n: 3 } },
      { ...common, kind: 'Question', message: { kind: 'Question', replyTo: expect.anything() } },
    ]);
    expect([mailboxTotal, stashed, state]).toEqual([4, 0, { done: [] }]);
  });

  it('of the system is first, and comes from nobody where a person sent it', () => {
    const simulator = working(11, (there) => there.send(DESK, { kind: 'Job', n: 200 } as AnyMessage));
    playTo(simulator, 20);
    simulator.inject({ kind: 'crash', path: DESK, errorKind: 'Odd', error: 'by hand' });
    const { mailbox, mailboxTotal } = inspectActor(simulator, DESK);
    const message = { type: 'crash', kind: 'Odd', error: 'by hand' };
    expect(mailbox[0]).toEqual({
      kind: 'crash',
      isSignal: true,
      message,
      from: '',
      cause: simulator.step,
      waitedMs: 0,
    });
    expect(mailbox.slice(1).map(({ kind }) => kind)).toEqual(['Job', 'Job', 'Keep', 'Question']);
    expect(mailboxTotal).toBe(5);
  });

  it('is counted where it was put aside, and where an answer is waited for', () => {
    const simulator = working(17);
    expect(inspectActor(simulator, DESK)).toMatchObject({ stashed: 1, asks: 0, mailbox: [], state: { done: [1, 2] } });
    const boss = inspectActor(simulator, '/root');
    expect(boss.asks).toBe(1);
    const beat = { key: 'beat', kind: 'Beat', dueMs: 1_000, periodMs: 1_000 };
    expect(boss.timers).toEqual([{ key: 'ask-timeout', kind: 'ask-timeout', dueMs: 60, periodMs: 0 }, beat]);
    playTo(simulator, 61);
    expect(inspectActor(simulator, '/root')).toMatchObject({ asks: 0, timers: [beat] });
  });
});

describe('the budget of a supervisor', () => {
  it('shrinks with each restart of a child, and is whole again when that was a period ago', () => {
    const simulator = working(8, (there) => there.inject({ kind: 'crash', path: DESK }));
    const left = () => inspectActor(simulator, '/root').budget;
    // The word of the failure has come at 7 ms.
    const common = { kind: 'per_supervisor', intensity: 2, periodMs: 100, leftByChild: [] };
    expect(left()).toEqual({ ...common, left: 1 });
    playTo(simulator, 106);
    expect(left()).toEqual({ ...common, left: 1 });
    playTo(simulator, 108);
    expect(left()).toEqual({ ...common, left: 2 });
    expect(inspectActor(simulator, DESK).budget).toBeUndefined();
  });

  it('is shown for each child where each has its own', () => {
    const simulator = start(scenarioOf(FairBoss, [Desk]));
    playTo(simulator, 5);
    simulator.inject({ kind: 'crash', path: '/root/a' });
    const left = () => inspectActor(simulator, '/root').budget;
    const common = { kind: 'per_child', intensity: 2, periodMs: 100, left: 2 };
    playTo(simulator, 105);
    const spent = [
      { child: 'a', left: 1 },
      { child: 'b', left: 2 },
    ];
    // To the very end of the period, as its supervisor counts.
    expect(left()).toEqual({ ...common, leftByChild: spent });
    playTo(simulator, 105.1);
    expect(left()?.leftByChild).toEqual(spent.map((one) => ({ ...one, left: 2 })));
  });
});
