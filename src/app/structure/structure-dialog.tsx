/** The figures of a live run's structure: queues, batches, spinning, stealing; and what a browser lets nobody set. */
import './structure-dialog.css';
import { type FormEvent, useState } from 'react';
import {
  CANNOT_BE_SET,
  changedSettings,
  checkSettings,
  LIVE_SETTINGS,
  type LiveSettings,
  SETTING_BOUNDS,
} from '../../engine/live-settings.ts';
import { PlayhouseError } from '../../kernel/errors.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { formatCount, parseNumber } from '../ui/format.ts';
import { NumberField } from '../ui/number-field.tsx';
import { usePlayground, useRun } from '../use-playground.ts';

/** All but what only tests need. */
type FigureName = Exclude<keyof typeof SETTING_BOUNDS, 'forceStealMs'>;

interface Figure {
  readonly name: FigureName;
  readonly label: string;
  readonly unit: string;
  readonly what: string;
}

const FIGURES: readonly Figure[] = [
  {
    name: 'mailboxCapacity',
    label: 'Mailbox capacity',
    unit: 'messages',
    what: 'For behaviors that do not say. What does not fit is dropped, or holds its sender up: the behavior decides.',
  },
  {
    name: 'runQueueMax',
    label: 'Local run queue',
    unit: 'actors',
    what: 'A worker with more runnable actors is overloaded: it takes in only a little from the others in each round.',
  },
  {
    name: 'outboxSlotsMax',
    label: 'Global queue',
    unit: 'slots',
    what: 'Instead of one for all: what does not fit a ring waits with its sender, up to so much for each receiver.',
  },
  { name: 'ringSlots', label: 'Rings', unit: 'slots', what: 'Of 64 bytes, between each two workers; a power of two.' },
  {
    name: 'batch',
    label: 'Batch',
    unit: 'messages',
    what: 'How many one actor handles in a row before it is the next one’s turn.',
  },
  {
    name: 'turnsPerRound',
    label: 'Turns a round',
    unit: 'turns',
    what: 'How many a worker takes at most before it looks at its rings and its clock again.',
  },
  {
    name: 'spinsMax',
    label: 'Spin cycles',
    unit: 'looks',
    what: 'How often a worker without work looks for some at most, before it asks others or sleeps. It learns what pays.',
  },
  {
    name: 'measuredActors',
    label: 'Measured actors',
    unit: 'actors',
    what: 'How many can have queue and service times of their own, over all workers.',
  },
];

type Drafts = Readonly<Record<FigureName, string>>;

export function StructureDialog() {
  const { run, view } = usePlayground();
  const settings = useRun((state) => state.settings);
  const isLive = useRun((state) => state.mode === 'live');
  const [drafts, setDrafts] = useState(() => draftsOf(settings));
  const [stealing, setStealing] = useState(settings.stealing);
  const refusals = new Map(FIGURES.map(({ name }) => [name, refusalOf(name, drafts[name])]));
  const isRight = [...refusals.values()].every((refusal) => refusal === undefined);
  const wanted = isRight ? settingsOf(drafts, stealing, settings) : undefined;
  const isChanged = wanted === undefined || !isSame(wanted, settings);
  const isDefault = wanted !== undefined && changedSettings(wanted).length === 0;

  function apply(event: FormEvent): void {
    event.preventDefault();
    if (wanted === undefined || !isChanged) return;
    view.openDialog('none');
    void run.setSettings(wanted).catch(run.showRefusal);
  }

  return (
    <Dialog
      title="Structure of live runs"
      description={`${isLive ? 'Other figures restart the system with the same parameters.' : 'They hold for the next live run.'} They last as long as this page; links do not carry them.`}
      testId="structure-dialog"
      onClose={() => view.openDialog('none')}
    >
      <form className="structure" onSubmit={apply} noValidate>
        {FIGURES.map((figure) => (
          <FigureRow
            key={figure.name}
            figure={figure}
            draft={drafts[figure.name]}
            refusal={refusals.get(figure.name)}
            onChange={(text) => setDrafts({ ...drafts, [figure.name]: text })}
          />
        ))}
        <label className="structure-row structure-check">
          <span className="structure-name">Work stealing</span>
          <input
            type="checkbox"
            data-testid="setting-stealing"
            checked={stealing}
            onChange={(event) => setStealing(event.target.checked)}
          />
          <span className="structure-what">
            Idle workers ask busy ones for actors, which move with their mailboxes.
          </span>
        </label>
        <div className="structure-actions">
          <Button
            data-testid="structure-defaults"
            disabled={isDefault}
            onClick={() => {
              setDrafts(draftsOf(LIVE_SETTINGS));
              setStealing(LIVE_SETTINGS.stealing);
            }}
          >
            Defaults
          </Button>
          <Button kind="primary" type="submit" data-testid="structure-apply" disabled={!isRight || !isChanged}>
            {isLive ? 'Apply and restart' : 'Apply'}
          </Button>
        </div>
      </form>
      <h3 className="structure-title">What nobody can set in a browser</h3>
      <dl className="structure-unsettable" data-testid="unsettable">
        {CANNOT_BE_SET.map(({ name, reason }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{reason}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

interface FigureRowProps {
  readonly figure: Figure;
  readonly draft: string;
  readonly refusal: string | undefined;
  readonly onChange: (text: string) => void;
}

function FigureRow({ figure: { name, label, unit, what }, draft, refusal, onChange }: FigureRowProps) {
  const [min, max] = SETTING_BOUNDS[name];
  const id = `setting-${name}`;
  return (
    <div className="structure-row">
      <label className="structure-name" htmlFor={id}>
        {label}
      </label>
      <NumberField id={id} unit={unit} value={draft} refusal={refusal} testId={id} onChange={onChange} />
      <p className="structure-what">
        {refusal === undefined ? (
          <>
            {what}{' '}
            <span className="structure-bounds">
              {formatCount(min)} … {formatCount(max)}.
            </span>
          </>
        ) : (
          <span className="structure-refusal" role="alert" data-testid={`${id}-refusal`}>
            {refusal}
          </span>
        )}
      </p>
    </div>
  );
}

function draftsOf(settings: LiveSettings): Drafts {
  return Object.fromEntries(FIGURES.map(({ name }) => [name, formatCount(settings[name])])) as Drafts;
}

function settingsOf(drafts: Drafts, stealing: boolean, before: LiveSettings): LiveSettings {
  const figures = Object.fromEntries(FIGURES.map(({ name }) => [name, wholeNumber(drafts[name])]));
  return { ...before, ...figures, stealing };
}

/** Why what was typed cannot be taken, in the words of the engine that would refuse it. */
function refusalOf(name: FigureName, draft: string): string | undefined {
  const [min, max] = SETTING_BOUNDS[name];
  const value = wholeNumber(draft);
  if (value === undefined || value < min || value > max) {
    return `Type a whole number from ${formatCount(min)} to ${formatCount(max)}.`;
  }
  try {
    checkSettings({ [name]: value });
    return undefined;
  } catch (thrown) {
    if (thrown instanceof PlayhouseError) return thrown.message;
    throw thrown;
  }
}

/** A point may be meant to separate thousands: what has one is no whole number. */
function wholeNumber(draft: string): number | undefined {
  return draft.includes('.') ? undefined : parseNumber(draft);
}

function isSame(one: LiveSettings, other: LiveSettings): boolean {
  return (Object.keys(LIVE_SETTINGS) as (keyof LiveSettings)[]).every((name) => one[name] === other[name]);
}
