/** Requests, latency, mailbox depth and throughput over the last minute, on one time axis with the events. */
import './plots-panel.css';
import { useState } from 'react';
import { useStore } from 'zustand';
import { EVENT_GROUPS, type EventGroup } from '../events/event-text.ts';
import { formatShort, nameOf } from '../ui/format.ts';
import { NARROW, useMediaQuery } from '../ui/use-media-query.ts';
import { usePlayground, useSummary, useView } from '../use-playground.ts';
import { PlotCanvas } from './plot-canvas.tsx';
import { type BandName, linesOf } from './plot-scene.ts';
import { cssColor, valueText } from './plot-tooltip.tsx';

const TITLES: Readonly<Record<BandName, string>> = {
  requests: 'Requests',
  latency: 'Latency',
  mailboxes: 'Mailbox depth',
  throughput: 'Turns by worker',
};
/** More workers than this are summed up in the legend; the plot still has a line for each. */
const WORKERS_LISTED = 3;
/** Groups that are marked on the axis; spawns and dead letters are too many for it. */
const UNMARKED: readonly EventGroup[] = ['spawn', 'dead-letter', 'overflow'];
const MARKED = EVENT_GROUPS.filter(({ group }) => !UNMARKED.includes(group));

export function MarkerLegend() {
  return (
    <ul className="marker-legend" aria-label="Event marks">
      {MARKED.map(({ group, label }) => (
        <li key={group} data-group={group}>
          {label}
        </li>
      ))}
    </ul>
  );
}

/** The plots without a head. */
export function Plots() {
  const isNarrow = useMediaQuery(NARROW);
  const [isLog, setLog] = useState(false);
  return (
    <div className="plots-body">
      <PlotLegends isLog={isLog} />
      <PlotCanvas headroom={isNarrow ? 44 : 10} onLogChange={setLog} />
    </div>
  );
}

function PlotLegends({ isLog }: { readonly isLog: boolean }) {
  const { series } = usePlayground();
  const selected = useView((state) => state.selected);
  // Ten times a second, like the samples; the legends are four short lists.
  useStore(series.store, (state) => state.version);
  // What a stopped system does is not a measurement; the plots keep what there was.
  const isOver = useSummary((state) => state.status === 'stopped');
  const last = isOver ? -1 : series.store.getState().length - 1;
  return (
    <div className="plot-legends">
      {linesOf({ series, selected }).map(({ name, lines }) => {
        const drawn = lines.filter(({ isOnlyTold = false }) => !isOnlyTold);
        const total = lines.reduce((sum, line) => sum + (line.value(last) || 0), 0);
        const listed = name === 'throughput' && lines.length > WORKERS_LISTED ? [] : drawn;
        return (
          <div key={name} className="plot-legend" data-testid={`plot-${name}`}>
            <h3>
              {TITLES[name]}
              {name === 'latency' && isLog && <span className="log-mark"> log scale</span>}
            </h3>
            <dl>
              {listed.map((line) => (
                <div key={line.name}>
                  <dt>
                    <span className="swatch" style={{ background: cssColor(line) }} aria-hidden />
                    {line.name === 'selected' && selected !== undefined ? nameOf(selected) : line.name}
                  </dt>
                  <dd className="number">{last < 0 ? '–' : valueText(name, line.value(last))}</dd>
                </div>
              ))}
              {listed.length === 0 && drawn.length > 0 && (
                <div>
                  <dt className="worker-swatches">
                    {drawn.map((line) => (
                      <span
                        key={line.name}
                        className="swatch"
                        style={{ background: cssColor(line) }}
                        title={line.name}
                      />
                    ))}
                  </dt>
                  <dd className="number">{last < 0 ? '–' : `${formatShort(total)}/s`}</dd>
                </div>
              )}
            </dl>
          </div>
        );
      })}
    </div>
  );
}
