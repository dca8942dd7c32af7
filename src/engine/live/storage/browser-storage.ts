/**
 * What actors of live runs store, in this browser: one database for each store of each run's scenario, so that different
 * scenarios never mix. It stays until somebody clears it, or the browser needs the room.
 *
 * For the page: `storedJournals` says what is there, `clearStoredJournals` deletes it.
 */
import { err, ok, type Result } from '../../../base/result.ts';
import { type ErrorReport, errorFrom, reportOf } from '../../../kernel/errors.ts';
import type { JournalBounds, OpenJournalStorage } from '../../../kernel/journal-storage.ts';
import { IndexedDbMedium } from './indexed-db-medium.ts';
import { StoredJournal } from './stored-journal.ts';

const PREFIX = 'playhouse-journal';

/** Which storage: a scenario, and the name of a run of it that is to be told from others; see `LiveEngineOptions.run`. */
export interface StoredRun {
  readonly scenario: string;
  readonly run: string;
}

export interface StoredJournalView extends StoredRun {
  /** Name of the store. */
  readonly store: string;
  readonly files: number;
  readonly bytes: number;
}

const BOUNDS: JournalBounds = { idsMax: 0, eventsMax: 0 };

function databaseOf({ scenario, run }: StoredRun, store: string): string {
  return [PREFIX, scenario, run, store].map(encodeURIComponent).join('/');
}

/**
 * Storage for the actors of one worker.
 * @param valueBytesMax what one event or one snapshot may take
 */
export function browserStorage(run: StoredRun, valueBytesMax?: number): OpenJournalStorage {
  const journals = new Map<string, StoredJournal>();
  return (name, bounds) => {
    const known = journals.get(name);
    if (known !== undefined) return known;
    const journal = new StoredJournal(new IndexedDbMedium(databaseOf(run, name)), bounds, valueBytesMax);
    journals.set(name, journal);
    return journal;
  };
}

/** What is stored, of all scenarios or of those that are named. @throws whatever the browser says about its storage */
export async function storedJournals(which: Partial<StoredRun> = {}): Promise<readonly StoredJournalView[]> {
  const views: StoredJournalView[] = [];
  for (const name of await journalNames(which)) {
    const size = await withJournal(name, (journal) => journal.size());
    if (!size.ok) throw errorFrom(size.error);
    if (size.value.files > 0) views.push({ ...name, ...size.value });
  }
  return views;
}

/**
 * Deletes what is stored, of all scenarios or of those that are named. Best before a run or after it: an event-sourced actor
 * that runs meanwhile finds that its log is not what it was, and stops with `recovery-failed`.
 */
export async function clearStoredJournals(which: Partial<StoredRun> = {}): Promise<Result<null, ErrorReport>> {
  try {
    for (const name of await journalNames(which)) {
      const cleared = await withJournal(name, (journal) => journal.clear());
      if (!cleared.ok) return cleared;
    }
    return ok(null);
  } catch (thrown) {
    return err(reportOf('storage-unavailable', `The browser's storage failed (${String(thrown)}).`));
  }
}

interface JournalName extends StoredRun {
  readonly store: string;
}

async function journalNames(which: Partial<StoredRun>): Promise<readonly JournalName[]> {
  const names: JournalName[] = [];
  for (const { name = '' } of await indexedDB.databases()) {
    if (!name.startsWith(`${PREFIX}/`)) continue;
    const [, scenario = '', run = '', store = ''] = name.split('/').map(decodeURIComponent);
    if (scenario === (which.scenario ?? scenario) && run === (which.run ?? run)) names.push({ scenario, run, store });
  }
  return names;
}

async function withJournal<T>({ store, ...run }: JournalName, use: (journal: StoredJournal) => Promise<T>): Promise<T> {
  const journal = new StoredJournal(new IndexedDbMedium(databaseOf(run, store)), BOUNDS);
  try {
    return await use(journal);
  } finally {
    journal.close();
  }
}
