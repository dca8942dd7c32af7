/** Pause or resume, whichever makes sense now; what is refused is shown by the run store. */
import type { Playground } from '../playground.ts';

export async function togglePause({ run, summary, loop }: Playground): Promise<void> {
  const { status } = summary.store.getState();
  try {
    if (status === 'running') await run.pause();
    else if (status === 'paused') await run.resume();
    await loop.settled();
  } catch {
    // Kept by the run store.
  }
}
