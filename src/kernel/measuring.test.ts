/** Queue and service times under a clock that moves only when a test or a handler moves it. */
import { describe, expect, it } from 'vitest';
import { actor } from './definition.ts';
import { Kernel } from './kernel.ts';
import type { MeasuredTurn } from './measuring.ts';
import type { AnyMessage, Ref } from './ref.ts';
import { t } from './schema.ts';
import { setSlow } from './slow.ts';
import { spawnRoot } from './spawn.ts';
import { TestSystem } from './testdata/test-system.ts';

const clock = { ms: 0, reads: 0 };
let turns: MeasuredTurn[] = [];
let shorts: { readonly serviceMs: number; readonly weight: number }[] = [];

const Worker = actor('Worker', {
  protocol: { Work: { ms: t.float64 }, Put: {}, Take: {} },
  state: () => ({}),
  on: {
    Work: (_, { ms }) => {
      clock.ms += ms;
    },
    Put: (_, message, ctx) => ctx.stash(message),
    Take: (_, _message, ctx) => ctx.unstash(),
  },
});

const Ranked = actor('Ranked', {
  protocol: { Work: { ms: t.float64 } },
  mailbox: { capacity: 3, overflow: 'drop-oldest', priority: ({ ms }) => ms },
  state: () => ({}),
  on: {
    Work: (_, { ms }) => {
      clock.ms += ms;
    },
  },
});

const Narrow = actor('Narrow', {
  protocol: { Work: { ms: t.float64 } },
  mailbox: { capacity: 2, overflow: 'drop-oldest' },
  state: () => ({}),
  on: { Work: () => undefined },
});

const Batched = actor('Batched', {
  protocol: { Work: { ms: t.float64 } },
  state: () => ({}),
  on: {
    Work: {
      upTo: 10,
      handle: (_, messages) => {
        for (const { ms } of messages) clock.ms += ms;
      },
    },
  },
});

/** One actor, which hears of everything as if it came from another worker: the kernel samples all of that. */
function start(behavior: string): { kernel: Kernel; send: (...ms: number[]) => void; ref: Ref } {
  Object.assign(clock, { ms: 0, reads: 0 });
  turns = [];
  shorts = [];
  const system = new TestSystem([Worker, Ranked, Narrow, Batched]);
  const meter = {
    clock: () => {
      clock.reads++;
      return clock.ms;
    },
    chance: () => 0.5,
    record: (turn: MeasuredTurn) => void turns.push(turn),
    recordShort: (_: Ref, serviceMs: number, weight: number) => void shorts.push({ serviceMs, weight }),
  };
  const kernel = new Kernel({ ...system['host'](0, 1), meter }, system.registry);
  const ref = spawnRoot(kernel, behavior, 'root', undefined);
  kernel.run(10, 10);
  const send = (...times: number[]): void => {
    for (const ms of times) arrive(kernel, ref, { kind: 'Work', ms } as AnyMessage);
  };
  return { kernel, ref, send };
}

function arrive(kernel: Kernel, ref: Ref, message: AnyMessage): void {
  const cell = kernel.cellOf(ref);
  if (cell === undefined) throw new Error('the actor is gone');
  kernel.enqueue(cell, message, 7);
  kernel.measuring?.arrived(cell, message, 7);
}

function times(): readonly (readonly [queueMs: number, serviceMs: number])[] {
  return turns.map(({ queueMs, serviceMs }) => [queueMs, serviceMs] as const);
}

