/** Everything that could be the next step. The schedule would take the first; a person may take any other. */
import { Clock, CornerDownRight, Mail, Zap } from 'lucide-react';
import { memo, useEffect, useRef, useState } from 'react';
import type { Choice } from '../../engine/simulation.ts';
import { positionKey } from '../stores/simulation-store.ts';
import { Button, Key } from '../ui/button.tsx';
import { formatCount, formatVirtual, nameOf } from '../ui/format.ts';
import { WorkerBadge } from '../ui/worker-badge.tsx';
import { useFeed, usePlayground, useSimulation } from '../use-playground.ts';
import { CHOICE_KEYS, takeChoice } from './take-choice.ts';

/** More than this are shown on demand. */
const CHOICES_SHOWN = 60;

const PLANNED = 'A fault of the scenario’s plan comes next.';

export function ChoiceList() {
  useFeed('choices', true);
  const choices = useSimulation((state) => state.choices?.value);
  // Those of the position before stay on screen until the new ones are there, so that nothing flickers.
  const isPresent = useSimulation((state) => state.reading && state.choices?.of === positionKey(state.reading));
  const refusal = useSimulation((state) => (isPresent === true ? state.choices?.error?.message : undefined));
  const [isAll, setAll] = useState(false);
  const isPlaying = useSimulation((state) => state.reading?.isPlaying ?? false);
  const isOver = useSimulation((state) => state.reading?.isOver ?? false);
  const isPlanned = useSimulation((state) => state.reading?.plannedFaultNext ?? false);
  const atMs = useSimulation((state) => state.reading?.atMs ?? 0);
  const isEmpty = choices === undefined || choices.length === 0;
  return (
    <section className="panel-section next-choices" aria-labelledby="choices-title">
      <div className="next-head">
        <h2 id="choices-title">What could happen next</h2>
        {!isEmpty && !isPlaying && <span className="next-count number">{choices.length}</span>}
      </div>
      {isPlaying ? (
        <p className="next-note">The run is playing. Pause it to choose what happens next.</p>
      ) : isOver ? (
        <p className="next-note">Nothing: there is no message, no timer and no load left.</p>
      ) : isEmpty ? (
        <p className="next-note" role={refusal === undefined ? undefined : 'status'}>
          {refusal ?? (isPresent !== true ? 'Asking…' : isPlanned ? PLANNED : 'Nothing is due.')}
        </p>
      ) : (
        <>
          <p className="next-note" data-testid="choices-note">
            {isPlanned
              ? `${PLANNED} Taking one of these before it`
              : 'The schedule takes the first. Taking another one'}{' '}
            makes a branch where the run has been further already.
          </p>
          <ol className="choices" aria-busy={isPresent !== true}>
            {(isAll ? choices : choices.slice(0, CHOICES_SHOWN)).map((choice, index) => (
              <ChoiceRow key={choice.key} choice={choice} number={index + 1} nowMs={atMs} />
            ))}
          </ol>
          {choices.length > CHOICES_SHOWN && (
            <Button kind="quiet" className="next-more" data-testid="choices-all" onClick={() => setAll(!isAll)}>
              {isAll ? 'Show fewer' : `Show ${formatCount(choices.length - CHOICES_SHOWN)} more`}
            </Button>
          )}
        </>
      )}
    </section>
  );
}

interface ChoiceRowProps {
  readonly choice: Choice;
  /** From 1. */
  readonly number: number;
  readonly nowMs: number;
}

const ChoiceRow = memo(function ChoiceRow({ choice, number, nowMs }: ChoiceRowProps) {
  const playground = usePlayground();
  const { view } = playground;
  const isPointed = useRef(false);
  const { key, path, label, worker, isScheduled, takenBy, atMs } = choice;
  const names = useSimulation((state) =>
    takenBy.map((branch) => state.reading?.branches[branch]?.name ?? String(branch)).join(', '),
  );
  const waitMs = atMs - nowMs;

  function pointAt(isOver: boolean): void {
    isPointed.current = isOver;
    view.pointAt(isOver ? path : undefined);
  }

  // A row that goes away under the pointer hears nothing of its leaving.
  useEffect(
    () => () => {
      if (isPointed.current) view.pointAt(undefined);
    },
    [view],
  );

  const what = choice.kind === 'timer' ? `timer ${label}` : choice.isSignal ? `signal ${label}` : label;
  return (
    <li
      className="choice"
      data-testid="choice"
      data-key={key}
      data-path={path}
      data-scheduled={isScheduled || undefined}
      onPointerEnter={() => pointAt(true)}
      onPointerLeave={() => pointAt(false)}
    >
      <span className="choice-key">{number <= CHOICE_KEYS ? <Key>{number}</Key> : null}</span>
      <button type="button" className="choice-what" title={`Select ${path}`} onClick={() => view.select(path)}>
        <span className="choice-label">
          <ChoiceIcon choice={choice} />
          <span>{what}</span>
        </span>
        <span className="choice-where">
          <span className="choice-actor">{path === '' ? 'the system' : nameOf(path)}</span>
          {worker >= 0 && <WorkerBadge worker={worker} />}
        </span>
        {(isScheduled || names !== '' || waitMs > 0 || choice.kind === 'arrival') && (
          <span className="choice-tags">
            {waitMs > 0 && <span className="choice-wait number">in {formatVirtual(waitMs)}</span>}
            {isScheduled && <span className="choice-tag choice-scheduled">scheduled</span>}
            {choice.kind === 'arrival' && <span className="choice-tag">still on its way</span>}
            {names !== '' && <span className="choice-tag">taken by {names}</span>}
          </span>
        )}
      </button>
      <Button
        kind={isScheduled ? 'plain' : 'quiet'}
        className="choice-take"
        data-testid="choose"
        title={isScheduled ? 'Take the scheduled step' : `${what} at ${nameOf(path)} instead of what is scheduled`}
        onClick={() => takeChoice(playground, key)}
      >
        <CornerDownRight size={14} aria-hidden /> {isScheduled ? 'Do this' : 'Do this instead'}
      </Button>
    </li>
  );
});

function ChoiceIcon({ choice }: { readonly choice: Choice }) {
  if (choice.kind === 'timer') return <Clock size={13} aria-hidden />;
  return choice.isSignal ? <Zap size={13} aria-hidden /> : <Mail size={13} aria-hidden />;
}
