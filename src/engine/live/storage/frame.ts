/**
 * What the file of a log is made of: frames, one after another. Whatever is stored at once is one frame, which is there
 * whole or not at all.
 *
 *   bytes 0–3   length of what follows the checksum
 *   bytes 4–7   CRC-32 of the length and of what follows the checksum
 *   byte  8     kind
 *   bytes 9–20  three numbers, which mean what the kind says
 *   bytes 21–   values: plain data in the general binary codec
 *
 * Numbers are unsigned, of 32 bits, little-endian. The length is under the checksum, so that neither zeros nor a length
 * that is made of something else can pass for a frame.
 */
import { readPlainData, writePlainData } from '../memory/plain-data-codec.ts';
import { Scratch } from '../memory/scratch.ts';
import { crc32 } from './crc32.ts';

export const FRAME_KIND = {
  /** Number of the first event, writer, how many events. */
  events: 1,
  /** Number of the last event in it, 0, 1. */
  snapshot: 2,
  /** Number of the last event that is deleted, 0, 0; the log ends there or later. */
  deleted: 3,
} as const;

const PREFIX_BYTES = 8;
const HEADER_BYTES = 21;
/** A frame takes at most so many bytes; larger ones are refused. */
export const FRAME_BYTES_MAX = 4 * 2 ** 20;
const SCRATCH_BYTES = 64 * 2 ** 10;

export interface Frame {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  /** How many values. */
  readonly c: number;
  /** The whole of it, as in the file. */
  readonly bytes: Uint8Array;
}

/** Writes frames; reuses its memory for the next one. */
export class FrameWriter {
  private scratch = new Scratch(SCRATCH_BYTES);

  /** Undefined when it would be larger than `FRAME_BYTES_MAX`. */
  write(kind: number, a: number, b: number, values: readonly unknown[]): Frame | undefined {
    for (;;) {
      try {
        return this.tryToWrite(kind, a, b, values);
      } catch (thrown) {
        if (!(thrown instanceof RangeError)) throw thrown;
        const size = this.scratch.bytes.length;
        if (size >= FRAME_BYTES_MAX) {
          this.scratch = new Scratch(SCRATCH_BYTES);
          return undefined;
        }
        this.scratch = new Scratch(size * 4);
      }
    }
  }

  /** @throws RangeError when the scratch is too small */
  private tryToWrite(kind: number, a: number, b: number, values: readonly unknown[]): Frame {
    const { scratch } = this;
    const { view } = scratch;
    scratch.offset = HEADER_BYTES;
    for (const value of values) writePlainData(scratch, value);
    const length = scratch.offset;
    if (length > scratch.bytes.length) throw new RangeError('frame');
    view.setUint32(0, length - PREFIX_BYTES, true);
    view.setUint8(PREFIX_BYTES, kind);
    view.setUint32(PREFIX_BYTES + 1, a, true);
    view.setUint32(PREFIX_BYTES + 5, b, true);
    view.setUint32(PREFIX_BYTES + 9, values.length, true);
    view.setUint32(4, checksumOf(scratch.bytes, 0, length), true);
    return { kind, a, b, c: values.length, bytes: scratch.bytes.slice(0, length) };
  }
}

/** The frame that begins there; undefined when there is none, or not all of it. The bytes are shared, not copied. */
export function frameAt(file: Uint8Array, from: number): Frame | undefined {
  const room = file.length - from;
  if (room < HEADER_BYTES) return undefined;
  const view = new DataView(file.buffer, file.byteOffset + from, room);
  const length = view.getUint32(0, true) + PREFIX_BYTES;
  if (length < HEADER_BYTES || length > FRAME_BYTES_MAX || length > room) return undefined;
  if (view.getUint32(4, true) !== checksumOf(file, from, from + length)) return undefined;
  const number = (index: number): number => view.getUint32(PREFIX_BYTES + 1 + index * 4, true);
  const kind = view.getUint8(PREFIX_BYTES);
  return { kind, a: number(0), b: number(1), c: number(2), bytes: file.subarray(from, from + length) };
}

/** The values of a frame. */
export function valuesOf({ bytes, c }: Frame): unknown[] {
  const scratch = new Scratch(Math.ceil(bytes.length / 4) * 4);
  scratch.bytes.set(bytes);
  scratch.offset = HEADER_BYTES;
  return Array.from({ length: c }, () => readPlainData(scratch));
}

/** Over all but the place where the checksum itself stands. */
function checksumOf(bytes: Uint8Array, from: number, to: number): number {
  return crc32(bytes, from + PREFIX_BYTES, to, crc32(bytes, from, from + 4));
}
