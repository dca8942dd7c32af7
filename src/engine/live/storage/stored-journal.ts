/**
 * Logs on a medium. Whatever is asked for while a commit is under way is carried out together, in order, in the next round:
 *
 *   load the files that are missing ──▶ do everything in memory, in order ──▶ commit all changes at once ──▶ answer everybody
 *
 * Nobody is answered before the commit is durable, whoever only reads included, because what was read may be what was just
 * written. When another session has taken over, all that is in memory is forgotten, this one takes over in its turn, and
 * the round is done again: `expected` then decides who of two writers is refused.
 */
import { err, ok, type Result } from '../../../base/result.ts';
import { type ErrorReport, PlayhouseError, reportOf } from '../../../kernel/errors.ts';
import type { JournalBounds, JournalEvent, JournalStorage } from '../../../kernel/journal-storage.ts';
import { FRAME_BYTES_MAX, FRAME_KIND, type Frame, FrameWriter, valuesOf } from './frame.ts';
import { LogFile } from './log-file.ts';
import { type Fence, type Medium, NO_CHANGES, StorageFailure } from './medium.ts';

export const STORAGE_LIMITS = {
  /** Bytes of one log, what is to be cleaned up not counted. */
  logBytesMax: 16 * 2 ** 20,
  /** Bytes of all logs of one store. */
  storeBytesMax: 256 * 2 ** 20,
  /** Bytes that one append or one snapshot may take. */
  frameBytesMax: FRAME_BYTES_MAX,
  /** Requests, and bytes, that are committed together. */
  roundRequestsMax: 2_048,
  roundBytesMax: 8 * 2 ** 20,
  /** Bytes of files that are kept in memory. */
  memoryBytesMax: 32 * 2 ** 20,
  /** Times that a round is done again because another page keeps writing. */
  roundsMax: 8,
  /** Texts about damage that are kept. */
  damagesMax: 16,
} as const;

/** What a file costs in memory beside its bytes, about. */
const FILE_OVERHEAD_BYTES = 400;
/** Events that one read gives at most, whatever its limit. */
const PAGE_MAX = 1_000;

interface Request {
  readonly id: string;
  readonly bytes: number;
  /** @throws PlayhouseError when it is refused: then it has changed nothing */
  readonly act: (file: LogFile) => unknown;
  readonly settle: (result: Result<never, ErrorReport>) => void;
}

export class StoredJournal implements JournalStorage {
  readonly damages: string[] = [];
  private readonly medium: Medium;
  private readonly bounds: JournalBounds;
  private readonly valueBytesMax: number;
  private readonly writer = new FrameWriter();
  private readonly files = new Map<string, LogFile>();
  private queue: Request[] = [];
  private isWorking = false;
  /** Of the latest commit of this session; undefined before it has begun. */
  private fence: Fence | undefined;
  private totals = { files: 0, bytes: 0 };
  /** What the present round adds to that, so far. */
  private newFiles = 0;
  private newBytes = 0;

  /**
   * @param valueBytesMax of one event or one snapshot, as stored. What cannot travel to an actor on another worker must not be
   *   stored either: whoever wrote it may live there the next time.
   */
  constructor(medium: Medium, bounds: JournalBounds, valueBytesMax: number = FRAME_BYTES_MAX) {
    this.medium = medium;
    this.bounds = bounds;
    this.valueBytesMax = valueBytesMax;
  }

  append(id: string, expected: number, writer: number, events: readonly unknown[]) {
    const frame = this.writer.write(FRAME_KIND.events, expected + 1, writer, events);
    const hasLarge = this.isLarge(frame) && events.some((event) => this.isLarge(this.writer.write(1, 0, 0, [event])));
    return this.request(id, frame, (file) => {
      if (file.end !== expected) {
        throw rejected(`The log of "${id}" ends at ${file.end}, not at ${expected}.`, 'expected');
      }
      if (frame === undefined) throw tooLarge('events');
      if (hasLarge) throw this.cannotTravel('event', 'events');
      if (file.eventCount + events.length > this.bounds.eventsMax) {
        throw rejected(`The store keeps at most ${this.bounds.eventsMax} events of an id.`, 'events');
      }
      if (events.length > 0) this.add(file, frame);
      return file.end;
    });
  }

  read(id: string, after: number, limit: number) {
    return this.request(id, undefined, (file) => ({
      events: eventsOf(file, after, Math.min(Math.max(1, limit), PAGE_MAX)),
      sequence: file.end,
    }));
  }

  saveSnapshot(id: string, sequence: number, state: unknown) {
    const frame = this.writer.write(FRAME_KIND.snapshot, sequence, 0, [state]);
    return this.request(id, frame, (file) => {
      if (sequence > file.end)
        throw rejected(`The log of "${id}" ends at ${file.end}, before ${sequence}.`, 'sequence');
      if (frame === undefined) throw tooLarge('state');
      if (this.isLarge(frame)) throw this.cannotTravel('snapshot', 'state');
      if (sequence > 0) this.add(file, frame);
      return sequence;
    });
  }

