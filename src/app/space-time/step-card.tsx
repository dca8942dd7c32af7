/** The card beside the pointer: one step with its whole message, the steps of a fold, or a message in flight. */
import type { ReactNode } from 'react';
import type { StepDetail, StepRecord } from '../../engine/simulation.ts';
import { sentenceOf } from '../events/event-text.ts';
import { StateTree } from '../faults/state-tree.tsx';
import { formatVirtual, nameOf } from '../ui/format.ts';
import { WorkerBadge } from '../ui/worker-badge.tsx';
import type { Flight } from './flights.ts';
import type { DeedCount } from './step-text.ts';
import { deedOf, marksOf, marksText } from './step-text.ts';
import { type LoadDetail, useStepDetail } from './use-step-detail.ts';

const EVENTS_SHOWN = 6;
const DEEDS_SHOWN = 8;

export function StepCard({ record, loadDetail }: { readonly record: StepRecord; readonly loadDetail: LoadDetail }) {
  const loaded = useStepDetail(record, loadDetail);
  const worst = marksOf(record)[0];
  return (
    <>
      <CardHead title={`#${record.step}`} time={record.atMs}>
        {record.worker >= 0 && <WorkerBadge worker={record.worker} />}
      </CardHead>
      <p className="st-card-deed">{deedOf(record)}</p>
      {worst !== undefined && (
        <p className="st-card-marks" style={{ color: `var(${worst.color})` }}>
          {marksText(record)}
        </p>
      )}
      <Times record={record} />
      {loaded.status === 'loading' && <p className="st-card-note">Taking the step again…</p>}
      {loaded.status === 'failed' && <p className="st-card-note">{loaded.text}</p>}
      {loaded.status === 'loaded' && <Detail detail={loaded.detail} />}
    </>
  );
}

function CardHead({
  title,
  time,
  children,
}: {
  readonly title: string;
  readonly time?: number;
  readonly children?: ReactNode;
}) {
  return (
    <p className="st-card-head">
      <strong className="number">{title}</strong>
      {time !== undefined && <span className="number">{formatVirtual(time)}</span>}
      {children}
    </p>
  );
}

function Times({ record: { kind, from, path, sentMs, arrivedMs, atMs, busyMs } }: { readonly record: StepRecord }) {
  const wasSent = kind === 'message' || kind === 'signal';
  const times: readonly (readonly [string, string])[] = [
    ...(wasSent && from !== '' && from !== path ? ([['from', from]] as const) : []),
    ...(wasSent ? ([['sent', formatVirtual(sentMs)]] as const) : []),
    ...(wasSent && arrivedMs > sentMs ? ([['arrived', formatVirtual(arrivedMs)]] as const) : []),
    ...(wasSent ? ([['handled', formatVirtual(atMs)]] as const) : []),
    ...(wasSent ? ([['waited', formatVirtual(Math.max(0, atMs - arrivedMs))]] as const) : []),
    ...(busyMs > 0 ? ([['busy', formatVirtual(busyMs)]] as const) : []),
  ];
  if (times.length === 0) return null;
  return (
    <dl className="st-card-times">
      {times.map(([name, text]) => (
        <div key={name} data-wide={name === 'from' || undefined}>
          <dt>{name}</dt>
          <dd className="number">{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function Detail({ detail: { message, events, sent } }: { readonly detail: StepDetail }) {
  return (
    <>
      {message !== undefined && message !== null && (
        <div className="st-card-message">
          <StateTree value={message} />
        </div>
      )}
      {sent.length > 0 && (
        <ul className="st-card-list">
          {sent.slice(0, EVENTS_SHOWN).map(({ to, kind }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: what a step sent never changes its order.
            <li key={index}>
              sent <b>{kind}</b> to {nameOf(to)}
            </li>
          ))}
          <More count={sent.length - EVENTS_SHOWN} />
        </ul>
      )}
      {events.length > 0 && (
        <ul className="st-card-list">
          {events.slice(0, EVENTS_SHOWN).map((event) => (
            <li key={event.sequence}>{sentenceOf(event)}</li>
          ))}
          <More count={events.length - EVENTS_SHOWN} />
        </ul>
      )}
    </>
  );
}

function More({ count }: { readonly count: number }) {
  return count > 0 ? <li className="st-card-note">and {count} more</li> : null;
}

export function FoldCard({
  first,
  last,
  deeds,
}: {
  readonly first: number;
  readonly last: number;
  readonly deeds: readonly DeedCount[];
}) {
  const total = deeds.reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      <CardHead title={`#${first} – #${last}`} />
      <p className="st-card-deed">{total} steps that concern nobody else. Click to see each.</p>
      <ul className="st-card-list">
        {deeds.slice(0, DEEDS_SHOWN).map(({ what, count }) => (
          <li key={what}>
            <b className="number">×{count}</b> {what}
          </li>
        ))}
        <More count={deeds.length - DEEDS_SHOWN} />
      </ul>
    </>
  );
}

export function FlightCard({ flight: { first, count } }: { readonly flight: Flight }) {
  const { kind, from, to, sentMs, arrivesMs, isSignal, message } = first;
  return (
    <>
      <CardHead title={count > 1 ? `${count} in flight` : 'In flight'} />
      <p className="st-card-deed">
        {isSignal ? `signal ${kind}` : kind} from {from === '' ? 'outside' : nameOf(from)} to {nameOf(to)}
      </p>
      <dl className="st-card-times">
        <div>
          <dt>sent</dt>
          <dd className="number">{formatVirtual(sentMs)}</dd>
        </div>
        <div>
          <dt>arrives</dt>
          <dd className="number">{formatVirtual(arrivesMs)}</dd>
        </div>
      </dl>
      {message !== undefined && (
        <div className="st-card-message">
          <StateTree value={message} />
        </div>
      )}
    </>
  );
}