describe('queue and service time', () => {
  it('are exact where turns are long enough for the clock', () => {
    const { kernel, send } = start('Worker');
    send(3, 5);
    clock.ms += 10;
    kernel.run(100, 100);
    expect(times()).toEqual([
      [10, 3],
      [13, 5],
    ]);
    expect(turns[0]).toMatchObject({ sender: 7, weight: 1, sinceMs: 0 });
    expect(kernel.registry.kinds[turns[0]?.kind ?? -1]?.kind).toBe('Work');
  });

  it('of short turns are their average, once there are enough of them for the clock', () => {
    const { kernel, send } = start('Worker');
    kernel.measuring?.setRates(1, 4);
    // Of each batch of five the first is watched, and the fourth after it; the others count for their neighbour.
    for (let batch = 0; batch < 6; batch++) {
      expect(shorts).toEqual([]);
      send(0.02, 0.02, 0.02, 0.02, 0.02);
      kernel.run(100, 100);
    }
    expect(turns.every(({ serviceMs, queueMs }) => Number.isNaN(serviceMs) && queueMs < 0.1)).toBe(true);
    expect(shorts).toEqual([{ serviceMs: expect.closeTo(0.02, 9), weight: turns.length * 4 }]);
  });

  it('do not average a long turn away among short ones', () => {
    const { kernel, send } = start('Worker');
    kernel.measuring?.setRates(1, 100);
    send(50, 0.001, 0.001, 0.001);
    kernel.run(100, 100);
    expect(times()).toEqual([[0, 50]]);
  });

  it('of an actor that a fault slows down have the pause in the service', () => {
    const { kernel, send, ref } = start('Worker');
    const cell = kernel.cellOf(ref);
    if (cell === undefined) throw new Error('the actor is gone');
    setSlow(kernel, cell, 20);
    send(2);
    kernel.run(100, 100);
    clock.ms += 50;
    kernel.advance(clock.ms);
    kernel.run(100, 100);
    expect(times()).toEqual([[30, 22]]);
  });

  it('are known in a mailbox with an order of its own', () => {
    const { kernel, send } = start('Ranked');
    send(1, 3, 2);
    clock.ms += 10;
    kernel.run(100, 100);
    expect(times()).toEqual([
      [10, 3],
      [13, 2],
      [15, 1],
    ]);
  });

  it('are not those of messages that were dropped, nor lost because of them', () => {
    const { kernel, send } = start('Narrow');
    send(0, 0, 0, 0, 0);
    clock.ms += 7;
    kernel.run(100, 100);
    expect(turns.map(({ queueMs }) => queueMs)).toEqual([7, 7]);
    expect(kernel.deadLetters.count).toBe(3);
  });

  it('of messages that are handled together: each one waits, one has the turn', () => {
    const { kernel, send } = start('Batched');
    send(1, 1, 1);
    clock.ms += 4;
    kernel.run(100, 100);
    expect(turns.map(({ queueMs }) => queueMs)).toEqual([4, 4, 4]);
    expect(turns.map(({ serviceMs }) => serviceMs).filter((ms) => !Number.isNaN(ms))).toEqual([3]);
  });

  it('of a message that is put aside are those of its first turn', () => {
    const { kernel, ref } = start('Worker');
    arrive(kernel, ref, { kind: 'Put' } as AnyMessage);
    clock.ms += 4;
    kernel.run(100, 100);
    arrive(kernel, ref, { kind: 'Take' } as AnyMessage);
    clock.ms += 2;
    kernel.run(100, 1);
    expect(turns.map(({ queueMs }) => queueMs)).toEqual([4, 2]);
  });
});

describe('what is watched', () => {
  it('is bounded, and stands for what is not: long waits are not missing', () => {
    const { kernel, send } = start('Worker');
    send(...Array.from({ length: 1_000 }, () => 0.5));
    for (let round = 0; round < 200; round++) kernel.run(10, 10);
    const weights = turns.reduce((sum, { weight }) => sum + weight, 0);
    expect(turns.length).toBeLessThanOrEqual(64);
    expect(turns.length).toBeGreaterThan(20);
    expect(Math.abs(weights - 1_000)).toBeLessThan(100);
    // Half of them waited for longer than half of the time that all of them took.
    const late = turns.filter(({ queueMs }) => queueMs > 250).reduce((sum, { weight }) => sum + weight, 0);
    expect(Math.abs(late / weights - 0.5)).toBeLessThan(0.1);
  });

  it('costs no look at the clock where nothing is watched', () => {
    const { kernel, send } = start('Worker');
    kernel.measuring?.setRates(1, 1_000_000);
    send(0);
    kernel.run(100, 100);
    const { reads } = clock;
    send(...Array.from({ length: 500 }, () => 0));
    for (let round = 0; round < 20; round++) kernel.run(100, 100);
    expect(clock.reads).toBe(reads);
  });

  it('is forgotten with its actor', () => {
    const { kernel, ref, send } = start('Worker');
    send(1, 1);
    const cell = kernel.cellOf(ref);
    kernel.receiveSignal(ref, { type: 'stop', reason: 'shutdown', forced: false });
    kernel.run(100, 100);
    expect(cell?.watched).toBeUndefined();
    expect(turns).toEqual([]);
  });
});
