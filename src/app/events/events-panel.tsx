/** The event log: the latest trace events as sentences, newest first. */
import './events-panel.css';
import { CircleQuestionMark } from 'lucide-react';
import { memo, useMemo, useState } from 'react';
import type { LogRow } from '../stores/event-log.ts';
import { EVENTS_KEPT } from '../stores/event-store.ts';
import { IconButton } from '../ui/button.tsx';
import { formatClock, formatCount, formatVirtualBare } from '../ui/format.ts';
import { useEvents, useIsSimulated, usePlayground } from '../use-playground.ts';
import { actorOf, EVENT_GROUPS, type EventGroup, groupOf, sentenceOf } from './event-text.ts';

type Filter = EventGroup | 'all';

export function EventsPanel() {
  const rows = useEvents((state) => state.rows);
  const lost = useEvents((state) => state.lost);
  const [filter, setFilter] = useState<Filter>('all');
  const shown = useMemo(() => {
    const kept = filter === 'all' ? rows : rows.filter(({ event }) => groupOf(event) === filter);
    return kept.toReversed();
  }, [rows, filter]);
  const counts = useMemo(() => countGroups(rows), [rows]);
  return (
    <div className="events-panel">
      <div className="events-filter">
        <label>
          <span className="visually-hidden">Show</span>
          <select
            className="select"
            data-testid="event-filter"
            value={filter}
            onChange={(event) => setFilter(event.target.value as Filter)}
          >
            <option value="all">All events ({rows.length})</option>
            {EVENT_GROUPS.map(({ group, label }) => (
              <option key={group} value={group}>
                {label} ({counts.get(group) ?? 0})
              </option>
            ))}
          </select>
        </label>
        <p className="number">
          {rows.length >= EVENTS_KEPT && `latest ${EVENTS_KEPT} kept`}
          {lost > 0 && (
            <span className="events-lost" data-testid="events-lost">
              {formatCount(lost)} lost
            </span>
          )}
        </p>
      </div>
      {shown.length === 0 ? (
        <p className="events-none">
          {filter === 'all' ? 'Nothing has happened yet.' : 'No such event among the latest.'}
        </p>
      ) : (
        <ol className="event-rows" data-testid="event-rows">
          {shown.map((row) => (
            <EventRow key={row.key} row={row} />
          ))}
        </ol>
      )}
    </div>
  );
}

const EventRow = memo(function EventRow({ row }: { readonly row: LogRow }) {
  const { view } = usePlayground();
  const { event, untilMs } = row;
  const isSimulated = useIsSimulated();
  const actor = actorOf(event);
  const content = (
    <>
      <span className="event-mark" aria-hidden />
      <span className="event-time number">{isSimulated ? formatVirtualBare(event.atMs) : formatClock(event.atMs)}</span>
      <span className="event-sentence">{sentenceOf(event, untilMs)}</span>
    </>
  );
  return (
    <li
      className="event-item"
      data-testid="event-row"
      data-type={event.type}
      data-group={groupOf(event)}
      data-path={actor}
      data-step={event.step}
      data-simulated={isSimulated || undefined}
    >
      {actor === undefined ? (
        <div className="event-row">{content}</div>
      ) : (
        <button type="button" className="event-row" title={`Select ${actor}`} onClick={() => view.select(actor)}>
          {content}
        </button>
      )}
      {isSimulated && event.step !== undefined && event.step > 0 && <EventTools step={event.step} />}
    </li>
  );
});

/** To the step of an event, and to what led to it. */
function EventTools({ step }: { readonly step: number }) {
  const { simulation, transport } = usePlayground();
  return (
    <span className="event-tools">
      <button
        type="button"
        className="event-step number"
        title={`Go to step ${formatCount(step)}`}
        data-testid="event-step"
        onClick={() => transport.show(transport.seek(step))}
      >
        {formatCount(step)}
      </button>
      <IconButton label="Why?" data-testid="why" data-step={step} onClick={() => simulation.ask(step)}>
        <CircleQuestionMark size={14} aria-hidden />
      </IconButton>
    </span>
  );
}

function countGroups(rows: readonly LogRow[]): ReadonlyMap<EventGroup, number> {
  const counts = new Map<EventGroup, number>();
  for (const { event } of rows) {
    const group = groupOf(event);
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return counts;
}
