/** Unshared memory in which one message at a time is written or read, and how text is laid out in it. */

export class Scratch {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly view: DataView;
  /** Where the next value goes, or comes from. */
  offset = 0;

  /** @param size bytes; a multiple of 4. Running over it throws RangeError, as DataView does. */
  constructor(size: number) {
    const buffer = new ArrayBuffer(size);
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
    this.view = new DataView(buffer);
  }

  /** Moves on by some bytes and returns where they start. */
  take(bytes: number): number {
    const at = this.offset;
    this.offset = at + bytes;
    return at;
  }
}

/** Units converted at a time: spreading a longer list over arguments could exhaust the stack. */
const CHUNK_UNITS = 4_096;

/** Text: (units · 2 + wide) in 4 bytes, then a byte a unit, or two when any unit is above 255. Lone surrogates survive. */
export function writeText(scratch: Scratch, text: string): void {
  const { view, bytes } = scratch;
  const { length } = text;
  const start = scratch.take(4);
  if (start + 4 + length > bytes.length) throw new RangeError('text');
  let at = start + 4;
  for (let unit = 0; unit < length; unit++) {
    const code = text.charCodeAt(unit);
    if (code > 255) return writeWideText(scratch, text, start);
    bytes[at++] = code;
  }
  scratch.offset = at;
  view.setUint32(start, length * 2, true);
}

function writeWideText(scratch: Scratch, text: string, start: number): void {
  const { view } = scratch;
  view.setUint32(start, text.length * 2 + 1, true);
  scratch.offset = start + 4;
  for (let unit = 0; unit < text.length; unit++) view.setUint16(scratch.take(2), text.charCodeAt(unit), true);
}

export function readText(scratch: Scratch): string {
  const { view, bytes } = scratch;
  const header = view.getUint32(scratch.take(4), true);
  const length = header >>> 1;
  const isWide = (header & 1) === 1;
  let text = '';
  for (let done = 0; done < length; done += CHUNK_UNITS) {
    const units = Math.min(CHUNK_UNITS, length - done);
    if (isWide) {
      const codes: number[] = [];
      for (let unit = 0; unit < units; unit++) codes.push(view.getUint16(scratch.take(2), true));
      text += String.fromCharCode.apply(null, codes);
    } else {
      const at = scratch.take(units);
      text += String.fromCharCode.apply(null, bytes.subarray(at, at + units) as unknown as number[]);
    }
  }
  return text;
}
