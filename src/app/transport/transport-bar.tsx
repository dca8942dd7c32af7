/**
 * What drives a simulated run: to its start, back, play, on, to its end; how fast; where it is; what it shall run until;
 * and what became of it. Simulated runs only.
 */
import './transport-bar.css';
import { ChevronFirst, ChevronLast, Pause, Play, StepBack, StepForward } from 'lucide-react';
import { type KeyboardEvent, useState } from 'react';
import type { SimulationReading } from '../../engine/simulation.ts';
import { PlayhouseError } from '../../kernel/errors.ts';
import { RUN_LIMITS } from '../../kernel/intervention.ts';
import { isBusy, togglePause } from '../shell/toggle-pause.ts';
import { IconButton } from '../ui/button.tsx';
import { formatCount, formatVirtual, parseNumber } from '../ui/format.ts';
import { usePlayground, useRun, useSimulation } from '../use-playground.ts';
import { conditionText } from './condition-text.ts';
import { CurrentStep } from './current-step.tsx';
import { PropertyPills } from './property-pills.tsx';
import { RunTimeline } from './run-timeline.tsx';
import { RunUntilMenu } from './run-until-menu.tsx';
import { StoppedNote } from './stopped-note.tsx';
import { SPEEDS, speedText } from './transport.ts';

export function TransportBar() {
  return (
    <section className="transport-bar" aria-label="Time" data-testid="transport">
      <Progress />
      <div className="transport-row">
        <Buttons />
        <SpeedPicker />
        <Position />
        <RunUntilMenu />
        <StoppedNote />
        <OnTheWay />
        <CurrentStep />
        <PropertyPills />
      </div>
      <div className="transport-timeline">
        <RunTimeline />
      </div>
    </section>
  );
}

function Buttons() {
  const playground = usePlayground();
  const { transport } = playground;
  const isReady = useRun((state) => state.phase === 'ready');
  const step = useSimulation((state) => state.reading?.step ?? 0);
  const head = useSimulation((state) => state.reading?.head ?? 0);
  const isOver = useSimulation((state) => state.reading?.isOver ?? false);
  const busy = useSimulation((state) => state.reading !== undefined && isBusy(state.reading));
  return (
    <div className="transport-buttons">
      <IconButton
        label="To the start"
        shortcut="Home"
        className="transport-ends"
        data-testid="transport-start"
        disabled={!isReady || step === 0}
        onClick={() => transport.show(transport.seek(0))}
      >
        <ChevronFirst size={17} aria-hidden />
      </IconButton>
      <IconButton
        label="One step back"
        shortcut="←"
        data-testid="transport-back"
        disabled={!isReady || step === 0}
        onClick={() => transport.show(transport.step(-1))}
      >
        <StepBack size={16} aria-hidden />
      </IconButton>
      <IconButton
        label={busy ? 'Pause' : 'Play'}
        shortcut="Space"
        kind="primary"
        className="transport-play"
        data-testid="transport-play"
        data-state={busy ? 'playing' : 'paused'}
        disabled={!busy && (!isReady || isOver)}
        onClick={() => void togglePause(playground)}
      >
        {busy ? <Pause size={16} aria-hidden /> : <Play size={16} aria-hidden />}
      </IconButton>
      <IconButton
        label="One step"
        shortcut="→"
        data-testid="transport-step"
        disabled={!isReady || isOver}
        onClick={() => transport.show(transport.step(1))}
      >
        <StepForward size={16} aria-hidden />
      </IconButton>
      <IconButton
        label="To the furthest step so far"
        shortcut="End"
        className="transport-ends"
        data-testid="transport-end"
        disabled={!isReady || step >= head}
        onClick={() => transport.show(transport.end())}
      >
        <ChevronLast size={17} aria-hidden />
      </IconButton>
    </div>
  );
}

