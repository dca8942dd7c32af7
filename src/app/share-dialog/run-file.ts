/** Runs as files on this machine: saved as a download, opened from a file that a person chose or dropped. */
import { encodeRecording, isRecordingFile } from '../../engine/recording/recording-file.ts';
import type { Recording } from '../../engine/recording.ts';
import { PlayhouseError } from '../../kernel/errors.ts';
import { encodeFile } from '../../share/file.ts';
import { LINK_LIMITS, type SharedRun } from '../../share/shared-run.ts';
import type { Playground } from '../playground.ts';

export const RUN_FILE_EXTENSION = '.playhouse.json';
export const RECORDING_FILE_EXTENSION = '.playhouse-recording';

/** A character is at most so many bytes; what is longer is not even read. */
const BYTES_PER_CHARACTER_MAX = 4;

export function saveRun(run: SharedRun): void {
  saveAs(new Blob([encodeFile(run)], { type: 'application/json' }), fileNameOf(run));
}

/** Rejects with `link-too-long`. */
export async function saveRecording(recording: Recording): Promise<void> {
  saveAs(await encodeRecording(recording), `${recording.scenario}-${recording.turns}-turns${RECORDING_FILE_EXTENSION}`);
}

function saveAs(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  // The download has its own hold on the blob once it has begun, which is not before this task has ended.
  setTimeout(() => URL.revokeObjectURL(address), 0);
}

function fileNameOf({ scenario, simulation }: SharedRun): string {
  const position = simulation === undefined ? '' : `-seed-${simulation.seed}-step-${simulation.step}`;
  return `${scenario}${position}${RUN_FILE_EXTENSION}`;
}

/** Rejects with a `link-…` error where the file is none of ours; what is on screen goes on then. */
export async function openRunFile(playground: Playground, file: File): Promise<void> {
  if (await isRecordingFile(file).catch(() => false)) return playground.followRecording(file);
  if (file.size > LINK_LIMITS.fileLengthMax * BYTES_PER_CHARACTER_MAX) {
    throw new PlayhouseError('link-too-long', `The file "${shortName(file)}" is far too large for a run.`);
  }
  await playground.followFile(await textOf(file));
}

async function textOf(file: File): Promise<string> {
  try {
    return await file.text();
  } catch {
    // A folder, or a file that has gone in the meantime.
    throw new PlayhouseError('link-invalid', `"${shortName(file)}" cannot be read as a file.`);
  }
}

function shortName({ name }: File): string {
  return name.length <= 60 ? name : `${name.slice(0, 60)}…`;
}
