/** What a replay says when it went another way: what was recorded, and what happened. */
import type { Cell } from '../../kernel/cell.ts';
import { nameOfCode } from '../recording/events.ts';
import type { Recording, RecordingEnd } from '../recording.ts';
import type { RunReport } from '../simulation.ts';
import type { ReplayTrack } from './replay-track.ts';
import type { SimulatedSystem } from './system.ts';

const ENDINGS: Readonly<Record<RecordingEnd, string>> = {
  stopped: 'The recording ends here.',
  full: 'The recording ends here: it had reached its bound.',
  'worker-lost': 'The recording ends here: a worker was lost, and what became of its actors was not recorded.',
  'not-json': 'The recording ends here: what came next from outside was not JSON, and could not be recorded.',
};

export function endText({ end }: Recording): string {
  return ENDINGS[end];
}

export function divergenceText(what: string, reports: readonly RunReport[]): string {
  const hidden = reports.find(({ what: kind }) => kind === 'hidden-time' || kind === 'hidden-chance');
  const text = `The replay went another way: ${what}.`;
  if (hidden === undefined) return text;
  return `${text} ${hidden.path} called ${hidden.field} in step ${hidden.step}, which no recording knows.`;
}

/** Somebody else is next. */
export function otherActorText(
  system: SimulatedSystem,
  worker: number,
  track: ReplayTrack,
  actor: number,
  count: number,
): string {
  const kernel = system.kernels[worker];
  const first = kernel === undefined || kernel.readyCount === 0 ? undefined : kernel.readyAt(0);
  const recorded = count === 0 ? 'a look at it' : recordedTurn(system, track);
  const here = first === undefined ? 'nobody has anything to do' : `the next one is ${first.path}`;
  return `worker ${worker}, turn ${track.turn + 1}: recorded was ${recorded} of ${nameOf(system, actor)}, and here ${here}`;
}

/** The same actor does something else. */
export function otherTurnText(
  system: SimulatedSystem,
  worker: number,
  track: ReplayTrack,
  { path }: Cell,
  taken: number,
): string {
  const { kinds } = system.registry;
  const recorded =
    track.recorded < 0 ? recordedTurn(system, track) : `a turn with ${nameOfCode(track.recorded, kinds)}`;
  const here = `it had ${nameOfCode(track.handled, kinds)}`;
  const happened = taken === 0 ? 'it had nothing to do' : taken > 1 ? `${here} after that` : here;
  return `worker ${worker}, turn ${track.turn}: recorded was ${recorded} of ${path}, and here ${happened}`;
}

export function otherQuestionsText(
  system: SimulatedSystem,
  worker: number,
  track: ReplayTrack,
  cell: Cell | undefined,
): string {
  const turn =
    cell === undefined
      ? ''
      : `, turn ${track.turn}: ${cell.path} with ${nameOfCode(track.handled, system.registry.kinds)}`;
  return `worker ${worker}${turn} asked other things of its engine than were recorded (the time, a parameter, the way to somebody)`;
}

function recordedTurn({ registry }: SimulatedSystem, { reader, at }: ReplayTrack): string {
  let next = at;
  while (!reader.isAtEnd(next) && !reader.isTurn(next)) next = reader.next(next);
  return `a turn with ${nameOfCode(reader.code(next), registry.kinds)}`;
}

function nameOf({ kernels }: SimulatedSystem, actor: number): string {
  for (const { cells } of kernels) {
    const cell = cells[actor];
    if (cell !== undefined) return cell.path;
  }
  return `actor #${actor}, who is not there`;
}
