/** What the threads do: where their time goes, how they share work, how full their rings are, and what watching them costs. */
import './workers-pane.css';
import { SlidersHorizontal } from 'lucide-react';
import { changedSettings } from '../../engine/live-settings.ts';
import type { WorkerSummary } from '../stores/summary-store.ts';
import { Button } from '../ui/button.tsx';
import { formatCount, formatPercent, formatShort } from '../ui/format.ts';
import { PercentileTable } from '../ui/percentile-table.tsx';
import { WorkerBadge } from '../ui/worker-badge.tsx';
import { useIsSimulated, usePlayground, useRun, useSummary } from '../use-playground.ts';

export function WorkersPane() {
  const workers = useSummary((state) => state.workers);
  const isSimulated = useIsSimulated();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to scroll by keys too.
    <section className="workers-pane" aria-label="Workers" tabIndex={0} data-testid="workers-pane">
      <div className="workers-head">
        <Times />
        {isSimulated ? (
          <p className="workers-note">
            Virtual workers take no time to look for work, share none and are not slowed down by being watched: every
            message is measured, exactly, in virtual time.
          </p>
        ) : (
          <div className="workers-live">
            <ObservingNote workers={workers} />
            <StructureButton />
          </div>
        )}
      </div>
      <ul className="worker-rows" aria-label="By worker">
        {workers.map((worker) => (
          <WorkerRow key={worker.worker} worker={worker} isSimulated={isSimulated} />
        ))}
      </ul>
    </section>
  );
}

function StructureButton() {
  const { view } = usePlayground();
  const settings = useRun((state) => state.settings);
  const changed = changedSettings(settings).length;
  return (
    <Button kind="plain" data-testid="structure" onClick={() => view.openDialog('structure')}>
      <SlidersHorizontal size={14} aria-hidden /> Structure: queues, batches, spinning…
      {changed > 0 && <span className="workers-changed">{changed} changed</span>}
    </Button>
  );
}

/** Of all workers together, over the last second. */
function Times() {
  const latency = useSummary((state) => state.latency);
  const queueTime = useSummary((state) => state.queueTime);
  const serviceTime = useSummary((state) => state.serviceTime);
  return (
    <PercentileTable
      caption="Times of the last second, all workers merged"
      testId="times"
      rows={[
        {
          name: 'Latency',
          hint: 'Of answered load requests, from when they were due.',
          times: latency,
          testId: 'latency',
        },
        { name: 'Queue', hint: 'How long messages waited in mailboxes.', times: queueTime, testId: 'queue' },
        { name: 'Service', hint: 'How long turns took.', times: serviceTime, testId: 'service' },
      ]}
    />
  );
}