  loadSnapshot(id: string) {
    return this.request(id, undefined, ({ snapshot }) =>
      snapshot === undefined ? { sequence: 0, state: null } : { sequence: snapshot.a, state: valuesOf(snapshot)[0] },
    );
  }

  deleteUpTo(id: string, sequence: number) {
    return this.request(id, undefined, (file) => {
      const upTo = Math.min(sequence, file.end);
      const count = upTo - file.deletedUpTo;
      if (count <= 0) return 0;
      file.add(this.writer.write(FRAME_KIND.deleted, upTo, 0, []) as Frame);
      return count;
    });
  }

  /** Removes everything. */
  clear(): Promise<Result<null, ErrorReport>> {
    return this.attempt(async () => {
      await this.takeOver(true);
      return null;
    });
  }

  /** What is stored, without taking over. */
  size(): Promise<Result<{ readonly files: number; readonly bytes: number }, ErrorReport>> {
    return this.attempt(async () => (await this.medium.latest())?.totals ?? { files: 0, bytes: 0 });
  }

  close(): void {
    this.medium.close();
  }

  private isLarge(frame: Frame | undefined): boolean {
    return frame === undefined || frame.bytes.length > this.valueBytesMax;
  }

  private cannotTravel(what: string, field: string): PlayhouseError {
    const text = `Stored, one ${what} takes at most ${this.valueBytesMax} bytes here: more fits no message to another worker.`;
    return rejected(text, field);
  }

