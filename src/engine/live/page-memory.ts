/** The page's views on the shared memory of a run. All of them are made by `bind`, again when memory takes the place of other. */
import { ActorTable } from '../../kernel/actor-table.ts';
import { IDS_PER_BLOCK } from '../../kernel/host.ts';
import { LiveClock } from './clock.ts';
import { FlowTable } from './memory/flow-table.ts';
import { LatencyRecorder } from './memory/latency-recorder.ts';
import { CONTROL, PRESENT_STATS, type SharedMemory, STATS_PER_WORKER, statIndex, workerWord } from './memory/layout.ts';
import { renewMemory } from './memory/renew-memory.ts';

export class PageMemory {
  shared!: SharedMemory;
  control!: Int32Array;
  stats!: Float64Array;
  parameters!: Float64Array;
  table!: ActorTable;
  clock!: LiveClock;
  flows!: readonly FlowTable[];
  latencies!: readonly LatencyRecorder[];
  /** What lost workers had counted, in the places of `stats`. */
  private readonly retired: number[] = [];

  constructor(shared: SharedMemory) {
    this.bind(shared);
  }

  bind(shared: SharedMemory): void {
    this.shared = shared;
    this.control = new Int32Array(shared.control);
    this.stats = new Float64Array(shared.stats);
    this.parameters = new Float64Array(shared.parameters);
    this.table = new ActorTable(shared.table);
    this.clock = new LiveClock(shared.control, shared.clock);
    this.flows = shared.flows.map((buffer) => new FlowTable(buffer));
    this.latencies = shared.latencies.map((buffer) => new LatencyRecorder(buffer));
  }

  /** Other memory in the place of that which lost workers could write to; what they had counted is kept. */
  renew(lost: readonly number[]): void {
    const renewed = renewMemory(this.shared, lost);
    const stats = new Float64Array(renewed.stats);
    for (const worker of lost) {
      for (let stat = 0; stat < STATS_PER_WORKER; stat++) {
        const index = statIndex(worker, stat);
        if (!PRESENT_STATS.includes(stat)) this.retired[index] = (this.retired[index] ?? 0) + (stats[index] as number);
        stats[index] = 0;
      }
    }
    this.bind(renewed);
  }

  get workers(): number {
    return this.shared.workers;
  }

  /** One of STAT, as the worker last wrote it, with what those before it in its place had counted. */
  stat(worker: number, stat: number): number {
    const index = statIndex(worker, stat);
    return (this.stats[index] as number) + (this.retired[index] ?? 0);
  }

  /** One of WORKER_WORD. */
  word(worker: number, word: number): number {
    return Atomics.load(this.control, workerWord(worker, word));
  }

  /** Rows of the actor table that were ever handed out. */
  get rows(): number {
    return Math.min(this.table.capacity, Atomics.load(this.control, CONTROL.nextBlock) * IDS_PER_BLOCK);
  }
}
