/** A medium in memory, for tests: a disk that outlives sessions, and can be damaged. */
import { reportOf } from '../../../../kernel/errors.ts';
import { type Batch, EMPTY_BATCH, isEnough, merged, packed } from '../batch.ts';
import { type Changes, type Chunk, chunksOf, type Fence, type Medium, StorageFailure } from '../medium.ts';

interface FenceRecord extends Fence {
  readonly batch: Batch;
}

export interface Disk {
  readonly fences: Map<string, FenceRecord>;
  readonly files: Map<string, Chunk[]>;
}

export function newDisk(): Disk {
  return { fences: new Map(), files: new Map() };
}

/** A file as one piece. */
export function contentOf({ files, fences }: Disk, id: string): Uint8Array {
  const changes = merged([...fences.values()].sort(inOrder).map(({ batch }) => batch));
  return Uint8Array.from(chunksOf(files.get(id) ?? [], id, changes).flatMap(({ bytes }) => [...bytes]));
}

/** Puts a file there as a crash or a bad disk may have left it. */
export function leave({ files, fences }: Disk, id: string, content: Uint8Array): void {
  files.set(id, [{ at: 0, bytes: content }]);
  for (const [key, fence] of fences) fences.set(key, { ...fence, batch: EMPTY_BATCH });
}

const inOrder = (a: Fence, b: Fence): number => a.session - b.session || a.commit - b.commit;

const keyOf = ({ session, commit }: { readonly session: number; readonly commit: number }): string =>
  `${session}.${commit}`;

export class MemoryMedium implements Medium {
  readonly disk: Disk;
  commits = 0;
  private waiting: readonly Batch[] = [];
  /** The next commit fails so; `lost` is done all the same. */
  failing: 'full' | 'aborted' | 'lost' | undefined;
  /** What is held up goes on when this resolves. */
  gate: Promise<void> = Promise.resolve();

  constructor(disk: Disk) {
    this.disk = disk;
  }

  async latest(): Promise<Fence | undefined> {
    const { fence } = await this.read([]);
    const records = [...this.disk.fences.values()].filter(({ session }) => session === fence?.session);
    this.waiting = records.sort(inOrder).map(({ batch }) => batch);
    return fence;
  }

  async read(ids: readonly string[]) {
    await this.gate;
    const { files, fences } = this.disk;
    const changes = merged(this.waiting);
    const fence = [...fences.values()].sort(inOrder).at(-1);
    return { files: ids.map((id) => chunksOf(files.get(id) ?? [], id, changes)), fence };
  }

  async commit(fence: Fence, { files, clears }: Changes, takesOver?: Fence): Promise<boolean> {
    await this.gate;
    const { failing, disk } = this;
    this.failing = undefined;
    if (failing === 'full') throw new StorageFailure(reportOf('storage-full', 'There is no room.'));
    if (failing === 'aborted') throw new StorageFailure(reportOf('storage-unavailable', 'It was aborted.'));
    const end = takesOver === undefined ? undefined : { ...takesOver, commit: takesOver.commit + 1 };
    if (disk.fences.has(keyOf(fence)) || (end !== undefined && disk.fences.has(keyOf(end)))) return false;
    const batch = packed(files);
    const waiting = [...this.waiting, batch];
    const merges = takesOver !== undefined || isEnough(waiting);
    if (merges) {
      for (const [key, { session }] of disk.fences)
        if (session === (takesOver ?? fence).session) disk.fences.delete(key);
    }
    disk.fences.set(keyOf(fence), { ...fence, batch: merges ? EMPTY_BATCH : structuredClone(batch) });
    if (end !== undefined) disk.fences.set(keyOf(end), { ...end, batch: EMPTY_BATCH });
    if (clears) disk.files.clear();
    for (const { id, at, bytes, replaces } of merges && !clears ? merged(waiting) : []) {
      const chunks = replaces ? [] : (disk.files.get(id) ?? []);
      disk.files.set(id, [...chunks, { at, bytes: bytes.slice() }]);
    }
    this.waiting = merges ? [] : waiting;
    this.commits++;
    if (failing === 'lost') throw new StorageFailure(reportOf('storage-unavailable', 'Nobody knows what was done.'));
    return true;
  }

  close(): void {}
}
