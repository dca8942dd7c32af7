/** The live engine's side of a kernel, as far as it can be seen without a worker. */
import { afterEach, expect, it, vi } from 'vitest';
import { IDS_PER_BLOCK } from '../../kernel/host.ts';
import { LIVE_SETTINGS } from '../live-settings.ts';
import { allocateSharedMemory } from './memory/layout.ts';
import { WorkerHost } from './worker-host.ts';

afterEach(() => void vi.restoreAllMocks());

it('burns the time that it is told to', () => {
  const host = new WorkerHost(allocateSharedMemory(1, IDS_PER_BLOCK), 0, 1, LIVE_SETTINGS, [], []);
  let nowMs = 0;
  // Each look at the clock takes a while.
  vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 100));
  const tookMs = (ms: number): number => {
    const fromMs = nowMs;
    host.busy(ms);
    return nowMs - fromMs;
  };
  expect(tookMs(0)).toBeLessThan(300);
  expect(Math.abs(tookMs(3_000) - 3_000)).toBeLessThan(300);
  expect(Math.abs(tookMs(60_000) - 60_000)).toBeLessThan(300);
});
