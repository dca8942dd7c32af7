/**
 * Where files of logs are kept, and who may write. A medium does one thing: it carries out a commit whole or not at all,
 * and only for the session that is the latest one.
 *
 * A session is one worker's time with one store. It begins by taking over: the session before may have ended, or be a worker
 * that was given up and still runs, or another page; whichever it is, none of its commits succeeds from then on. No lock
 * is held meanwhile, so that nobody has to wait for one who hangs.
 *
 *   fences   (1, 0) … (1, 7)   session 1 has made 7 commits; each fence holds what its commit has changed
 *   take over as session 2:    add (1, 8) and (2, 0), merge what the others hold into the files, remove them
 *   commit of session 2:       add (2, 1)
 *   commit of session 1:       add (1, 8): is there already, so that nothing of it is done
 *
 * A fence is added only where there is none of that number, which is all that the medium has to check.
 */
import type { ErrorReport } from '../../../kernel/errors.ts';
import type { ChangedFile } from './batch.ts';

/** What all files of a store take together: kept in the latest fence, so that it need not be counted. */
export interface Totals {
  readonly files: number;
  readonly bytes: number;
}

export interface Fence {
  readonly session: number;
  readonly commit: number;
  readonly totals: Totals;
}

export interface Chunk {
  /** Where in its file it begins, in bytes. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** What a commit does, besides its fence. */
export interface Changes {
  readonly files: readonly ChangedFile[];
  /** Removes all files first. */
  readonly clears: boolean;
}

export const NO_CHANGES: Changes = { files: [], clears: false };

/** The storage failed; what that means is in the report. */
export class StorageFailure extends Error {
  readonly report: ErrorReport;

  constructor(report: ErrorReport) {
    super(report.message);
    this.report = report;
  }
}

export interface Medium {
  /** The latest fence; undefined where nobody has been before. @throws StorageFailure */
  latest(): Promise<Fence | undefined>;
  /** The files of those ids, at one moment, and the fence of that moment. @throws StorageFailure */
  read(ids: readonly string[]): Promise<{
    readonly files: readonly (readonly Chunk[])[];
    readonly fence: Fence | undefined;
  }>;
  /**
   * Does all of it durably, or nothing. False when another session has taken over, or, with `takesOver`, when the session
   * that was to end has gone on meanwhile; then nothing was done.
   * @param takesOver the session that ends, for good
   * @throws StorageFailure `storage-full` when nothing was done; with any other error that is open
   */
  commit(fence: Fence, changes: Changes, takesOver?: Fence): Promise<boolean>;
  close(): void;
}

/** A file as its stored chunks and the changes that have not been merged into them say. */
export function chunksOf(stored: readonly Chunk[], id: string, changes: readonly ChangedFile[]): readonly Chunk[] {
  const change = changes.find((one) => one.id === id);
  if (change === undefined) return stored;
  return change.replaces ? [change] : [...stored, change];
}
