/**
 * The page behind storage.html: `window.storage` opens a live engine whose actors store what they do, journals of its own on
 * the same storage, and workers that write until they are killed.
 */
import { handleOf } from '../../src/app/bridge/worker-handle.ts';
import { LiveEngine } from '../../src/engine/live/live-engine.ts';
import {
  browserStorage,
  clearStoredJournals,
  type StoredJournalView,
  storedJournals,
} from '../../src/engine/live/storage/browser-storage.ts';
import type { ErrorReport } from '../../src/kernel/errors.ts';
import type { JournalStorage } from '../../src/kernel/journal-storage.ts';
import { storageScenario } from './storage-scenario.ts';
import type { Acknowledged, WriterOptions } from './storage-writer.ts';

interface Kill {
  /** Highest number that the worker said was stored, by log. */
  readonly acknowledged: readonly number[];
  /** What is there afterwards: numbers of events from 1 without gaps, or what is wrong. */
  readonly stored: readonly (number | string)[];
  /** From the kill (or the beginning of the hang) to the first append of a successor. */
  readonly successorMs: number;
}

interface Throughput {
  readonly logs: number;
  readonly appends: number;
  readonly perSecond: number;
}

declare global {
  interface Window {
    storage: {
      engine: LiveEngine;
      /** Ends the engine before and starts another one. */
      open(options: { readonly run: string; readonly accounts: number }): Promise<void>;
      journal(run: string): JournalStorage;
      stored(): Promise<readonly StoredJournalView[]>;
      clear(run: string): Promise<ErrorReport | null>;
      /** Lets a worker write, and kills it after so many appends, or while it hangs. */
      kill(options: WriterOptions & { readonly after: number }): Promise<Kill>;
      /** Acknowledged appends of one worker in a second. */
      throughput(options: WriterOptions & { readonly ms: number }): Promise<Throughput>;
    };
  }
}

const BOUNDS = { idsMax: 100_000, eventsMax: 1_000_000 };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function startWriter(options: WriterOptions) {
  const worker = new Worker(new URL('./storage-writer.ts', import.meta.url), { type: 'module' });
  const acknowledged = Array.from({ length: options.logs }, () => 0);
  const seen = { total: 0, error: undefined as ErrorReport | undefined };
  worker.onmessage = ({ data }: MessageEvent<Acknowledged & { readonly error?: ErrorReport }>) => {
    if (data.error === undefined) {
      acknowledged[data.log] = data.sequence;
      seen.total++;
    } else seen.error = data.error;
  };
  worker.postMessage(options);
  return { worker, acknowledged, seen };
}

async function reach(seen: { readonly total: number; readonly error: ErrorReport | undefined }, total: number) {
  while (seen.total < total) {
    if (seen.error !== undefined) throw new Error(`${seen.error.code}: ${seen.error.message}`);
    await pause(1);
  }
}

async function numbersOf(journal: JournalStorage, id: string): Promise<number | string> {
  let last = 0;
  for (;;) {
    const page = await journal.read(id, last, 1_000);
    if (!page.ok) return page.error.message;
    for (const { sequence, event } of page.value.events) {
      if (sequence !== last + 1 || (event as { readonly n: number }).n !== sequence)
        return `after ${last}: ${sequence}`;
      last = sequence;
    }
    if (last === page.value.sequence) return journal.damages[0] ?? last;
    if (page.value.events.length === 0) return `${last} of ${page.value.sequence}`;
  }
}

window.storage = {
  engine: undefined as unknown as LiveEngine,
  async open({ run, accounts }) {
    await this.engine?.stop();
    this.engine = new LiveEngine({
      scenario: storageScenario(accounts),
      parameters: {},
      workers: 3,
      seed: 1,
      run,
      createWorker: () => handleOf(new Worker(new URL('./storage-worker.ts', import.meta.url), { type: 'module' })),
    });
    await this.engine.start();
  },
  journal: (run) => browserStorage({ scenario: 'storage', run })('Store', BOUNDS),
  stored: () => storedJournals(),
  async clear(run) {
    const result = await clearStoredJournals({ run });
    return result.ok ? null : result.error;
  },
  async kill({ after, ...options }) {
    const { worker, acknowledged, seen } = startWriter(options);
    await reach(seen, options.hangAfter > 0 ? options.hangAfter : after);
    if (options.hangAfter > 0) await pause(100);
    else worker.terminate();
    const startMs = performance.now();
    const journal = this.journal(options.run);
    const first = await journal.append('successor', 0, 2, ['x']);
    const successorMs = performance.now() - startMs;
    if (!first.ok) throw new Error(`${first.error.code}: ${first.error.message}`);
    const stored = await Promise.all(acknowledged.map((_, log) => numbersOf(journal, `log ${log}`)));
    worker.terminate();
    return { acknowledged, stored, successorMs };
  },
  async throughput({ ms, ...options }) {
    const { worker, seen } = startWriter(options);
    await reach(seen, options.logs * 4);
    const [before, startMs] = [seen.total, performance.now()];
    await pause(ms);
    const appends = seen.total - before;
    const perSecond = Math.round((appends / (performance.now() - startMs)) * 1_000);
    worker.terminate();
    return { logs: options.logs, appends, perSecond };
  },
};
