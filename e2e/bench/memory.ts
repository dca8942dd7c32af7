/** What memory the page and all its workers have in use, after a collection. */

interface MemoryPerformance {
  measureUserAgentSpecificMemory?(): Promise<{ readonly bytes: number }>;
}

/** Undefined where the browser does not tell. Chromium tells at once only with a flag: see bench.mjs. */
export async function bytesNow(): Promise<number | undefined> {
  const measured = await (performance as MemoryPerformance).measureUserAgentSpecificMemory?.();
  return measured?.bytes;
}

/** Chromium asks a worker that is just ending too, and waits a minute for its answer. */
const ENDING_MS = 1_000;

/** Until the workers of earlier runs are gone. */
export function untilWorkersEnded(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ENDING_MS));
}
