/**
 * Who is there: names and paths from the workers' directories, joined with the numbers in the actor table. Names come by
 * control call when a worker says that its actors changed; numbers are read from shared memory every time.
 */
import { type ActorNames, COLUMN, STATUS, viewOf } from '../../kernel/actor-table.ts';
import type { ActorView } from '../../kernel/view.ts';
import type { PageMemory } from './page-memory.ts';
import type { Directory } from './worker-control.ts';

/** An actor's address with the worker that hosts it. */
export interface Located extends ActorNames {
  readonly worker: number;
}

/** Changes closer together than this are taken in one go. */
const REFRESH_EVERY_MS = 50;

export class DirectoryReader {
  private readonly memory: PageMemory;
  private readonly fetch: (worker: number) => Promise<Directory>;
  private readonly directories: (Directory | undefined)[];
  private byPath = new Map<string, Located>();
  private byId = new Map<number, Located>();
  private refreshing: Promise<void> | undefined;
  private refreshedAtMs = 0;

  constructor(memory: PageMemory, fetch: (worker: number) => Promise<Directory>) {
    this.memory = memory;
    this.fetch = fetch;
    this.directories = Array.from({ length: memory.workers }, () => undefined);
  }

  /** Starts a refresh in the background when a worker's directory is newer than what is known. */
  refreshIfStale(versions: readonly number[]): void {
    if (this.refreshing !== undefined || performance.now() - this.refreshedAtMs < REFRESH_EVERY_MS) return;
    if (!this.isStale(versions)) return;
    // A worker that cannot answer is reported by the call itself.
    this.refresh(versions).catch(() => undefined);
  }

  refresh(versions: readonly number[]): Promise<void> {
    this.refreshing ??= this.fetchStale(versions).finally(() => {
      this.refreshing = undefined;
      this.refreshedAtMs = performance.now();
    });
    return this.refreshing;
  }

  private isStale(versions: readonly number[]): boolean {
    return versions.some((version, worker) => this.directories[worker]?.version !== version);
  }

  private async fetchStale(versions: readonly number[]): Promise<void> {
    const stale = versions.flatMap((version, worker) =>
      this.directories[worker]?.version === version ? [] : [worker],
    );
    const fetched = await Promise.all(stale.map((worker) => this.fetch(worker)));
    for (const [index, worker] of stale.entries()) this.directories[worker] = fetched[index];
    this.join();
  }

  private join(): void {
    const all = this.directories.flatMap((directory, worker) =>
      (directory?.entries ?? []).map((entry): Located => ({ ...entry, worker })),
    );
    const listed = new Set(all.map(({ id }) => id));
    // An actor on its way from one worker to another is in no directory, and alive.
    for (const entry of this.byId.values()) {
      if (!listed.has(entry.id) && this.directories[entry.worker] !== undefined && this.isAlive(entry)) all.push(entry);
    }
    this.byPath = new Map(all.map((entry) => [entry.path, entry]));
    this.byId = new Map(all.map((entry) => [entry.id, entry]));
  }

  /** Of a worker that was lost nothing is true any more. */
  lose(worker: number): void {
    this.directories[worker] = undefined;
    this.join();
  }

  find(path: string): Located | undefined {
    const entry = this.byPath.get(path);
    return entry !== undefined && this.isAlive(entry) ? entry : undefined;
  }

  /** The path of an actor that is listed; undefined for others, and for earlier owners of its row. */
  pathOf({ id, generation }: Pick<ActorNames, 'id' | 'generation'>): string | undefined {
    const entry = this.byId.get(id);
    return entry?.generation === generation ? entry.path : undefined;
  }

  views(lastErrors: ReadonlyMap<string, string>): ActorView[] {
    const views: ActorView[] = [];
    for (const entry of this.byPath.values()) {
      if (!this.isAlive(entry)) continue;
      const { id, generation, path, behavior, parent, mailboxCapacity } = entry;
      const names = { id, generation, path, behavior, parent, mailboxCapacity };
      views.push(viewOf(this.memory.table, names, lastErrors.get(path)));
    }
    return views;
  }

  private isAlive({ id, generation }: ActorNames): boolean {
    const { table } = this.memory;
    return table.get(id, COLUMN.generation) === generation && table.get(id, COLUMN.status) !== STATUS.free;
  }
}
