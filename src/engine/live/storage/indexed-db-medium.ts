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
import { type Changes, type Chunk, type Fence, type Medium, StorageFailure, type Totals } from './medium.ts';

const CHUNKS = 'chunks';
const FENCES = 'fences';
/** A database that does not open within this time is held by somebody who does not let go. */
const OPEN_MS_MAX = 5_000;
/** Fences of sessions that have ended are kept for so many: no page sleeps through that many reloads of others. */
const ENDED_SESSIONS_MAX = 1_000;

export class IndexedDbMedium implements Medium {
  private readonly name: string;
  private opening: Promise<IDBDatabase> | undefined;

  /** @param name of the database */
  constructor(name: string) {
    this.name = name;
  }

  async latest(): Promise<Fence | undefined> {
    return (await this.read([])).fence;
  }

  async read(ids: readonly string[]) {
    const transaction = await this.begin('readonly');
    const chunks = transaction.objectStore(CHUNKS);
    const cursor = transaction.objectStore(FENCES).openCursor(null, 'prev');
    const requests = ids.map((id) => {
      const range = IDBKeyRange.bound([id], [id, []]);
      return { keys: chunks.getAllKeys(range), values: chunks.getAll(range) };
    });
    let fence: Fence | undefined;
    cursor.onsuccess = () => {
      if (cursor.result === null) return;
      const [session, commit] = cursor.result.key as [number, number];
      fence = { session, commit, totals: cursor.result.value as Totals };
    };
    await ended(transaction);
    const files = requests.map(({ keys, values }) =>
      keys.result.map(
        (key, index): Chunk => ({ at: (key as [string, number])[1], bytes: values.result[index] as Uint8Array }),
      ),
    );
    return { files, fence };
  }

  async commit({ session, commit, totals }: Fence, { files, clears }: Changes, takesOver?: Fence): Promise<boolean> {
    const transaction = await this.begin('readwrite');
    const chunks = transaction.objectStore(CHUNKS);
    const fences = transaction.objectStore(FENCES);
    fences.add(totals, [session, commit]);
    if (takesOver !== undefined) {
      fences.add(takesOver.totals, [takesOver.session, takesOver.commit + 1]);
      fences.delete([takesOver.session, takesOver.commit]);
      fences.delete(IDBKeyRange.upperBound([session - ENDED_SESSIONS_MAX]));
    } else if (commit > 0) {
      fences.delete([session, commit - 1]);
    }
    if (clears) chunks.clear();
    for (const { id, at, bytes, replaces } of files) {
      if (replaces) chunks.delete(IDBKeyRange.bound([id], [id, []]));
      chunks.put(bytes, [id, at]);
    }
    try {
      await ended(transaction);
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
