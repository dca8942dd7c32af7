/** The bar on top: what runs, how it does, and what can be done to the run as a whole. */
import './top-bar.css';
import { CircleHelp, Cpu, Monitor, Moon, Pause, Play, RotateCcw, Share2, Sun } from 'lucide-react';
import { unreachable } from '../../base/assert.ts';
import { LIMITS } from '../../kernel/limits.ts';
import { CATALOG } from '../../scenarios/catalog.ts';
import { RecordingControl } from '../recording/recording-control.tsx';
import { machineWorkers } from '../stores/run-store.ts';
import type { ThemeChoice } from '../stores/view-store.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { formatClock, formatVirtual } from '../ui/format.ts';
import { NARROW, useMediaQuery } from '../ui/use-media-query.ts';
import { useIsSimulated, usePlayground, useRun, useSummary, useView } from '../use-playground.ts';
import { Logo } from './logo.tsx';
import { ModeSwitch, SeedField } from './run-mode.tsx';
import { StatusChip } from './status-chip.tsx';
import { togglePause } from './toggle-pause.ts';

export function TopBar() {
  return (
    <header className="top-bar">
      <div className="top-bar-lead">
        <Logo />
        <ScenarioPicker />
        <ModeSwitch />
        <StatusChip />
        <Clock />
      </div>
      <div className="top-bar-tools">
        <PauseButton />
        <RestartButton />
        <RecordingControl />
        <SeedField />
        <WorkersPicker />
        <span className="top-bar-gap" />
        <ThemeButton />
        <HelpButton />
        <ShareButton />
      </div>
    </header>
  );
}

/** With one scenario there is nothing to pick, only something to name. */
function ScenarioPicker() {
  const playground = usePlayground();
  const scenario = useRun((state) => state.scenario);
  if (scenario === undefined) return null;
  if (CATALOG.length === 1) {
    return (
      <h1 className="scenario-title" data-testid="scenario-title" title={scenario.summary}>
        {scenario.title}
      </h1>
    );
  }
  return (
    <h1 className="scenario-title">
      <label>
        <span className="visually-hidden">Scenario</span>
        <select
          className="select"
          data-testid="scenario"
          value={scenario.id}
          onChange={(event) => void playground.openScenario(event.target.value).catch(() => {})}
        >
          {CATALOG.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </label>
    </h1>
  );
}

function Clock() {
  const atMs = useSummary((state) => state.atMs);
  const isSimulated = useIsSimulated();
  return (
    <p
      className="clock"
      title={isSimulated ? 'Virtual time since the start' : 'Wall time since the start, without pauses'}
    >
      <span>{isSimulated ? 'virtual time' : 'running for'}</span>
      <span className="number clock-time" data-testid="clock">
        {isSimulated ? formatVirtual(atMs) : formatClock(atMs)}
      </span>
    </p>
  );
}

function PauseButton() {
  const playground = usePlayground();
  const status = useSummary((state) => state.status);
  const isSimulated = useIsSimulated();
  // Of a simulated run it stands where time is driven.
  if (isSimulated) return null;
  const isPaused = status === 'paused';
  const label = isPaused ? 'Resume' : 'Pause';
  return (
    <IconButton
      label={label}
      shortcut="Space"
      kind="plain"
      data-testid="pause"
      data-state={isPaused ? 'paused' : 'running'}
      disabled={status !== 'running' && !isPaused}
      onClick={() => void togglePause(playground)}
    >
      {isPaused ? <Play size={16} aria-hidden /> : <Pause size={16} aria-hidden />}
    </IconButton>
  );
}

function RestartButton() {
  const { run } = usePlayground();
  const phase = useRun((state) => state.phase);
  const isSimulated = useIsSimulated();
  return (
    <IconButton
      label={isSimulated ? 'A fresh run from the start' : 'Restart the system'}
      shortcut="R"
      kind="plain"
      data-testid="restart"
      disabled={phase === 'starting' || phase === 'none'}
      onClick={() => void run.restart().catch(() => {})}
    >
      <RotateCcw size={15} aria-hidden />
    </IconButton>
  );
}

function WorkersPicker() {
  const { run } = usePlayground();
  const workers = useRun((state) => state.workers);
  const machine = machineWorkers();
  const isNarrow = useMediaQuery(NARROW);
  const isSimulated = useIsSimulated();
  const isWhole = !isSimulated && machine > 1 && navigator.hardwareConcurrency <= LIMITS.workersMax;
  const [one, many] = isSimulated ? ['processor', 'processors'] : ['worker', 'workers'];
  const hint = isSimulated ? 'Virtual processors, on which actors take their turns at the same time.' : threadsText();
  return (
    <label className="workers-picker" title={`${hint} Choosing another number restarts the system.`}>
      <Cpu size={15} aria-hidden />
      <span className="visually-hidden">
        {isSimulated ? 'Processors.' : 'Workers.'} {hint}
      </span>
      <select
        className="select"
        data-testid="workers"
        value={workers}
        onChange={(event) => void run.setWorkers(Number(event.target.value)).catch(() => {})}
      >
        {Array.from({ length: LIMITS.workersMax }, (_, index) => index + 1).map((count) => (
          <option key={count} value={count}>
            {count} {count === 1 ? one : many}
            {count === machine && isWhole && !isNarrow ? ', all threads' : ''}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Some browsers keep the number to themselves. */
function threadsText(): string {
  const threads: number | undefined = navigator.hardwareConcurrency;
  if (!threads) return 'This browser does not say how many hardware threads there are, so 1 is assumed.';
  const text = `This machine has ${threads} hardware ${threads === 1 ? 'thread' : 'threads'}`;
  return threads > LIMITS.workersMax ? `${text}; Playhouse uses at most ${LIMITS.workersMax}.` : `${text}.`;
}

const THEME_ORDER: readonly ThemeChoice[] = ['system', 'dark', 'light'];

function ThemeButton() {
  const { view } = usePlayground();
  const choice = useView((state) => state.themeChoice);
  const next = THEME_ORDER[(THEME_ORDER.indexOf(choice) + 1) % THEME_ORDER.length] ?? 'system';
  return (
    <IconButton
      label={`Theme: ${choice}`}
      className="theme-button"
      data-testid="theme"
      data-choice={choice}
      onClick={() => view.chooseTheme(next)}
    >
      <ThemeIcon choice={choice} />
    </IconButton>
  );
}

function ThemeIcon({ choice }: { readonly choice: ThemeChoice }) {
  switch (choice) {
    case 'system':
      return <Monitor size={16} aria-hidden />;
    case 'dark':
      return <Moon size={16} aria-hidden />;
    case 'light':
      return <Sun size={16} aria-hidden />;
    default:
      return unreachable(choice, 'theme');
  }
}

function HelpButton() {
  const { view } = usePlayground();
  return (
    <IconButton
      label="Help: signs and shortcuts"
      shortcut="?"
      data-testid="help"
      onClick={() => view.openDialog('help')}
    >
      <CircleHelp size={16} aria-hidden />
    </IconButton>
  );
}

function ShareButton() {
  const { view } = usePlayground();
  return (
    <Button
      kind="primary"
      className="share-button"
      aria-label="Share"
      data-testid="share"
      onClick={() => view.openDialog('share')}
    >
      <Share2 size={15} aria-hidden /> <span>Share</span>
    </Button>
  );
}
