/**
 * What observation costs: the throughput of one load, seen as the page sees it with no panel open and with all of them, against
 * a runtime that samples nothing and that nobody looks at. The three take turns in one measurement, because the machine is
 * never the same for long. What the page needs for drawing is not in it.
 */
import type { LiveEngine } from '../../src/engine/live/live-engine.ts';
import { BIG } from './live/big.ts';
import { LiveRun, type LiveRunOptions } from './live-run.ts';
import { type Measurement, PLAYHOUSE, type Workload } from './workload.ts';

const TITLE = 'observation, of the throughput of big on one worker';
const TURNS = 5;

const VIEWS = ['none', 'closed', 'open'] as const;
type View = (typeof VIEWS)[number];

const OPTIONS: Readonly<Record<View, Omit<LiveRunOptions, 'scenario' | 'workers'>>> = {
  // It must be seen that the load is done, but not often.
  none: { isObserved: false, frameMs: 100 },
  closed: {},
  open: {},
};

/** As the page of the app with all its panels: whatever can be read, every frame. */
function lookerAt(engine: LiveEngine): () => void {
  engine.observe({ messages: true });
  let events = 0;
  let messages = 0;
  return () => {
    events = (engine.trace(events).at(-1)?.sequence ?? events - 1) + 1;
    messages = (engine.messages(messages).messages.at(-1)?.sequence ?? messages - 1) + 1;
  };
}

async function rateOf(view: View, size: number): Promise<number> {
  const { shape, scenario, workers } = BIG;
  const run = await LiveRun.start({ scenario, workers, ...OPTIONS[view] });
  try {
    const look = view === 'open' ? lookerAt(run.engine) : undefined;
    // Long enough for the runtime to find out how seldom it may sample.
    await run.run(size, look);
    const { elapsedMs, checksum } = await run.run(size, look);
    if (checksum !== shape.expected(size)) throw new Error(`Seen like this (${view}), the load came to ${checksum}.`);
    return shape.operations(size) / elapsedMs;
  } finally {
    await run.stop();
  }
}

type Seen = Exclude<View, 'none'>;

let parts = new Map<Seen, number>();

async function costOf(view: Seen, size: number): Promise<Measurement> {
  if (!parts.has(view)) parts = await compare(size);
  const amount = parts.get(view) as number;
  parts.delete(view);
  const expected = BIG.shape.expected(size);
  return { amount, checksum: expected, expected };
}

async function compare(size: number): Promise<Map<Seen, number>> {
  const rates: Record<View, number[]> = { none: [], closed: [], open: [] };
  for (let turn = 0; turn < TURNS; turn++) {
    for (const view of VIEWS) rates[view].push(await rateOf(view, size));
  }
  const median = (view: View): number => rates[view].sort((a, b) => a - b)[TURNS >> 1] as number;
  const lost = (view: Seen): number => 100 * (1 - median(view) / median('none'));
  return new Map<Seen, number>([
    ['closed', lost('closed')],
    ['open', lost('open')],
  ]);
}

function row(view: Seen, title: string, atMost: number): Workload {
  return {
    name: `${TITLE}: ${title}`,
    group: TITLE,
    system: `${PLAYHOUSE}, ${title}`,
    unit: '% of throughput',
    size: BIG.shape.size,
    runsMax: 3,
    goal: { atMost },
    run: (size) => costOf(view, size),
  };
}

export const OBSERVATION_WORKLOADS: readonly Workload[] = [
  row('closed', 'no panel open', 2),
  row('open', 'all panels open', 10),
];
