/**
 * Where refs lead, as this worker remembers it. The rows of the actor table say so too, but their workers write to them in
 * every batch (depth, processed), and a line of memory that another thread has just written costs more than the message.
 *
 * Invariant: `of` says what the row would say. What is remembered holds only while nobody came to or went from the worker in
 * question (its word `directory` is as it was), and is never about an actor that has moved: of those, each worker has views
 * that change with letters (kernel/whereabouts.ts). Whoever receives such a letter forgets everything.
 */
import { type ActorTable, COLUMN, FIELD, STATUS } from '../../kernel/actor-table.ts';
import type { Routes } from '../../kernel/host.ts';
import type { Ref } from '../../kernel/ref.ts';
import { WORKER_WORD, workerWord } from './memory/layout.ts';

/** A power of two. Each ref has one place; two that share it take turns. */
const PLACES = 256;
/** Id and one (0: nothing), generation, worker, and what its word `directory` was. */
const WORDS = 4;

export class LiveRoutes implements Routes {
  private readonly places = new Int32Array(PLACES * WORDS);
  private readonly worker: number;
  private control!: Int32Array;
  private table!: ActorTable;

  constructor(worker: number) {
    this.worker = worker;
  }

  /** As `WorkerHost.bind`. */
  bind(control: Int32Array, table: ActorTable): void {
    this.control = control;
    this.table = table;
    this.forget();
  }

  of({ id, generation }: Ref): number {
    const { places } = this;
    const at = (id & (PLACES - 1)) * WORDS;
    if (places[at] !== id + 1 || places[at + 1] !== generation) return -1;
    const worker = places[at + 2] as number;
    return this.control[workerWord(worker, WORKER_WORD.directory)] === places[at + 3] ? worker : -1;
  }

  remember({ id, generation }: Ref, worker: number): void {
    if (worker < 0 || worker === this.worker) return;
    // First the word, then the row: had the actor gone in between, the word would be another one by now.
    const directory = Atomics.load(this.control, workerWord(worker, WORKER_WORD.directory));
    const { table, places } = this;
    if (table.get(id, COLUMN.generation) !== generation || table.get(id, COLUMN.status) === STATUS.free) return;
    if (table.field(id, FIELD.moved) !== 0 || table.field(id, FIELD.home) - 1 !== worker) return;
    const at = (id & (PLACES - 1)) * WORDS;
    places[at] = id + 1;
    places[at + 1] = generation;
    places[at + 2] = worker;
    places[at + 3] = directory;
  }

  forget(): void {
    this.places.fill(0);
  }
}
