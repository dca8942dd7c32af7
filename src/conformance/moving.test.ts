/** The conformance cases while actors move from worker to worker all the time: nobody may notice. */
import { it } from 'vitest';
import { CASES } from './cases.ts';
import { startVirtual } from './virtual-driver.ts';

const SEEDS = [1, 2];

// Who is lost with a worker depends on who is there.
const MOVED = CASES.filter(({ id }) => !id.startsWith('W-'));

it.each(MOVED.map((one) => ({ id: one.id, title: one.title, one })))(
  '$id $title',
  { timeout: 60_000 },
  async ({ one }) => {
    for (const moves of SEEDS) await one.run(startVirtual(one, moves));
  },
);