  private request<T>(id: string, frame: Frame | undefined, act: (file: LogFile) => T): Promise<Result<T, ErrorReport>> {
    return new Promise((resolve) => {
      this.queue.push({ id, bytes: frame?.bytes.length ?? 0, act, settle: resolve });
      if (!this.isWorking) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.isWorking = true;
    // What is asked for in the same turn belongs to the first round, too.
    await undefined;
    while (this.queue.length > 0) {
      const round = this.takeRound();
      const done = await this.attempt(() => this.carryOut(round));
      if (!done.ok) this.giveUp(round, done);
    }
    this.isWorking = false;
  }

  /** Whoever only wanted to read, or to delete, need not suffer because there was no room for others. */
  private giveUp(round: readonly Request[], failed: Result<never, ErrorReport> & { readonly ok: false }): void {
    this.forget();
    const spared = failed.error.code === 'storage-full' ? round.filter(({ bytes }) => bytes === 0) : [];
    const isHopeless = spared.length === round.length;
    for (const request of round) if (isHopeless || !spared.includes(request)) request.settle(failed);
    if (!isHopeless) this.queue.unshift(...spared);
  }

  private takeRound(): readonly Request[] {
    let bytes = 0;
    let count = 0;
    for (const request of this.queue) {
      if (count === STORAGE_LIMITS.roundRequestsMax || bytes > STORAGE_LIMITS.roundBytesMax) break;
      bytes += request.bytes;
      count++;
    }
    return this.queue.splice(0, count);
  }

  /** @throws StorageFailure */
  private async carryOut(round: readonly Request[]): Promise<void> {
    for (let attempt = 0; attempt < STORAGE_LIMITS.roundsMax; attempt++) {
      if (this.fence === undefined && !(await this.takeOver(false))) continue;
      const results = (await this.load(round)) ? await this.tryRound(round) : undefined;
      if (results !== undefined) {
        for (const [index, { settle }] of round.entries()) settle(results[index] as Result<never, ErrorReport>);
        this.trimMemory();
        return;
      }
      this.forget();
    }
    const text = 'Another page of this scenario keeps writing to the same storage; close one of them.';
    throw new StorageFailure(reportOf('storage-unavailable', text));
  }

  /** The results, all of them durable; undefined when another session has taken over. */
  private async tryRound(round: readonly Request[]): Promise<readonly Result<unknown, ErrorReport>[] | undefined> {
    const { session, commit } = this.fence as Fence;
    this.newFiles = 0;
    this.newBytes = 0;
    const results = round.map(({ id, act }) => resultOf(() => act(this.files.get(id) as LogFile)));
    const changes = [];
    for (const id of new Set(round.map((request) => request.id))) {
      const file = this.files.get(id) as LogFile;
      if (!file.hasChanged) continue;
      const before = file.storedLength;
      changes.push({ id, ...file.takeChange() });
      this.totals.bytes += file.storedLength - before;
      this.totals.files += Number(file.storedLength > 0) - Number(before > 0);
    }
    if (changes.length === 0) return results;
    const fence = { session, commit: commit + 1, totals: { ...this.totals } };
    if (!(await this.medium.commit(fence, { files: changes, clears: false }))) return undefined;
    this.fence = fence;
    return results;
  }

  /**
   * Brings the files of a round into memory. False when another session has taken over: who only reads must not be told what
   * was true before that.
   */
  private async load(round: readonly Request[]): Promise<boolean> {
    const { session } = this.fence as Fence;
    const ids = [...new Set(round.map(({ id }) => id))].filter((id) => !this.files.has(id));
    const isReading = round.every(({ bytes }) => bytes === 0);
    if (ids.length === 0 && !isReading) return true;
    const { files, fence } = await this.medium.read(ids);
    if (fence?.session !== session) return false;
    for (const [index, id] of ids.entries()) {
      const file = LogFile.read(files[index] ?? []);
      this.files.set(id, file);
      if (file.damage === '') continue;
      if (this.damages.length === STORAGE_LIMITS.damagesMax) this.damages.shift();
      this.damages.push(`The log of "${id}" was cut off ${file.damage}.`);
    }
    return true;
  }

  /** False when others were quicker. */
  private async takeOver(clears: boolean): Promise<boolean> {
    this.forget();
    for (let attempt = 0; attempt < STORAGE_LIMITS.roundsMax; attempt++) {
      const before = await this.medium.latest();
      const totals = clears || before === undefined ? { files: 0, bytes: 0 } : before.totals;
      const fence = { session: (before?.session ?? 0) + 1, commit: 0, totals };
      if (!(await this.medium.commit(fence, { ...NO_CHANGES, clears }, before))) continue;
      this.fence = fence;
      this.totals = { ...totals };
      return true;
    }
    return false;
  }

  /** Everything that was known of the medium: it may have changed. */
  private forget(): void {
    this.fence = undefined;
    this.files.clear();
  }

  /** Adds to a file what it has room for. @throws PlayhouseError */
  private add(file: LogFile, frame: Frame): void {
    const { files, bytes } = this.totals;
    if (file.isNew && files + this.newFiles >= this.bounds.idsMax)
      throw rejected(`The store keeps ${this.bounds.idsMax} ids already.`, 'id');
    const size = frame.bytes.length;
    if (file.liveBytes + size > STORAGE_LIMITS.logBytesMax) throw full('one log', STORAGE_LIMITS.logBytesMax);
    if (bytes + this.newBytes + size > STORAGE_LIMITS.storeBytesMax)
      throw full('one store', STORAGE_LIMITS.storeBytesMax);
    this.newFiles += Number(file.isNew);
    this.newBytes += size;
    file.add(frame);
  }

  /** The files that were used longest ago go first. */
  private trimMemory(): void {
    let bytes = 0;
    for (const file of this.files.values()) bytes += file.length + FILE_OVERHEAD_BYTES;
    for (const [id, file] of this.files) {
      if (bytes <= STORAGE_LIMITS.memoryBytesMax) return;
      this.files.delete(id);
      bytes -= file.length + FILE_OVERHEAD_BYTES;
    }
  }

  private async attempt<T>(act: () => Promise<T>): Promise<Result<T, ErrorReport>> {
    try {
      return ok(await act());
    } catch (thrown) {
      if (thrown instanceof StorageFailure) return err(thrown.report);
      return err(reportOf('storage-unavailable', thrown instanceof Error ? thrown.message : String(thrown)));
    }
  }
}

function resultOf(act: () => unknown): Result<unknown, ErrorReport> {
  try {
    return ok(act());
  } catch (thrown) {
    if (!(thrown instanceof PlayhouseError)) throw thrown;
    return err(thrown.report());
  }
}

function eventsOf({ events, deletedUpTo }: LogFile, after: number, limit: number): JournalEvent[] {
  const from = Math.max(after, deletedUpTo);
  const found: JournalEvent[] = [];
  // The first frame that ends after it, by halves: logs are read in pages.
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const { a, c } = events[middle] as Frame;
    if (a + c - 1 > from) high = middle;
    else low = middle + 1;
  }
  for (let index = low; index < events.length && found.length < limit; index++) {
    const frame = events[index] as Frame;
    for (const [offset, event] of valuesOf(frame).entries()) {
      const sequence = frame.a + offset;
      if (sequence > from && found.length < limit) found.push({ sequence, writer: frame.b, event });
    }
  }
  return found;
}

function rejected(text: string, field: string): PlayhouseError {
  return new PlayhouseError('request-rejected', text, field);
}

function tooLarge(field: string): PlayhouseError {
  return rejected(`What is stored at once takes at most ${FRAME_BYTES_MAX / 2 ** 20} MiB.`, field);
}

function full(what: string, bytesMax: number): PlayhouseError {
  return new PlayhouseError('storage-full', `There is no room: ${what} takes at most ${bytesMax / 2 ** 20} MiB.`);
}