function SpeedPicker() {
  const { transport } = usePlayground();
  const speed = useSimulation((state) => state.reading?.speed ?? 1);
  const offered = SPEEDS.includes(speed) ? SPEEDS : [...SPEEDS, speed].sort((a, b) => a - b);
  return (
    <label title="Virtual time in wall time">
      <span className="visually-hidden">Speed</span>
      <select
        className="select transport-speed number"
        data-testid="transport-speed"
        value={String(speed)}
        onChange={(event) => {
          void transport.show(transport.setSpeed(Number(event.target.value)));
          // Chosen: the keys are the page's again.
          event.currentTarget.blur();
        }}
      >
        {offered.map((one) => (
          <option key={one} value={String(one)}>
            {speedText(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Position() {
  const step = useSimulation((state) => state.reading?.step ?? 0);
  const head = useSimulation((state) => state.reading?.head ?? 0);
  const atMs = useSimulation((state) => state.reading?.atMs ?? 0);
  return (
    <div className="transport-position number" data-testid="transport-position" data-step={step} data-head={head}>
      <span className="transport-word">step</span>
      <StepField step={step} />
      <span className="transport-word">of</span>
      <span className="transport-head" data-testid="transport-head">
        {formatCount(head)}
      </span>
      <span className="transport-time" data-testid="transport-time" title="Virtual time">
        {formatVirtual(atMs)}
      </span>
    </div>
  );
}

/** Of what is typed: the furthest step with its commas, and some room for a mistake. */
const STEP_LENGTH_MAX = 16;

/** Shows the step; typing another one and Enter goes there. */
function StepField({ step }: { readonly step: number }) {
  const { run, transport } = usePlayground();
  const [draft, setDraft] = useState<string>();
  const shown = draft ?? formatCount(step);

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>): void {
    if (event.key === 'Escape') {
      setDraft(undefined);
      event.currentTarget.blur();
      event.stopPropagation();
      return;
    }
    if (event.key !== 'Enter' || draft === undefined) return;
    const wanted = parseNumber(draft);
    setDraft(undefined);
    event.currentTarget.blur();
    if (wanted !== undefined && Number.isInteger(wanted) && wanted >= 0 && wanted <= RUN_LIMITS.stepsMax) {
      void transport.show(transport.seek(wanted));
      return;
    }
    const message = `“${draft}” is not a step. Type a whole number from 0 to ${formatCount(RUN_LIMITS.stepsMax)}.`;
    run.showRefusal(new PlayhouseError('invalid-configuration', message, 'step'));
  }

  return (
    <input
      className="step-field number"
      type="text"
      inputMode="numeric"
      aria-label="Step; type another one and press Enter to go there"
      data-testid="transport-step-input"
      style={{ width: `calc(${Math.max(3, shown.length)}ch + 16px)` }}
      value={shown}
      maxLength={STEP_LENGTH_MAX}
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={() => setDraft(undefined)}
      onKeyDown={onKeyDown}
    />
  );
}

/** What a long way leads to, and that it can be ended. */
function OnTheWay() {
  const progress = useSimulation((state) => state.reading?.progress);
  const until = useSimulation((state) => state.until);
  if (progress === undefined) return null;
  const text = `${until === undefined ? 'On the way' : `Until ${conditionText(until)}`}: ${wayText(progress)}`;
  return (
    <p className="on-the-way number" data-testid="on-the-way" title={`${text}. Pause stops here.`}>
      {text}
    </p>
  );
}

function wayText({ done, total }: NonNullable<SimulationReading['progress']>): string {
  return total > 0 ? `${formatCount(done)} of ${formatCount(total)} steps` : `${formatCount(done)} steps`;
}

/** Of a long way to go; without a known end it only moves. */
function Progress() {
  const progress = useSimulation((state) => state.reading?.progress);
  if (progress === undefined) return null;
  const { done, total } = progress;
  const text = wayText(progress);
  const share = total > 0 ? Math.min(1, done / total) : undefined;
  return (
    <div
      className="transport-progress"
      role="progressbar"
      aria-label="On the way"
      aria-valuetext={text}
      aria-valuemin={0}
      aria-valuemax={1}
      aria-valuenow={share}
      data-testid="transport-progress"
      data-unknown={share === undefined || undefined}
      title={text}
    >
      <span style={share === undefined ? undefined : { transform: `scaleX(${share})` }} />
    </div>
  );
}