function WorkerRow({ worker, isSimulated }: { readonly worker: WorkerSummary; readonly isSimulated: boolean }) {
  const { steals, ringUse, outboxWaiting, spins, parks, wakeUps, sampledEvery, measuredEvery, lostEvents } = worker;
  return (
    <li className="worker-row" data-testid="worker-row" data-worker={worker.worker} data-state={worker.state}>
      <div className="worker-row-head">
        <WorkerBadge worker={worker.worker} />
        <span className="number">{formatShort(worker.perSecond)} turns/s</span>
        <span className="worker-state">{worker.state}</span>
      </div>
      <ShareBar worker={worker} isSimulated={isSimulated} />
      <dl className="worker-facts">
        <Fact name="Actors" value={formatCount(worker.actors)} />
        {!isSimulated && (
          <>
            <Fact
              name="Steals in, out"
              hint="Actors that came because this worker had nothing to do and asked for them, and actors that it handed over."
              value={`${formatShort(steals.taken)}, ${formatShort(steals.given)}`}
              testId="worker-steals"
            />
            <Fact
              name="Asked, refused, late"
              hint="How often it asked others for actors, how often it was refused, and how often others waited too long for its answer."
              value={`${formatShort(steals.asked)}, ${formatShort(steals.refused)}, ${formatShort(steals.answeredLate)}`}
            />
            <Fact
              name="Rings to it"
              hint="The fullest of the rings that lead here. What does not fit waits on its sender's side."
              value={formatPercent(ringUse)}
              testId="worker-rings"
            />
            <Fact
              name="Waiting to send"
              hint="Slots that wait because a ring is full."
              value={formatShort(outboxWaiting)}
            />
            <Fact
              name="Spins before sleep"
              hint="For how many looks it would look for work now before it sleeps: as long as that has paid."
              value={formatShort(spins)}
            />
            <Fact
              name="Slept, woken"
              hint="How often it went to sleep since the start, and was woken by whoever had something for it."
              value={`${formatShort(parks)}, ${formatShort(wakeUps)}`}
              testId="worker-parks"
            />
            <Fact
              name="Flows sampled"
              hint="One in so many messages that are sent here is counted as a flow."
              value={`1 in ${formatShort(sampledEvery)}`}
            />
            <Fact
              name="Times measured"
              hint="The times of one in so many messages are measured."
              value={`1 in ${formatShort(measuredEvery)}`}
              testId="worker-sampling"
            />
            <Fact
              name="Observing"
              hint="Share of the last second that went into sampling and measuring."
              value={formatPercent(worker.observeShare, 2)}
              testId="worker-observing"
            />
            <Fact
              name="Lost events"
              hint="Events that did not fit the worker's ring since the start."
              value={formatCount(lostEvents)}
              isAlarming={lostEvents > 0}
            />
          </>
        )}
        <Fact
          name="Sent, received"
          hint="Messages to and from other workers since the start."
          value={`${formatShort(worker.sent)}, ${formatShort(worker.received)}`}
        />
      </dl>
    </li>
  );
}

const SHARES = [
  { share: 'busyShare', name: 'busy' },
  { share: 'spinShare', name: 'spinning' },
  { share: 'parkedShare', name: 'parked' },
] as const;

function ShareBar({ worker, isSimulated }: { readonly worker: WorkerSummary; readonly isSimulated: boolean }) {
  const shares = SHARES.filter(({ share }) => !isSimulated || share !== 'spinShare');
  const text = shares.map(({ share, name }) => `${formatPercent(worker[share])} ${name}`).join(' · ');
  return (
    <div className="share-bar" data-testid="share-bar">
      <div className="share-bar-track" aria-hidden>
        {shares.map(({ share, name }) => (
          <span key={name} data-share={name} style={{ flexGrow: worker[share] }} />
        ))}
      </div>
      <p className="number" data-testid="shares">
        {text}
      </p>
    </div>
  );
}

interface FactProps {
  readonly name: string;
  readonly value: string;
  readonly hint?: string;
  readonly testId?: string;
  readonly isAlarming?: boolean;
}

function Fact({ name, value, hint, testId, isAlarming = false }: FactProps) {
  return (
    <div title={hint} data-alarm={isAlarming || undefined}>
      <dt>{name}</dt>
      <dd className="number" data-testid={testId}>
        {value}
      </dd>
    </div>
  );
}

function ObservingNote({ workers }: { readonly workers: readonly WorkerSummary[] }) {
  const measured = useSummary((state) => state.measured);
  const observing = workers.reduce((sum, { observeShare }) => sum + observeShare, 0) / Math.max(1, workers.length);
  return (
    <p className="workers-note" data-testid="observing-note">
      Watching costs <strong className="number">{formatPercent(observing, 2)}</strong> of the workers’ time: how often
      each of them read the clock, recorded a sample or showed a message, times what that took when it started.{' '}
      {formatCount(measured)} messages measured so far. A browser’s clock tells no less than 5 µs, so turns shorter than
      a tenth of a millisecond are averaged over twenty of their actor’s.
    </p>
  );
}
