/** A close look at an actor of a simulated run: what the step changed, what it knows, what waits for it, and when it wakes. */
import './inspection.css';
import { CircleQuestionMark } from 'lucide-react';
import type { BudgetView, Inspection as Inspected, StepRecord, TimerView } from '../../engine/simulation.ts';
import { deedOf } from '../space-time/step-text.ts';
import { Button } from '../ui/button.tsx';
import { formatCount, formatMs, formatVirtual } from '../ui/format.ts';
import { useFeed, usePlayground, useSimulation } from '../use-playground.ts';
import { ChangeList } from './change-list.tsx';
import { Mailbox } from './mailbox.tsx';
import { StateTree } from './state-tree.tsx';

export function Inspection({ path }: { readonly path: string }) {
  useFeed('inspection', path);
  const answer = useSimulation((state) => (state.inspection?.of === path ? state.inspection : undefined));
  const current = useSimulation((state) => (state.reading?.current?.path === path ? state.reading.current : undefined));
  return (
    <>
      {current !== undefined && <PresentStep current={current} />}
      {answer?.value === undefined ? (
        <div className="actor-state">
          <h3>State</h3>
          <div
            className="actor-state-box"
            data-testid="actor-state"
            data-kind={answer === undefined ? 'waiting' : 'refused'}
          >
            <p className="inspector-gone">{answer?.error?.message ?? 'Asking…'}</p>
          </div>
        </div>
      ) : (
        <Known inspected={answer.value} />
      )}
    </>
  );
}

function PresentStep({ current }: { readonly current: StepRecord }) {
  const { simulation } = usePlayground();
  return (
    <div className="present-step" data-testid="present-step" data-step={current.step}>
      <p>
        <span className="present-step-word number">Step {formatCount(current.step)}</span> {deedOf(current)}
        {current.busyMs > 0 && <span className="number"> · {formatMs(current.busyMs)}</span>}
      </p>
      <Button kind="quiet" data-testid="why" onClick={() => simulation.ask(current.step)}>
        <CircleQuestionMark size={14} aria-hidden /> Why?
      </Button>
    </div>
  );
}

function Known({ inspected }: { readonly inspected: Inspected }) {
  const { state, changes, mailbox, mailboxTotal, stashed, timers, timersTotal, asks, budget } = inspected;
  return (
    <>
      {changes.length > 0 && (
        <div className="actor-state">
          <h3>Changed by this step</h3>
          <ChangeList changes={changes} />
        </div>
      )}
      <div className="actor-state">
        <h3>State</h3>
        <div className="actor-state-box" data-testid="actor-state" data-kind="state">
          <StateTree value={state} />
        </div>
      </div>
      <Mailbox mailbox={mailbox} total={mailboxTotal} stashed={stashed} />
      <Timers timers={timers} total={timersTotal} asks={asks} />
      {budget !== undefined && <Budget budget={budget} />}
    </>
  );
}

/** Lists of more rows than this scroll. */
const ROWS_MAX = 7;

/** What scrolls has to scroll by keys too. */
function tabIndexOf(rows: number): 0 | undefined {
  return rows > ROWS_MAX ? 0 : undefined;
}

function Timers({
  timers,
  total,
  asks,
}: {
  readonly timers: readonly TimerView[];
  readonly total: number;
  readonly asks: number;
}) {
  const atMs = useSimulation((state) => state.reading?.atMs ?? 0);
  if (total === 0 && asks === 0) return null;
  return (
    <div className="actor-state" data-testid="inspector-timers">
      <h3>
        Timers <span className="number">{formatCount(total)}</span>
        {asks > 0 && (
          <span className="number"> · waits for {asks === 1 ? '1 answer' : `${formatCount(asks)} answers`}</span>
        )}
      </h3>
      <ul className="waiting" tabIndex={tabIndexOf(timers.length)} aria-label="Timers">
        {timers.map(({ key, kind, dueMs, periodMs }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: several asks have equal keys.
          <li key={index} className="waiting-row" data-testid="timer" data-key={key}>
            <span className="waiting-kind">{key}</span>
            <span className="waiting-from">
              {kind}
              {periodMs > 0 && `, every ${formatMs(periodMs)}`}
            </span>
            <span className="waiting-time number">{dueMs > atMs ? `in ${formatVirtual(dueMs - atMs)}` : 'due'}</span>
          </li>
        ))}
        {total > timers.length && <li className="inspector-gone">and {formatCount(total - timers.length)} more</li>}
      </ul>
    </div>
  );
}

function Budget({ budget }: { readonly budget: BudgetView }) {
  const { kind, intensity, periodMs, left, leftByChild } = budget;
  const within = `${formatCount(intensity)} within ${formatMs(periodMs)}`;
  return (
    <div className="actor-state" data-testid="inspector-budget">
      <h3>Restart budget</h3>
      {kind === 'per_supervisor' ? (
        <p className="number">
          {formatCount(left)} left of {within}
        </p>
      ) : (
        <ul className="waiting" tabIndex={tabIndexOf(leftByChild.length)} aria-label="Restarts left, by child">
          {leftByChild.map(({ child, left: ofChild }) => (
            <li key={child} className="waiting-row">
              <span className="waiting-kind">{child}</span>
              <span className="waiting-from" />
              <span className="waiting-time number">
                {formatCount(ofChild)} left of {within}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
