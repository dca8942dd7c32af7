/** A processor does one turn at a time, for as long as it takes. */
import { describe, expect, it } from 'vitest';
import { actor } from '../../kernel/definition.ts';
import { t } from '../../kernel/schema.ts';
import type { Simulator } from './simulator.ts';
import { stepsOf } from './steps.ts';
import { parentOf, playTo, scenarioOf, start, stateOf } from './testdata/small-actors.ts';

/** Notes when it begins each of the messages that it has sent itself, which take so long each. */
function worker(name: string) {
  return actor(name, {
    protocol: { Work: { n: t.int32 }, Tick: {} },
    state: (args: { readonly busyMs: number; readonly count: number }) => ({
      ...args,
      atMs: [] as number[],
      ticks: [] as number[],
    }),
    signals: {
      preStart(state, ctx) {
        for (let n = 0; n < state.count; n++) ctx.tell(ctx.self, { kind: 'Work', n });
      },
    },
    on: {
      Work(state, _, ctx) {
        state.atMs.push(ctx.now());
        ctx.busy(state.busyMs);
        // Within the turn time has passed already.
        if (ctx.now() < (state.atMs.at(-1) ?? 0) + state.busyMs) throw new Error('time stands still');
      },
      Tick: (state, _, ctx) => void state.ticks.push(ctx.now()),
    },
  });
}

const A = worker('A');
const B = worker('B');
const times = (simulator: Simulator, path: string) => stateOf<{ atMs: number[] }>(simulator, path).atMs;
const args = (busyMs: number, count: number) => ({ busyMs, count });

describe('busy time', () => {
  it('keeps everybody on the same processor waiting, and nobody elsewhere', () => {
    for (const [other, together] of [
      [0, true],
      [1, false],
    ] as const) {
      const simulator = start(scenarioOf(parentOf([A, 0, args(10, 5)], [B, other, args(10, 5)]), [A, B]), {
        workers: 2,
      });
      playTo(simulator, 1_000);
      const all = [...times(simulator, '/root/a'), ...times(simulator, '/root/b')].toSorted((a, b) => a - b);
      const alone = [0, 10, 20, 30, 40];
      expect(all).toEqual(together ? [0, 10, 20, 30, 40, 50, 60, 70, 80, 90] : alone.flatMap((ms) => [ms, ms]));
    }
  });

  it('is in the record of the step, and a turn takes at least what the scenario says', () => {
    const scenario = scenarioOf(parentOf([A, 0, args(3, 2)]), [A], { simulation: { latencyMs: 0, turnMs: 2 } });
    const simulator = start(scenario);
    playTo(simulator, 100);
    // The start of the parent and its own come first.
    expect(times(simulator, '/root/a')).toEqual([6, 11]);
    expect(stepsOf(simulator, 1, 10).map(({ busyMs }) => busyMs)).toEqual([2, 2, 5, 5]);
  });

  it('is multiplied by a slow fault, whose pause comes on top of it', () => {
    const simulator = start(scenarioOf(parentOf([A, 0, args(10, 4)]), [A]));
    playTo(simulator, 5);
    simulator.inject({ kind: 'slow', path: '/root/a', delayMs: 4, factor: 2 });
    playTo(simulator, 200);
    // At 10 it pauses, then it works for 20, pauses, and so on.
    expect(times(simulator, '/root/a')).toEqual([0, 14, 38, 62]);
  });

  it('ends a hang of another actor at no other time than its own', () => {
    const simulator = start(scenarioOf(parentOf([A, 0, args(100, 3)], [B, 0, args(1, 1)]), [A, B]));
    playTo(simulator, 50);
    const busyPath = times(simulator, '/root/a').length > 0 ? '/root/a' : '/root/b';
    const idle = busyPath === '/root/a' ? '/root/b' : '/root/a';
    const { freeAtMs } = simulator.system.hosts[0] ?? { freeAtMs: 0 };
    expect(freeAtMs).toBeGreaterThan(50);
    simulator.inject({ kind: 'hang', path: idle, forMs: 0 });
    expect(simulator.system.hosts[0]?.freeAtMs).toBe(freeAtMs);
  });

  it('counts for the load of a processor', () => {
    const simulator = start(scenarioOf(parentOf([A, 0, args(10, 5)], [B, 1, args(1, 5)]), [A, B]), { workers: 2 });
    playTo(simulator, 1_000);
    expect(simulator.system.hosts.map(({ workedMs }) => workedMs)).toEqual([50, 5]);
  });
});

describe('a hang', () => {
  const hung = (forMs?: number): Simulator => {
    const simulator = start(scenarioOf(parentOf([A, 0, args(1, 0)], [B, 0, args(1, 0)]), [A, B]), { workers: 2 });
    playTo(simulator, 5);
    // Nothing is to happen, so that the clock stands still at 0.
    simulator.inject({ kind: 'hang', path: '/root/a', ...(forMs === undefined ? {} : { forMs }) });
    playTo(simulator, 6);
    simulator.send('/root/b', { kind: 'Work', n: 1 } as never);
    return simulator;
  };

  it('ends by itself after its time', () => {
    const simulator = hung(30);
    playTo(simulator, 100);
    expect(times(simulator, '/root/b')).toEqual([30]);
  });

  it('ends when it is taken back, and not before', () => {
    const simulator = hung();
    playTo(simulator, 5_000);
    expect(times(simulator, '/root/b')).toEqual([]);
    expect(simulator.isOver).toBe(true);
    simulator.inject({ kind: 'hang', path: '/root/a', forMs: 0 });
    const takenBackMs = simulator.clockMs;
    playTo(simulator, 6_000);
    expect(times(simulator, '/root/b')).toEqual([takenBackMs]);
  });

  it('ends with its processor', () => {
    const simulator = hung();
    simulator.inject({ kind: 'kill-worker', worker: 0 });
    playTo(simulator, 100);
    expect(simulator.system.stopCause).toBeUndefined();
    expect([...simulator.system.directory().keys()].sort()).toEqual(['/root', '/root/a', '/root/b']);
    expect(simulator.system.find('/root')?.cell.incarnation).toBe(2);
    simulator.send('/root/b', { kind: 'Work', n: 2 } as never);
    playTo(simulator, 200);
    expect(times(simulator, '/root/b')).toHaveLength(1);
  });
});
