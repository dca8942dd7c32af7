/** The headline numbers. Rates and percentiles are of the last second; the others count from the start. */
import './stats-strip.css';
import type { SummaryState } from '../stores/summary-store.ts';
import { formatCount, formatMs, formatShort } from '../ui/format.ts';
import { useSummary } from '../use-playground.ts';

export function StatsStrip() {
  const answered = useSummary((state) => rateText(state, state.answeredPerSecond));
  const failed = useSummary((state) => rateText(state, state.failedPerSecond));
  const isFailing = useSummary((state) => state.failedPerSecond > 0);
  const p50 = useSummary((state) => formatMs(state.latency.p50));
  const p99 = useSummary((state) => formatMs(state.latency.p99));
  const deadLetters = useSummary((state) => state.deadLetters);
  const rejected = useSummary((state) => state.rejected);
  const restarts = useSummary((state) => state.restarts);
  return (
    <section className="stats-strip" aria-label="Headline numbers">
      <dl>
        <Stat
          name="Answered"
          value={answered}
          testId="stat-answered"
          hint="Load requests that were answered in the last second."
        />
        <Stat
          name="Failed"
          value={failed}
          testId="stat-failed"
          alarm={isFailing ? 'bad' : undefined}
          hint="Load requests of the last second that ended in an error, a time-out or a refusal."
        />
        <Stat
          name="P50 latency"
          shortName="P50"
          value={p50}
          testId="stat-p50"
          hint="Half of the answered requests of the last second took at most this long, counted from when they were due."
        />
        <Stat
          name="P99 latency"
          shortName="P99"
          value={p99}
          testId="stat-p99"
          hint="99 % of the answered requests of the last second took at most this long, counted from when they were due."
        />
        <Stat
          name="Dead letters"
          value={formatCount(deadLetters)}
          testId="stat-dead-letters"
          alarm={deadLetters > 0 ? 'warn' : undefined}
          hint="Messages that reached nobody, since the start."
        />
        <Stat
          name="Rejected"
          value={formatCount(rejected)}
          testId="stat-rejected"
          alarm={rejected > 0 ? 'warn' : undefined}
          hint="Requests refused without being tried, since the start."
        />
        <Stat
          name="Restarts"
          value={formatCount(restarts)}
          testId="stat-restarts"
          alarm={restarts > 0 ? 'warn' : undefined}
          hint="Restarts of all actors, since the start."
        />
      </dl>
    </section>
  );
}

/** A stopped system has no rates, which is not the same as a rate of nothing. */
function rateText({ status }: SummaryState, perSecond: number): string {
  return status === 'stopped' ? '–' : `${formatShort(perSecond)}/s`;
}

interface StatProps {
  readonly name: string;
  /** Where there is little room. */
  readonly shortName?: string;
  readonly value: string;
  readonly testId: string;
  readonly hint: string;
  /** How much this number should worry; left out where it should not. */
  readonly alarm?: 'warn' | 'bad' | undefined;
}

function Stat({ name, shortName = name, value, testId, hint, alarm }: StatProps) {
  return (
    <div className="stat" data-alarm={alarm} title={hint}>
      <dt>
        <span className="stat-name">{name}</span>
        <span className="stat-short-name">{shortName}</span>
      </dt>
      <dd className="number" data-testid={testId}>
        {value}
      </dd>
    </div>
  );
}
