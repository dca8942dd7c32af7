/**
 * The medium that browsers have: one IndexedDB database for each store.
 *
 * Why not files of the origin's private file system: their synchronous handles lock a file to one worker, and a worker that
 * was terminated in the middle of its work keeps the lock for seconds; and flushing one blocks its worker, with all actors
 * on it, for as long as the disk takes. IndexedDB has transactions that are durable whole or not at all, for any number of
 * workers and pages, and its worker goes on meanwhile.
 *
 * Every transaction makes all its requests at once and commits without waiting for their results: it needs nothing more of
 * its worker, so that one who hangs or dies just then holds up nobody. What has to be checked is checked by `add`, which
 * fails where there is something already.
 */
import { reportOf } from '../../../kernel/errors.ts';
import { type Batch, EMPTY_BATCH, isEnough, merged, packed } from './batch.ts';
import { type Changes, type Chunk, chunksOf, type Fence, type Medium, StorageFailure, type Totals } from './medium.ts';

const CHUNKS = 'chunks';
const FENCES = 'fences';
/** A database that does not open within this time is held by somebody who does not let go. */
const OPEN_MS_MAX = 5_000;
/** Fences of sessions that have ended are kept for so many: no page sleeps through that many reloads of others. */
const ENDED_SESSIONS_MAX = 1_000;

/** What is kept with a fence. */
interface FenceRecord {
  readonly totals: Totals;
  readonly batch: Batch;
}

export class IndexedDbMedium implements Medium {
  private readonly name: string;
  private opening: Promise<IDBDatabase> | undefined;
  /** Of the latest session, as far as is known: batches that have not been merged into the files. */
  private waiting: readonly Batch[] = [];

  /** @param name of the database */
  constructor(name: string) {
    this.name = name;
  }

  async latest(): Promise<Fence | undefined> {
    this.waiting = [];
    const { fence } = await this.read([]);
    if (fence === undefined) return undefined;
    const transaction = await this.begin('readonly');
    const records = transaction.objectStore(FENCES).getAll(sessionRange(fence.session, fence.commit));
    await this.done(transaction);
    this.waiting = (records.result as FenceRecord[]).map(({ batch }) => batch);
    return fence;
  }

  async read(ids: readonly string[]) {
    const transaction = await this.begin('readonly');
    const chunks = transaction.objectStore(CHUNKS);
    const cursor = transaction.objectStore(FENCES).openCursor(null, 'prev');
    const requests = ids.map((id) => {
      const range = fileRange(id);
      return { keys: chunks.getAllKeys(range), values: chunks.getAll(range) };
    });
    let fence: Fence | undefined;
    cursor.onsuccess = () => {
      if (cursor.result === null) return;
      const [session, commit] = cursor.result.key as [number, number];
      fence = { session, commit, totals: (cursor.result.value as FenceRecord).totals };
    };
    await this.done(transaction);
    const changes = ids.length > 0 ? merged(this.waiting) : [];
    const files = requests.map(({ keys, values }, index) => {
      const stored = keys.result.map(
        (key, place): Chunk => ({ at: (key as [string, number])[1], bytes: values.result[place] as Uint8Array }),
      );
      return chunksOf(stored, ids[index] as string, changes);
    });
    return { files, fence };
  }

  async commit({ session, commit, totals }: Fence, { files, clears }: Changes, takesOver?: Fence): Promise<boolean> {
    const transaction = await this.begin('readwrite');
    const chunks = transaction.objectStore(CHUNKS);
    const fences = transaction.objectStore(FENCES);
    const batch = packed(files);
    const waiting = [...this.waiting, batch];
    const merges = takesOver !== undefined || isEnough(waiting);
    fences.add({ totals, batch: merges ? EMPTY_BATCH : batch } satisfies FenceRecord, [session, commit]);
    if (takesOver !== undefined) {
      fences.add({ totals, batch: EMPTY_BATCH } satisfies FenceRecord, [takesOver.session, takesOver.commit + 1]);
      fences.delete(sessionRange(takesOver.session, takesOver.commit));
      fences.delete(IDBKeyRange.upperBound([session - ENDED_SESSIONS_MAX]));
    } else if (merges && commit > 0) {
      fences.delete(sessionRange(session, commit - 1));
    }
    if (clears) chunks.clear();
    for (const { id, at, bytes, replaces } of merges && !clears ? merged(waiting) : []) {
      if (replaces) chunks.delete(fileRange(id));
      if (bytes.length > 0) chunks.put(bytes, [id, at]);
    }
    try {
      await ended(transaction);
      this.waiting = merges ? [] : waiting;
      return true;
    } catch (thrown) {
      if (nameOf(thrown) === 'ConstraintError') return false;
      throw failureFrom(thrown);
    }
  }

  close(): void {
    this.opening?.then(
      (database) => database.close(),
      () => undefined,
    );
    this.opening = undefined;
  }

  /** @throws StorageFailure */
  private async done(transaction: IDBTransaction): Promise<void> {
    try {
      await ended(transaction);
    } catch (thrown) {
      throw failureFrom(thrown);
    }
  }

  /** @throws StorageFailure */
  private async begin(mode: IDBTransactionMode): Promise<IDBTransaction> {
    for (let attempt = 1; ; attempt++) {
      this.opening ??= open(this.name, () => {
        this.opening = undefined;
      });
      try {
        const database = await this.opening;
        // Durable means: on the disk, not only handed to the operating system.
        return database.transaction([CHUNKS, FENCES], mode, { durability: 'strict' });
      } catch (thrown) {
        this.opening = undefined;
        // Closed under our hands, because somebody wanted to delete it: opened anew, but once.
        if (attempt > 1 || nameOf(thrown) !== 'InvalidStateError') throw failureFrom(thrown);
      }
    }
  }
}

function open(name: string, closed: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    const timer = setTimeout(() => {
      const text = `The browser did not open its storage within ${OPEN_MS_MAX / 1_000} s; another page may be deleting it.`;
      reject(new StorageFailure(reportOf('storage-unavailable', text)));
    }, OPEN_MS_MAX);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(CHUNKS);
      request.result.createObjectStore(FENCES);
    };
    request.onerror = () => {
      clearTimeout(timer);
      reject(failureFrom(request.error));
    };
    request.onsuccess = () => {
      clearTimeout(timer);
      const database = request.result;
      database.onclose = closed;
      database.onversionchange = () => {
        database.close();
        closed();
      };
      resolve(database);
    };
  });
}

/** Where the chunks of a file are. */
function fileRange(id: string): IDBKeyRange {
  return IDBKeyRange.bound([id], [id, []]);
}

/** The fences of a session, up to that of a commit. */
function sessionRange(session: number, commit: number): IDBKeyRange {
  return IDBKeyRange.bound([session], [session, commit]);
}

/** Commits, and resolves when it is done; rejects with what made it fail. */
function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    transaction.commit();
  });
}

function nameOf(thrown: unknown): string {
  return (thrown as { readonly name?: string } | null)?.name ?? '';
}

function failureFrom(thrown: unknown): StorageFailure {
  if (thrown instanceof StorageFailure) return thrown;
  const text = `${nameOf(thrown)}: ${(thrown as { readonly message?: string } | null)?.message ?? 'the browser gave no reason'}`;
  // A transaction that exceeds the quota is undone as a whole.
  if (nameOf(thrown) === 'QuotaExceededError') {
    return new StorageFailure(
      reportOf('storage-full', `The browser gives this site no more room to store data (${text}).`),
    );
  }
  return new StorageFailure(reportOf('storage-unavailable', `The browser's storage failed (${text}).`));
}
