/**
 * The recording of a run: begun, watched, replayed and saved from the bar at the top.
 *
 *   live ──Record──▶ recording (the run starts anew) ──Replay──▶ replay (simulated) ──Live──▶ live
 *                         └── at its bound: recorded so far, and the run goes on
 */
import './recording-control.css';
import { Circle, Download, History } from 'lucide-react';
import { useEffect, useState } from 'react';
import { RECORDING_LIMITS, type RecordingEnd, type RecordingReading } from '../../engine/recording.ts';
import { saveRecording } from '../share-dialog/run-file.ts';
import { IconButton } from '../ui/button.tsx';
import { formatCount, formatShort } from '../ui/format.ts';
import { NARROW, useMediaQuery } from '../ui/use-media-query.ts';
import { useIsSimulated, usePlayground, useRun, useSimulation } from '../use-playground.ts';

const LOOK_EVERY_MS = 250;

export function RecordingControl() {
  const isSimulated = useIsSimulated();
  const isReplay = useRun((state) => state.replayed !== undefined);
  const isRecorded = useRun((state) => state.engine?.recording !== undefined);
  if (isReplay) return <Replayed />;
  if (isSimulated) return null;
  return isRecorded ? <Recorded /> : <RecordButton />;
}

function RecordButton() {
  const { run } = usePlayground();
  const phase = useRun((state) => state.phase);
  return (
    <IconButton
      label={`Record: starts the system anew and keeps the order of its turns, up to ${formatCount(RECORDING_LIMITS.turnsMax)}. Actors stay on their threads meanwhile, and journals in memory.`}
      kind="plain"
      data-testid="record"
      disabled={phase !== 'ready'}
      onClick={() => void run.record().catch(run.showRefusal)}
    >
      <Circle size={14} aria-hidden className="record-dot" />
    </IconButton>
  );
}

/** In short, and at length. */
const ENDED: Readonly<Record<RecordingEnd, readonly [string, string]>> = {
  stopped: ['recorded', 'recorded'],
  full: ['full', 'recorded, then it was full'],
  'worker-lost': ['worker lost', 'recorded until a worker was lost'],
  'not-json': ['cut', 'recorded until something came that is not JSON'],
};

function Recorded() {
  const { run } = usePlayground();
  const reading = useRecording();
  const phase = useRun((state) => state.phase);
  const isNarrow = useMediaQuery(NARROW);
  if (reading === undefined) return null;
  const { turns, bytes, end } = reading;
  const size = `${(bytes / 2 ** 20).toFixed(1)} MB`;
  const hint =
    end === undefined
      ? `Turns recorded so far, of at most ${formatCount(RECORDING_LIMITS.turnsMax)}; ${size}. Actors stay on their threads, and journals in memory, while a run is recorded.`
      : `${formatCount(turns)} turns were ${ENDED[end][1]}; ${size}. What the run does now is not recorded.`;
  return (
    <div className="recording" data-testid="recording" data-state={end ?? 'recording'} title={hint}>
      <Circle size={10} aria-hidden className="record-dot" data-on={end === undefined ? '' : undefined} />
      <span className="recording-text">
        <span className="number">{isNarrow ? formatShort(turns) : formatCount(turns)}</span>
        {!isNarrow && <> turns{end === undefined ? '' : `, ${ENDED[end][0]}`}</>}
      </span>
      <IconButton
        label={`${end === undefined ? 'End the recording here and replay it' : 'Replay it'} in the simulator, step by step`}
        data-testid="replay"
        disabled={phase === 'starting' || turns === 0}
        onClick={() => void run.replay().catch(run.showRefusal)}
      >
        <History size={15} aria-hidden />
      </IconButton>
      <SaveButton isEnabled={turns > 0} isGoingOn={end === undefined} />
    </div>
  );
}

function Replayed() {
  const replay = useSimulation((state) => state.reading?.replay);
  const total = useRun((state) => state.replayed?.turns ?? 0);
  const isNarrow = useMediaQuery(NARROW);
  const short = isNarrow ? formatShort : formatCount;
  const isFollowing = replay?.isFollowing !== false;
  const hint = isFollowing
    ? 'Turns of the recorded live run that have been taken again. Do something else, and the run leaves the recording on a branch.'
    : 'This branch has left the recording: from there on it is a simulated run, with virtual time and the seeded schedule.';
  return (
    <div className="recording" data-testid="replayed" data-state={isFollowing ? 'following' : 'left'} title={hint}>
      <History size={14} aria-hidden />
      <span className="recording-text">
        {!isNarrow && (isFollowing ? 'replay ' : 'left after ')}
        <span className="number">{short(replay?.taken ?? 0)}</span>
        {isNarrow ? ' / ' : ' of '}
        <span className="number">{short(total)}</span>
        {!isNarrow && ' turns'}
      </span>
      <SaveButton isEnabled />
    </div>
  );
}

function SaveButton({ isEnabled, isGoingOn = false }: { readonly isEnabled: boolean; readonly isGoingOn?: boolean }) {
  const { run } = usePlayground();
  const [isBusy, setBusy] = useState(false);

  async function save(): Promise<void> {
    setBusy(true);
    try {
      await saveRecording(run.takeRecording());
    } catch (thrown) {
      run.showRefusal(thrown);
    }
    setBusy(false);
  }

  return (
    <IconButton
      label={isGoingOn ? 'End the recording here and save it as a file' : 'Save the recording as a file'}
      data-testid="save-recording"
      disabled={!isEnabled || isBusy}
      onClick={() => void save()}
    >
      <Download size={15} aria-hidden />
    </IconButton>
  );
}

/** How far the recording of the present run has come, a few times a second. */
function useRecording(): RecordingReading | undefined {
  const recording = useRun((state) => state.engine?.recording);
  const [reading, setReading] = useState(() => recording?.read());
  useEffect(() => {
    const look = (): void => setReading(recording?.read());
    look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [recording]);
  return reading;
}
