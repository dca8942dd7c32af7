/**
 * A log as its file says: the fold of its frames. Changes are frames that are added at the end; when most of the file is of
 * no more use, it is written anew.
 *
 * What a torn or damaged file still says is what its frames say up to the first one that is not whole: a point in time at
 * which everything before was there, and nothing that was never written.
 */
import { joined } from './batch.ts';
import { FRAME_KIND, type Frame, FrameWriter, frameAt } from './frame.ts';

/** A file is not written anew for less than this. */
const GARBAGE_BYTES_MIN = 64 * 2 ** 10;
/** Pieces in which a file was written before it is written anew: each may cost time when it is read. */
const CHUNKS_MAX = 4_000;

/** How a file changes: bytes at its end, or instead of all it has. */
export interface FileChange {
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly replaces: boolean;
}

export class LogFile {
  /** Of the last event that was ever in the log. */
  end = 0;
  /** Events up to here are gone. */
  deletedUpTo = 0;
  snapshot: Frame | undefined;
  /** Events that are there, in order; of the first frame some may be deleted. */
  readonly events: Frame[] = [];
  /** Bytes in the file, with what was added. */
  length = 0;
  /** Bytes in the file, as it is stored. */
  storedLength = 0;
  /** What was cut off at the end, in words; '' when nothing was. */
  damage = '';
  /** Of them, those that are still of use. */
  liveBytes = 0;
  private chunks = 0;
  private added: Uint8Array[] = [];
  private mustReplace = false;

  /** @param chunks in which the file is stored, in order; a gap between them counts as the end of the file */
  static read(chunks: readonly { readonly at: number; readonly bytes: Uint8Array }[]): LogFile {
    const file = new LogFile();
    let length = 0;
    let isWhole = true;
    for (const { bytes } of chunks) file.storedLength += bytes.length;
    for (const { at, bytes } of chunks) {
      isWhole = at === length;
      if (!isWhole) break;
      length += bytes.length;
    }
    const content = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      if (at === length) break;
      content.set(chunk.bytes, at);
      at += chunk.bytes.length;
    }
    file.chunks = chunks.length;
    let good = 0;
    for (let frame = frameAt(content, 0); frame !== undefined; frame = frameAt(content, good)) {
      if (!file.take(frame)) break;
      good += frame.bytes.length;
    }
    file.length = good;
    const cut = length - good;
    if (cut > 0 || !isWhole) {
      file.damage = `after event ${file.end}, ${isWhole ? cut : 'at least 1'} bytes were not as they had been written`;
      file.mustReplace = true;
    }
    file.closeGap();
    return file;
  }

  /** True when there is nothing to remember. */
  get isNew(): boolean {
    return this.length === 0 && this.storedLength === 0;
  }

  get hasChanged(): boolean {
    return this.added.length > 0 || this.mustReplace;
  }

  get eventCount(): number {
    return this.end - this.deletedUpTo;
  }

  /** Adds a frame to what is to be stored. */
  add(frame: Frame): void {
    const isTaken = this.take(frame);
    if (!isTaken) throw new Error('A frame that its own file would refuse.');
    this.length += frame.bytes.length;
    this.added.push(frame.bytes);
  }

  /** What has changed since the last call; from now on it counts as stored. */
  takeChange(): FileChange {
    const isWasteful = this.length - this.liveBytes > Math.max(GARBAGE_BYTES_MIN, this.liveBytes);
    const change = this.mustReplace || isWasteful || this.chunks >= CHUNKS_MAX ? this.rewritten() : this.grown();
    this.added = [];
    this.storedLength = this.length;
    return change;
  }

  private grown(): FileChange {
    const bytes = joined(this.added);
    this.chunks++;
    return { at: this.length - bytes.length, bytes, replaces: false };
  }

  private rewritten(): FileChange {
    const frames: Frame[] = [...this.events];
    if (this.snapshot !== undefined) frames.unshift(this.snapshot);
    if (this.deletedUpTo > 0) {
      const deleted = new FrameWriter().write(FRAME_KIND.deleted, this.firstFrameStart(), 0, []) as Frame;
      frames.unshift(deleted);
      // Deleted events of a frame that others of are still there.
      if (this.firstFrameStart() < this.deletedUpTo) {
        frames.push(new FrameWriter().write(FRAME_KIND.deleted, this.deletedUpTo, 0, []) as Frame);
      }
    }
    const bytes = joined(frames.map((frame) => frame.bytes));
    this.mustReplace = false;
    this.chunks = 1;
    this.length = bytes.length;
    this.liveBytes = bytes.length;
    return { at: 0, bytes, replaces: true };
  }

  /** The last event before the first frame of events. */
  private firstFrameStart(): number {
    const [first] = this.events;
    return first === undefined ? this.deletedUpTo : first.a - 1;
  }

  /** False for a frame that cannot follow what was there: then it is as if it were damaged. */
  private take(frame: Frame): boolean {
    const { kind, a, c, bytes } = frame;
    switch (kind) {
      case FRAME_KIND.events:
        if (a !== this.end + 1 || c === 0) return false;
        this.events.push(frame);
        this.end += c;
        break;
      case FRAME_KIND.snapshot:
        if (a === 0 || c !== 1) return false;
        this.liveBytes -= this.snapshot?.bytes.length ?? 0;
        this.snapshot = frame;
        break;
      case FRAME_KIND.deleted:
        if (a < this.deletedUpTo) return false;
        this.deletedUpTo = a;
        this.end = Math.max(this.end, a);
        this.dropDeleted();
        break;
      default:
        return false;
    }
    this.liveBytes += bytes.length;
    return true;
  }

  private dropDeleted(): void {
    let gone = 0;
    for (const { a, c, bytes } of this.events) {
      if (a + c - 1 > this.deletedUpTo) break;
      this.liveBytes -= bytes.length;
      gone++;
    }
    this.events.splice(0, gone);
  }

  /** In a file that was written anew the snapshot comes before its events: some may have been cut off, but it is all of them. */
  private closeGap(): void {
    const last = this.snapshot?.a ?? 0;
    if (last <= this.end) return;
    this.deletedUpTo = last;
    this.end = last;
    this.dropDeleted();
    this.mustReplace = true;
  }
}
