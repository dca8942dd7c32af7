/** What the network does to messages: how long they take, in which order they come, and what faults make of that. */
import { describe, expect, it } from 'vitest';
import { COLUMN } from '../../kernel/actor-table.ts';
import { actor } from '../../kernel/definition.ts';
import type { Fault } from '../../kernel/fault.ts';
import type { SimulationSettings } from '../../kernel/scenario.ts';
import { t } from '../../kernel/schema.ts';
import { readSimulation } from './reading.ts';
import type { Simulator } from './simulator.ts';
import { stepsOf } from './steps.ts';
import { photograph } from './testdata/photograph.ts';
import { playTo, scenarioOf, start, stateOf } from './testdata/small-actors.ts';

const Numbers = { Number: { n: t.int32 } } as const;

const Receiver = actor('Receiver', {
  protocol: { ...Numbers, Question: { n: t.int32, replyTo: t.ref(Numbers) } },
  state: () => ({ got: [] as number[], atMs: [] as number[] }),
  on: {
    Number(state, { n }, ctx) {
      state.got.push(n);
      state.atMs.push(ctx.now());
    },
    Question: (_, { n, replyTo }, ctx) => ctx.tell(replyTo, { kind: 'Number', n: n * 2 }),
  },
});

/** Sends the next number every ms, and every tenth as a question. */
const Sender = actor('Sender', {
  protocol: { Go: {} },
  state: (args: { readonly at: number }) => ({ ...args, n: 0, answers: [] as string[] }),
  signals: {
    preStart(state, ctx) {
      ctx.spawn(Receiver, { name: 'receiver', placement: state.at });
      ctx.startPeriodicTimer('go', { kind: 'Go' }, 1);
    },
  },
  on: {
    Go(state, _, ctx) {
      state.n++;
      const receiver = ctx.child('receiver') as never;
      if (state.n % 10 > 0) ctx.tell(receiver, { kind: 'Number', n: state.n } as never);
      else ctx.ask(receiver, { kind: 'Question', n: state.n } as never, { reply: 'Answered', timeoutMs: 50 });
    },
  },
  replies: {
    Answered(state, outcome) {
      state.answers.push(outcome.ok ? `${outcome.reply.n}` : outcome.error.code);
    },
  },
});

function running(at: number, simulation: SimulationSettings = { latencyMs: 0.5 }, seed = 1): Simulator {
  const scenario = scenarioOf(Sender, [Receiver], {
    simulation,
    root: { behavior: Sender, name: 'root', args: { at } },
  });
  return start(scenario, { workers: 2, seed });
}

const RECEIVER = '/root/receiver';
const got = (simulator: Simulator) => stateOf<{ got: number[]; atMs: number[] }>(simulator, RECEIVER);
const answers = (simulator: Simulator) => stateOf<{ answers: string[] }>(simulator, '/root').answers;
const letters = (simulator: Simulator) =>
  simulator.system.observations
    .slice()
    .flatMap((event) => (event.type === 'dead-letter' ? [`${event.path} ${event.kind} ${event.reason}`] : []));

