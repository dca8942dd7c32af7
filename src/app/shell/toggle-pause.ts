/** Pause or go on, whichever makes sense now; a refusal is shown on the page. */
import type { SimulationReading } from '../../engine/simulation.ts';
import type { Playground } from '../playground.ts';

export async function togglePause({ run, summary, simulation, transport, loop }: Playground): Promise<void> {
  const { reading } = simulation.store.getState();
  const { status } = summary.store.getState();
  try {
    if (reading !== undefined) await (isBusy(reading) ? transport.pause() : transport.play());
    else if (status === 'running') await run.pause();
    else if (status === 'paused') await run.resume();
    await loop.settled();
  } catch (thrown) {
    run.showRefusal(thrown);
  }
}

/** Plays, or is on a long way to somewhere; either ends with a pause. */
export function isBusy({ isPlaying, progress }: SimulationReading): boolean {
  return isPlaying || progress !== undefined;
}
