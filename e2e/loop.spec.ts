/** The loop of a worker and its rings under load, and with the smallest and strangest figures that can be set. */
import type { Page } from '@playwright/test';
import type { LiveSettings } from '../src/engine/live-settings.ts';
import { expect, test } from './fixtures.ts';

interface Done {
  readonly checksum: number;
  readonly deadLetters: number;
  /** How long each control call took that was made meanwhile. */
  readonly callsMs: readonly number[];
}

/** Sends numbered messages from one worker to another, and asks for the receiver's state again and again meanwhile. */
function stream(page: Page, size: number, settings: Partial<LiveSettings>): Promise<Done> {
  return page.evaluate(
    async ([count, figures]) => {
      await window.live.open({ behavior: 'stream-across', workers: 2, settings: figures });
      const { engine } = window.live;
      await engine.send('/root', { kind: 'Run', size: count } as { readonly kind: string });
      const callsMs: number[] = [];
      while (window.live.read().rejected === 0) {
        const sinceMs = performance.now();
        await engine.state('/root/counter');
        callsMs.push(performance.now() - sinceMs);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const { checksum } = (await engine.state('/root')) as { readonly checksum: number };
      return { checksum, deadLetters: window.live.read().deadLetters, callsMs };
    },
    [size, settings] as const,
  );
}

function sumTo(size: number): number {
  return (size * (size - 1)) / 2;
}

test.beforeEach(async ({ page, testPage }) => {
  await page.goto(testPage('live'));
});

test('control calls are answered while two million messages go from one worker to another', async ({ page }) => {
  const size = 2_000_000;
  const { checksum, deadLetters, callsMs } = await stream(page, size, {});
  expect({ checksum, deadLetters }).toEqual({ checksum: sumTo(size), deadLetters: 0 });
  expect(callsMs.length).toBeGreaterThanOrEqual(5);
});

const STRUCTURES: readonly { readonly name: string; readonly settings: Partial<LiveSettings> }[] = [
  { name: 'the smallest rings', settings: { ringSlots: 128 } },
  { name: 'one turn at a time', settings: { batch: 1, turnsPerRound: 1 } },
  { name: 'nobody looks before sleeping', settings: { spinsMax: 0 } },
  { name: 'always overloaded', settings: { runQueueMax: 1 } },
  { name: 'all of it', settings: { ringSlots: 128, batch: 1, turnsPerRound: 1, spinsMax: 0, runQueueMax: 1 } },
];

for (const { name, settings } of STRUCTURES) {
  test(`60,000 messages arrive once and in order: ${name}`, async ({ page }) => {
    const size = 60_000;
    const { checksum, deadLetters } = await stream(page, size, settings);
    expect({ checksum, deadLetters }).toEqual({ checksum: sumTo(size), deadLetters: 0 });
  });
}

test('what does not fit the outbox is a dead letter, and the sender goes on', async ({ page }) => {
  await page.evaluate(async () => {
    const settings = { ringSlots: 128, outboxSlotsMax: 64 };
    await window.live.open({ behavior: 'stream-across', workers: 2, settings });
    await window.live.engine.send('/root', { kind: 'Run', size: 60_000 } as { readonly kind: string });
  });
  await expect.poll(() => page.evaluate(() => window.live.read().deadLetters)).toBeGreaterThan(0);
  const reasons = await page.evaluate(() =>
    window.live.engine.trace().flatMap((event) => (event.type === 'dead-letter' ? [event.reason] : [])),
  );
  expect(new Set(reasons)).toEqual(new Set(['outbox-full']));
  expect(await page.evaluate(() => window.live.read().status)).toBe('running');
});

test('a mailbox holds what the run says when its behavior does not', async ({ page }) => {
  const capacity = await page.evaluate(async () => {
    await window.live.open({ behavior: 'ping-pong-across', workers: 2, settings: { mailboxCapacity: 77 } });
    return window.live.read().actors.map(({ mailboxCapacity }) => mailboxCapacity);
  });
  expect(capacity).toEqual([77, 77]);
});

test('what a worker does with its time adds up, and one that may not look does not', async ({ page }) => {
  for (const spinsMax of [0, 40_000]) {
    const shares = await page.evaluate(async (most) => {
      await window.live.open({
        behavior: 'Parent',
        args: { children: ['a'], from: 1 },
        workers: 2,
        settings: { spinsMax: most },
      });
      const before = window.live.read();
      await new Promise((resolve) => setTimeout(resolve, 300));
      const after = window.live.read();
      return after.workers.map(({ busyMs, spinMs, parkedMs, spins }, worker) => {
        const was = before.workers[worker] ?? { busyMs: 0, spinMs: 0, parkedMs: 0 };
        const sumMs = busyMs + spinMs + parkedMs - was.busyMs - was.spinMs - was.parkedMs;
        return { share: sumMs / (after.atMs - before.atMs), parkedMs: parkedMs - was.parkedMs, spinMs, spins };
      });
    }, spinsMax);
    for (const { share, parkedMs, spinMs, spins } of shares) {
      expect(share).toBeGreaterThan(0.9);
      expect(share).toBeLessThan(1.1);
      expect(parkedMs).toBeGreaterThan(0);
      if (spinsMax === 0) expect({ spinMs, spins }).toEqual({ spinMs: 0, spins: 0 });
      else expect(spins).toBeGreaterThan(0);
    }
  }
});
