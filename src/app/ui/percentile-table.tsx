/** Percentiles of several kinds of time, one row each. A dash where nothing was measured. */
import './percentile-table.css';
import type { LatencySummary } from '../stores/latency-window.ts';
import { formatTime } from './format.ts';

export interface PercentileRow {
  readonly name: string;
  readonly hint: string;
  readonly times: LatencySummary;
  readonly testId: string;
}

export interface PercentileTableProps {
  readonly caption: string;
  readonly testId: string;
  readonly rows: readonly PercentileRow[];
}

const COLUMNS = [
  { key: 'p50', name: 'P50' },
  { key: 'p95', name: 'P95' },
  { key: 'p99', name: 'P99' },
  { key: 'p999', name: 'P99.9' },
] as const;

export function PercentileTable({ caption, testId, rows }: PercentileTableProps) {
  return (
    <table className="percentile-table" data-testid={testId}>
      <caption>{caption}</caption>
      <thead>
        <tr>
          <td />
          {COLUMNS.map(({ key, name }) => (
            <th key={key} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, hint, times, testId: rowId }) => (
          <tr key={name} title={hint} data-testid={`${testId}-${rowId}`}>
            <th scope="row">{name}</th>
            {COLUMNS.map(({ key }) => (
              <td key={key} className="number" data-percentile={key} data-ms={times[key]}>
                {formatTime(times[key])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
