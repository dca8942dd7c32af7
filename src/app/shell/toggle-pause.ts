/** Pause or resume, whichever makes sense now; a refusal is shown on the page. */
import type { Playground } from '../playground.ts';

export async function togglePause({ run, summary, loop }: Playground): Promise<void> {
  const { status } = summary.store.getState();
  try {
    if (status === 'running') await run.pause();
    else if (status === 'paused') await run.resume();
    await loop.settled();
  } catch (thrown) {
    run.showRefusal(thrown);
  }
}
