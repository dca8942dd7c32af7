/**
 * Recording ⇄ file: a line that says what it is, a header in JSON, and the tracks, deflated. Reading trusts nothing: lengths
 * are bounded before anything is inflated, inflating ends at the length that the header gives, and every event is checked.
 *
 *   "playhouse-recording <version>\n"  length of the header (4 bytes, little endian)  header  deflated tracks
 */

import { PlayhouseError } from '../../kernel/errors.ts';
import type { Scenario } from '../../kernel/scenario.ts';
import type { Recording } from '../recording.ts';
import { checkHeader, checkTrack, wrong } from './check-recording.ts';

const MAGIC = 'playhouse-recording ';
const VERSION = 1;
const HEADER_BYTES_MAX = 2_000_000;
/** Of a file, and of what is in it. */
export const RECORDING_FILE_BYTES_MAX = 2 ** 27;

/** @throws PlayhouseError `link-too-long` */
export async function encodeRecording({ tracks, ...recording }: Recording): Promise<Blob> {
  const bytes = tracks.reduce((sum, track) => sum + track.byteLength, 0);
  if (bytes > RECORDING_FILE_BYTES_MAX) throw tooLong(bytes);
  const header = new TextEncoder().encode(
    JSON.stringify({ ...recording, trackWords: tracks.map(({ length }) => length) }),
  );
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, header.length, true);
  const deflated = new Blob(tracks.map((track) => track.slice()))
    .stream()
    .pipeThrough(new CompressionStream('deflate-raw'));
  return new Blob([`${MAGIC}${VERSION}\n`, length, header, await new Response(deflated).arrayBuffer()]);
}

/** Whether a file says that it is a recording. */
export async function isRecordingFile(file: Blob): Promise<boolean> {
  return (await file.slice(0, MAGIC.length).text()) === MAGIC;
}

/** @throws PlayhouseError `link-invalid`, `link-newer`, `link-too-long`, `link-unknown-scenario`, naming the field */
export async function decodeRecording(
  file: Blob,
  findScenario: (id: string) => Scenario | undefined,
): Promise<Recording> {
  if (file.size > RECORDING_FILE_BYTES_MAX) throw tooLong(file.size);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const start = new TextDecoder().decode(bytes.subarray(0, MAGIC.length + 12));
  const version = /^(\d{1,9})\n/.exec(start.slice(MAGIC.length))?.[1];
  if (!start.startsWith(MAGIC) || version === undefined) throw wrong('format', 'it does not say that it is one');
  if (Number(version) !== VERSION) {
    const text = `The recording is of version ${version}; this page reads version ${VERSION}.`;
    throw new PlayhouseError('link-newer', text, 'version');
  }
  const headerAt = MAGIC.length + version.length + 5;
  if (bytes.length < headerAt) throw wrong('header', 'the file is cut off');
  const headerBytes = new DataView(bytes.buffer).getUint32(headerAt - 4, true);
  if (headerBytes > HEADER_BYTES_MAX || headerAt + headerBytes > bytes.length) throw wrong('header', 'it is cut off');
  const { trackWords, ...recording } = checkHeader(
    parse(bytes.subarray(headerAt, headerAt + headerBytes)),
    findScenario,
  );
  const words = trackWords.reduce((sum, count) => sum + count, 0);
  if (words * 4 > RECORDING_FILE_BYTES_MAX) throw tooLong(words * 4);
  const whole = await inflate(bytes.subarray(headerAt + headerBytes), words * 4);
  const { behaviors = [] } = findScenario(recording.scenario) ?? {};
  let at = 0;
  const tracks = trackWords.map((count, worker) => {
    const track = new Int32Array(whole.buffer, at * 4, count).slice();
    at += count;
    checkTrack(track, worker, recording, behaviors.length);
    return track;
  });
  return { ...recording, tracks };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw wrong('header', 'it is not JSON');
  }
}

/** Exactly so many bytes: whoever packs more has them refused before they are there. */
async function inflate(deflated: Uint8Array<ArrayBuffer>, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(length);
  const reader = new Blob([deflated]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  let at = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (at + value.length > length) throw new RangeError('more than there should be');
      whole.set(value, at);
      at += value.length;
    }
  } catch {
    await reader.cancel().catch(() => undefined);
    throw wrong('tracks', 'they are damaged, or longer than the header says');
  }
  if (at < length) throw wrong('tracks', 'they are shorter than the header says');
  return whole;
}

function tooLong(bytes: number): PlayhouseError {
  const text = `The recording has ${bytes} bytes; a file holds at most ${RECORDING_FILE_BYTES_MAX}.`;
  return new PlayhouseError('link-too-long', text);
}
