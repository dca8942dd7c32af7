/**
 * How long the selected actor's messages wait and how long its turns take: over the last ten seconds of a live run, over the
 * latest steps of a simulated one. Asked for twice a second, and only while it is on screen.
 */
import { useEffect, useState } from 'react';
import type { ActorTimes as Times } from '../../engine/engine.ts';
import { TIME_UNITS_PER_MS } from '../../kernel/measuring.ts';
import { type LatencySummary, NO_LATENCY, summarize } from '../stores/latency-window.ts';
import { formatCount } from '../ui/format.ts';
import { PercentileTable } from '../ui/percentile-table.tsx';
import { useIsSimulated, usePlayground, useRun, useSimulation, useSummary } from '../use-playground.ts';

const REFRESH_MS = 500;
const WINDOW_MS = 10_000;

interface Shown {
  readonly queue: LatencySummary;
  readonly service: LatencySummary;
  readonly text: string;
}

type Measured = Extract<Times, { readonly kind: 'measured' }>;

/** Timers and answers to asks are turns, too, and more than that for some actors. */
const NONE = 'None of its messages has been measured so far; timers and answers to what it asked never are.';
const NOTHING: Shown = { queue: NO_LATENCY, service: NO_LATENCY, text: NONE };

export function ActorTimes({ path, worker }: { readonly path: string; readonly worker: number }) {
  const shown = useTimes(path);
  const isSimulated = useIsSimulated();
  const every = useSummary((state) => state.workers[worker]?.measuredEvery ?? 1);
  const rate = isSimulated
    ? 'all of them measured'
    : every > 1
      ? `1 in ${formatCount(every)} is measured`
      : 'all measured';
  return (
    <div className="actor-times" data-testid="actor-times">
      <PercentileTable
        caption={isSimulated ? 'Times of its latest messages' : 'Times of the last 10 seconds'}
        testId="actor-times-table"
        rows={[
          { name: 'Queue', hint: 'How long its messages waited.', times: shown.queue, testId: 'queue' },
          { name: 'Service', hint: 'How long its turns took.', times: shown.service, testId: 'service' },
        ]}
      />
      <p className="actor-times-note number" data-testid="actor-times-note">
        {shown.text} {shown.queue.count > 0 && `· ${rate}`}
      </p>
    </div>
  );
}

function useTimes(path: string): Shown {
  const { run, summary } = usePlayground();
  const engine = useRun((state) => (state.phase === 'ready' ? state.engine : undefined));
  const isSimulated = useIsSimulated();
  // A simulated run that stands still has the same times, until it is somewhere else.
  const step = useSimulation((state) => (state.reading?.isPlaying === false ? state.reading.step : -1));
  const [shown, setShown] = useState<Shown>(NOTHING);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another step is another answer.
  useEffect(() => {
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const before: { readonly atMs: number; readonly times: Measured }[] = [];
    async function refresh(): Promise<void> {
      let next = NOTHING;
      try {
        const times = await run.engine().times(path);
        next = times.kind === 'measured' ? windowOf(times) : reasonOf(times);
      } catch {
        // It has just stopped; the panel around this says so.
      }
      if (!isCurrent) return;
      setShown(next);
      timer = setTimeout(refresh, REFRESH_MS);
    }
    function windowOf(times: Measured): Shown {
      const { atMs } = summary.store.getState();
      if (isSimulated) return shownOf(times, undefined);
      before.push({ atMs, times });
      while ((before[1]?.atMs ?? Number.POSITIVE_INFINITY) <= atMs - WINDOW_MS) before.shift();
      // Within the first ten seconds of looking: since the actor was started.
      const first = before[0];
      return shownOf(times, first !== undefined && first.atMs <= atMs - WINDOW_MS ? first.times : undefined);
    }
    if (engine !== undefined) void refresh();
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [path, engine, run, summary, isSimulated, step]);

  return shown;
}

function shownOf(now: Measured, before: Measured | undefined): Shown {
  const samples = now.samples - (before?.samples ?? 0);
  return {
    queue: summarize(difference(now.queueCounts, before?.queueCounts), TIME_UNITS_PER_MS),
    service: summarize(difference(now.serviceCounts, before?.serviceCounts), TIME_UNITS_PER_MS),
    text: samples > 0 ? `${formatCount(samples)} ${samples === 1 ? 'sample' : 'samples'}` : 'Nothing was measured.',
  };
}

function difference(now: Float64Array, before: Float64Array | undefined): Float64Array {
  return before === undefined ? now : now.map((count, bucket) => Math.max(0, count - (before[bucket] ?? 0)));
}

function reasonOf(times: Exclude<Times, Measured>): Shown {
  if (times.kind === 'none') return NOTHING;
  const text = `No times of its own: ${formatCount(times.actorsMax)} actors can have some, and others were there before it.`;
  return { ...NOTHING, text };
}
