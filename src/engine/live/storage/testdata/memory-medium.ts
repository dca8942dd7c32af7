/** A medium in memory, for tests: a disk that outlives sessions, and can be damaged. */
import { reportOf } from '../../../../kernel/errors.ts';
import { type Changes, type Chunk, type Fence, type Medium, StorageFailure } from '../medium.ts';

export interface Disk {
  readonly fences: Map<string, Fence>;
  readonly files: Map<string, Chunk[]>;
}

export function newDisk(): Disk {
  return { fences: new Map(), files: new Map() };
}

/** A file as one piece. */
export function contentOf({ files }: Disk, id: string): Uint8Array {
  return Uint8Array.from((files.get(id) ?? []).flatMap(({ bytes }) => [...bytes]));
}

/** Puts a file there as a crash or a bad disk may have left it. */
export function leave({ files }: Disk, id: string, content: Uint8Array): void {
  files.set(id, [{ at: 0, bytes: content }]);
}

const keyOf = ({ session, commit }: { readonly session: number; readonly commit: number }): string =>
  `${session}.${commit}`;

export class MemoryMedium implements Medium {
  readonly disk: Disk;
  commits = 0;
  /** The next commit fails so; `lost` is done all the same. */
  failing: 'full' | 'aborted' | 'lost' | undefined;
  /** What is held up goes on when this resolves. */
  gate: Promise<void> = Promise.resolve();

  constructor(disk: Disk) {
    this.disk = disk;
  }

  async latest(): Promise<Fence | undefined> {
    return (await this.read([])).fence;
  }

  async read(ids: readonly string[]) {
    await this.gate;
    const fences = [...this.disk.fences.values()];
    fences.sort((a, b) => a.session - b.session || a.commit - b.commit);
    return { files: ids.map((id) => [...(this.disk.files.get(id) ?? [])]), fence: fences.at(-1) };
  }

  async commit(fence: Fence, { files, clears }: Changes, takesOver?: Fence): Promise<boolean> {
    await this.gate;
    const { failing, disk } = this;
    this.failing = undefined;
    if (failing === 'full') throw new StorageFailure(reportOf('storage-full', 'There is no room.'));
    if (failing === 'aborted') throw new StorageFailure(reportOf('storage-unavailable', 'It was aborted.'));
    const end = takesOver === undefined ? undefined : { ...takesOver, commit: takesOver.commit + 1 };
    if (disk.fences.has(keyOf(fence)) || (end !== undefined && disk.fences.has(keyOf(end)))) return false;
    disk.fences.set(keyOf(fence), structuredClone(fence));
    if (end !== undefined) disk.fences.set(keyOf(end), end);
    disk.fences.delete(keyOf(takesOver ?? { session: fence.session, commit: fence.commit - 1 }));
    if (clears) disk.files.clear();
    for (const { id, at, bytes, replaces } of files) {
      const chunks = replaces ? [] : (disk.files.get(id) ?? []);
      disk.files.set(id, [...chunks, { at, bytes }]);
    }
    this.commits++;
    if (failing === 'lost') throw new StorageFailure(reportOf('storage-unavailable', 'Nobody knows what was done.'));
    return true;
  }

  close(): void {}
}
