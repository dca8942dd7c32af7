/** A worker that appends to a journal as fast as it is acknowledged, and says what was; it may be killed at any time. */
import { browserStorage } from '../../src/engine/live/storage/browser-storage.ts';

export interface WriterOptions {
  readonly run: string;
  /** Logs that are written at the same time. */
  readonly logs: number;
  readonly eventBytes: number;
  /** Hangs for ever, in the middle of it, after so many appends were acknowledged; 0: never. */
  readonly hangAfter: number;
}

export interface Acknowledged {
  readonly log: number;
  readonly sequence: number;
}

const BOUNDS = { idsMax: 100_000, eventsMax: 1_000_000 };

self.onmessage = async ({ data }: MessageEvent<WriterOptions>) => {
  const { run, logs, eventBytes, hangAfter } = data;
  const journal = browserStorage({ scenario: 'storage', run })('Store', BOUNDS);
  const padding = 'x'.repeat(eventBytes);
  let done = 0;
  const write = async (log: number): Promise<void> => {
    const id = `log ${log}`;
    const page = await journal.read(id, 0, 1);
    let sequence = page.ok ? page.value.sequence : 0;
    for (;;) {
      const stored = journal.append(id, sequence, 1, [{ kind: 'Added', n: sequence + 1, padding }]);
      if (hangAfter > 0 && done >= hangAfter) for (;;);
      const result = await stored;
      if (!result.ok) {
        self.postMessage({ error: result.error });
        return;
      }
      sequence = result.value;
      done++;
      self.postMessage({ log, sequence } satisfies Acknowledged);
    }
  };
  for (let log = 0; log < logs; log++) void write(log);
};