/** Wherever the receiver lives. */
describe.each([
  ['on another worker', 1],
  ['on the same worker', 0],
] as const)('a receiver %s', (_, at) => {
  const travelMs = at === 1 ? 0.5 : 0;
  const faulty = (fault: Fault, toMs: number, seed = 1): Simulator => {
    const simulator = running(at, undefined, seed);
    playTo(simulator, 5.75);
    simulator.inject(fault);
    playTo(simulator, toMs);
    return simulator;
  };

  it('gets what was sent, after the latency', () => {
    const simulator = running(at);
    playTo(simulator, 21.75);
    expect(got(simulator).got).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21]);
    // The first one comes before the actor, which is on its way itself, has begun.
    expect(got(simulator).atMs.slice(1, 4)).toEqual([2, 3, 4].map((ms) => ms + travelMs));
    expect(answers(simulator)).toEqual(['20', '40']);
  });

  it('gets nothing of what is dropped, until that is taken back; each is a dead letter, and an ask times out', () => {
    const simulator = faulty({ kind: 'drop', to: RECEIVER, probability: 1 }, 12.75);
    expect(got(simulator).got).toEqual([1, 2, 3, 4, 5]);
    simulator.inject({ kind: 'drop', to: RECEIVER, probability: 0 });
    playTo(simulator, 14.75);
    expect(got(simulator).got).toEqual([1, 2, 3, 4, 5, 13, 14]);
    expect(letters(simulator)).toHaveLength(7);
    expect(new Set(letters(simulator))).toEqual(new Set([`${RECEIVER} Number lost`, `${RECEIVER} Question lost`]));
    expect(simulator.system.table.get(simulator.system.find(RECEIVER)?.cell.ref.id ?? -1, COLUMN.deadLetters)).toBe(7);
    playTo(simulator, 70);
    expect(answers(simulator)).toContain('ask-timeout');
  });

  it('has a worker that counts what comes from other workers, and nothing else', () => {
    const counts = (simulator: Simulator) => simulator.system.hosts.map(({ sent, received }) => [sent, received]);
    const before = counts(running(at));
    const simulator = faulty({ kind: 'delay', to: RECEIVER, probability: 1, delayMs: 1 }, 20.75);
    if (at === 0) expect(counts(simulator)).toEqual(before);
    else expect(counts(simulator)[1]).toEqual([expect.any(Number), expect.toSatisfy((count: number) => count > 15)]);
  });

  it('gets about as many as the probability says', () => {
    const simulator = faulty({ kind: 'drop', to: RECEIVER, from: '/root', probability: 0.25 }, 2_000);
    const share = got(simulator).got.length / 1_800;
    expect(share).toBeGreaterThan(0.72);
    expect(share).toBeLessThan(0.78);
  });

  it('is not concerned by what is between others', () => {
    const simulator = faulty({ kind: 'drop', to: RECEIVER, from: RECEIVER, probability: 1 }, 9.75);
    expect(got(simulator).got).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('gets twice what is duplicated, one after the other', () => {
    const simulator = faulty({ kind: 'duplicate', to: RECEIVER, probability: 1 }, 8.75);
    expect(got(simulator).got).toEqual([1, 2, 3, 4, 5, 6, 6, 7, 7, 8, 8]);
    playTo(simulator, 12);
    // One outcome, however often it is answered.
    expect(answers(simulator)).toEqual(['20']);
    expect(letters(simulator)).toEqual([expect.stringContaining('late-reply')]);
    // Both were sent when the sender sent them.
    const sentMs = stepsOf(simulator, 1, simulator.step + 1).flatMap((step) =>
      step.path === RECEIVER && step.label === 'Number' && step.atMs > 5.75 ? [step.sentMs] : [],
    );
    expect(sentMs.slice(0, 10)).toEqual([6, 6, 7, 7, 8, 8, 9, 9, 11, 11]);
  });

  it('gets later what is delayed, and in order, also after the fault', () => {
    const simulator = faulty({ kind: 'delay', to: RECEIVER, probability: 0.5, delayMs: 5 }, 100);
    simulator.inject({ kind: 'delay', to: RECEIVER, probability: 0, delayMs: 5 });
    playTo(simulator, 150);
    const { got: numbers, atMs } = got(simulator);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(numbers).toHaveLength(135);
    const waits = numbers.map((n, index) => (atMs[index] as number) - n - travelMs);
    expect(Math.max(...waits)).toBeCloseTo(5, 9);
    expect(waits.at(-1)).toBeCloseTo(0, 9);
  });

  it('gets out of order what is reordered, and loses nothing', () => {
    const simulator = faulty({ kind: 'reorder', to: RECEIVER, probability: 0.5, delayMs: 20 }, 500);
    simulator.inject({ kind: 'reorder', to: RECEIVER, probability: 0, delayMs: 1 });
    playTo(simulator, 550);
    const { got: numbers } = got(simulator);
    const sorted = numbers.toSorted((a, b) => a - b);
    expect(numbers).not.toEqual(sorted);
    expect(sorted).toEqual(Array.from({ length: 550 }, (_, n) => n + 1).filter((n) => n % 10 > 0));
  });

  it('is the same in every replay under any of them', () => {
    for (const kind of ['drop', 'duplicate', 'delay', 'reorder'] as const) {
      const simulator = faulty({ kind, to: RECEIVER, probability: 0.4, delayMs: 7 } as Fault, 300);
      simulator.seek(simulator.step);
      const there = photograph(simulator);
      simulator.seek(10);
      simulator.seek(there.step);
      expect(photograph(simulator)).toEqual(there);
    }
  });
});

