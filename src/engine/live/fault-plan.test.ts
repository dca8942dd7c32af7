/** The faults of a scenario in a live run: at their time, in their order, and not while the run is paused. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PlannedFault } from '../../kernel/scenario.ts';
import { FaultPlan } from './fault-plan.ts';

const at = (atMs: number, path: string): PlannedFault => ({ atMs, fault: { kind: 'crash', path } });

describe('a fault plan', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A clock that stands still while it is paused, as the engine's does. */
  function planOf(faults: readonly PlannedFault[], slow: readonly string[] = []) {
    const done: string[] = [];
    let [sinceMs, beforeMs, isPaused] = [Date.now(), 0, false];
    const now = (): number => (isPaused ? beforeMs : beforeMs + Date.now() - sinceMs);
    const plan = new FaultPlan(faults, now, (fault) => {
      done.push(`${'path' in fault ? fault.path : ''}@${now()}`);
      return slow.includes('path' in fault ? fault.path : '') ? new Promise(() => undefined) : Promise.resolve();
    });
    return {
      plan,
      done,
      pause(): void {
        [beforeMs, isPaused] = [now(), true];
        plan.disarm();
      },
      resume(): void {
        [sinceMs, isPaused] = [Date.now(), false];
        plan.arm();
      },
    };
  }

  it('does each at its time, those of one time in the order of the plan', async () => {
    const { plan, done } = planOf([at(200, '/c'), at(100, '/a'), at(100, '/b')]);
    plan.arm();
    await vi.advanceTimersByTimeAsync(99);
    expect(done).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(done).toEqual(['/a@100', '/b@100', '/c@200']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits while the run is paused', async () => {
    const { plan, done, pause, resume } = planOf([at(100, '/a')]);
    plan.arm();
    await vi.advanceTimersByTimeAsync(60);
    pause();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(done).toEqual([]);
    resume();
    await vi.advanceTimersByTimeAsync(39);
    expect(done).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(done).toEqual(['/a@100']);
  });

  it('catches up when the run has started late, and leaves nothing behind when it is over', async () => {
    const { plan, done } = planOf([at(10, '/a'), at(500, '/b')]);
    await vi.advanceTimersByTimeAsync(50);
    plan.arm();
    await vi.advanceTimersByTimeAsync(0);
    expect(done).toEqual(['/a@50']);
    plan.disarm();
    await vi.advanceTimersByTimeAsync(1_000);
    expect([done, vi.getTimerCount()]).toEqual([['/a@50'], 0]);
  });

  it('lets none wait for ever for the one before it', async () => {
    const { plan, done } = planOf([at(100, '/hangs'), at(100, '/b')], ['/hangs']);
    plan.arm();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(done).toEqual(['/hangs@100', '/b@350']);
  });

  it('stops at a pause, also between two of one time', async () => {
    const { plan, done, pause, resume } = planOf([at(100, '/hangs'), at(100, '/b')], ['/hangs']);
    plan.arm();
    await vi.advanceTimersByTimeAsync(200);
    pause();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(done).toEqual(['/hangs@100']);
    resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(done).toEqual(['/hangs@100', '/b@200']);
  });

  it('goes on after a time that is longer than a timer can be', async () => {
    const { plan, done } = planOf([at(2 ** 31, '/a')]);
    plan.arm();
    await vi.advanceTimersByTimeAsync(2 ** 31 - 1);
    expect(done).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(done).toEqual(['/a@2147483648']);
  });

  it('refuses what is no fault and no time before anything starts', () => {
    expect(() => planOf([at(-1, '/a')])).toThrow('faults.atMs must be');
    expect(() => planOf([{ atMs: 0, fault: { kind: 'flood', path: '/a', count: 0 } }])).toThrow('count must be');
  });
});
