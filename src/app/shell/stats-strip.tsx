/** The headline numbers. Rates and percentiles are of the last second; the others count from the start. */
import './stats-strip.css';
import { formatCount, formatMs, formatShort } from '../ui/format.ts';
import { useEvents, useSummary } from '../use-playground.ts';

export function StatsStrip() {
  const answered = useSummary((state) => formatShort(state.answeredPerSecond));
  const processed = useSummary((state) => formatShort(state.processedPerSecond));
  const p50 = useSummary((state) => formatMs(state.latency.p50));
  const p99 = useSummary((state) => formatMs(state.latency.p99));
  const deadLetters = useSummary((state) => state.deadLetters);
  const rejected = useSummary((state) => state.rejected);
  const restarts = useEvents((state) => state.restarts);
  return (
    <section className="stats-strip" aria-label="Headline numbers">
      <dl>
        <Stat
          name="Requests answered"
          shortName="Answered"
          value={`${answered}/s`}
          testId="stat-answered"
          hint="In the last second"
        />
        <Stat
          name="Turns"
          value={`${processed}/s`}
          testId="stat-processed"
          hint="Messages and signals handled in the last second, all workers"
        />
        <Stat
          name="P50 latency"
          shortName="P50"
          value={p50}
          testId="stat-p50"
          hint="Half of the requests of the last second were answered within this time, from their intended send time"
        />
        <Stat
          name="P99 latency"
          shortName="P99"
          value={p99}
          testId="stat-p99"
          hint="99 % of the requests of the last second were answered within this time, from their intended send time"
        />
        <Stat
          name="Dead letters"
          value={formatCount(deadLetters)}
          testId="stat-dead-letters"
          isAlarming={deadLetters > 0}
          hint="Messages that reached nobody, since the start"
        />
        <Stat
          name="Rejected"
          value={formatCount(rejected)}
          testId="stat-rejected"
          isAlarming={rejected > 0}
          hint="Requests refused without being tried, since the start"
        />
        <Stat
          name="Restarts"
          value={formatCount(restarts)}
          testId="stat-restarts"
          isAlarming={restarts > 0}
          hint="Of all actors, since the start"
        />
      </dl>
    </section>
  );
}

interface StatProps {
  readonly name: string;
  /** Where there is little room. */
  readonly shortName?: string;
  readonly value: string;
  readonly testId: string;
  readonly hint: string;
  readonly isAlarming?: boolean;
}

function Stat({ name, shortName = name, value, testId, hint, isAlarming = false }: StatProps) {
  return (
    <div className="stat" data-alarming={isAlarming || undefined} title={hint}>
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