describe('a message on its way', () => {
  function withOne(): { simulator: Simulator; message: number } {
    const simulator = running(1, { latencyMs: 10 });
    playTo(simulator, 15.25);
    const { inFlight } = readSimulation(simulator, {
      isPlaying: false,
      speed: 1,
      stopped: undefined,
      progress: undefined,
    });
    const found = inFlight.find(({ message }) => (message as { n?: number }).n === 15);
    expect(found).toMatchObject({ from: '/root', to: RECEIVER, kind: 'Number', sentMs: 15, arrivesMs: 25 });
    return { simulator, message: found?.id ?? 0 };
  }

  it('can be dropped', () => {
    const { simulator, message } = withOne();
    simulator.inject({ kind: 'in-flight', message, action: 'drop' });
    playTo(simulator, 27.25);
    expect(got(simulator).got.slice(-3)).toEqual([14, 16, 17]);
    expect(letters(simulator)).toEqual([`${RECEIVER} Number lost`]);
  });

  it('can come twice', () => {
    const { simulator, message } = withOne();
    simulator.inject({ kind: 'in-flight', message, action: 'duplicate' });
    playTo(simulator, 26.25);
    expect(got(simulator).got.slice(-4)).toEqual([14, 15, 15, 16]);
    const records = stepsOf(simulator, 1, simulator.step + 1).filter(
      ({ path, atMs }) => path === RECEIVER && atMs === 25,
    );
    expect(records.map(({ sentMs, from }) => [sentMs, from])).toEqual([
      [15, '/root'],
      [15, '/root'],
    ]);
  });

  it('can be held back', () => {
    const { simulator, message } = withOne();
    simulator.inject({ kind: 'in-flight', message, action: 'delay', delayMs: 3 });
    playTo(simulator, 28.25);
    expect(got(simulator).got.slice(-4)).toEqual([16, 17, 15, 18]);
  });

  it('is not lost or doubled when it is no message, but can be late', () => {
    const simulator = running(1, { latencyMs: 10 });
    simulator.run(1, 1, 0);
    const { id = 0, dueMs = 0 } = simulator.system.network.list(10).find(({ load }) => load.type === 'spawn') ?? {};
    for (const action of ['drop', 'duplicate'] as const) {
      expect(() => simulator.inject({ kind: 'in-flight', message: id, action })).toThrow(
        expect.objectContaining({ code: 'invalid-configuration', field: 'action' }),
      );
    }
    simulator.inject({ kind: 'in-flight', message: id, action: 'delay', delayMs: 5 });
    expect(simulator.system.network.find(id)?.dueMs).toBe(dueMs + 5);
  });

  it('cannot be touched once it has arrived', () => {
    const { simulator, message } = withOne();
    playTo(simulator, 40);
    expect(() => simulator.inject({ kind: 'in-flight', message, action: 'drop' })).toThrow(
      expect.objectContaining({ code: 'invalid-configuration', field: 'message' }),
    );
  });
});

describe('jitter', () => {
  it('varies how long messages take, within its bounds, and keeps their order (seeds 1 to 5)', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const simulator = running(1, { latencyMs: 2, jitterMs: 8 }, seed);
      playTo(simulator, 1_000);
      const { got: numbers, atMs } = got(simulator);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      expect(atMs).toEqual(atMs.toSorted((a, b) => a - b));
      const waits = numbers.map((n, index) => (atMs[index] as number) - n).slice(20);
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(2);
      expect(Math.max(...waits)).toBeLessThanOrEqual(10);
      expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(4);
    }
  });
});
